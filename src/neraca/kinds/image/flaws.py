"""What can be wrong although the shape is right; all of it at once (at most 50)."""

from neraca.kind import MAX_FLAWS, Flaw, shown
from neraca.kinds.image.schema import Answer, Box, Config, Params

LEAST = 1e-3  # pixels; nobody can mean a box that is narrower
SLACK = 1e-6  # pixels that an edge may stand out by rounding
FRACTIONS = 2.0  # a box that ends before this, in pixels, on a picture larger than BIG, was given in shares of the side
BIG = 100


def of_config(config: Config) -> list[Flaw]:
    found: list[Flaw] = []
    for name in ("id", "label", "key"):
        seen: dict[str, int] = {}
        for i, thing in enumerate(config.classes):
            value = getattr(thing, name)
            if value is None:
                continue
            if value in seen:
                found.append(
                    Flaw(
                        f"duplicate-{name}",
                        f"#/classes/{i}/{name}",
                        f"Class {seen[value] + 1} has the same {name}, {shown(value)}.",
                    )
                )
            seen.setdefault(value, i)
    found += [
        Flaw("duplicate-shape", f"#/shapes/{i}", f"The shape {shape} is given twice.")
        for i, shape in enumerate(config.shapes)
        if shape in config.shapes[:i]
    ]
    return found[:MAX_FLAWS]


def of_params(params: Params, config: Config) -> list[Flaw]:  # noqa: ARG001 - the contract's signature
    """The size against the asset is compared where the asset is known."""
    return []


def of_answer(answer: Answer, params: Params, config: Config) -> list[Flaw]:
    classes = {c.id for c in config.classes}
    ids: dict[str, int] = {}
    found: list[Flaw] = []
    for i, thing in enumerate(answer.objects):
        at = f"#/objects/{i}"
        if thing.id is not None:
            if thing.id in ids:
                found.append(
                    Flaw("duplicate-id", f"{at}/id", f"Object {ids[thing.id] + 1} has the same id, {shown(thing.id)}.")
                )
            ids.setdefault(thing.id, i)
        if thing.class_ not in classes:
            found.append(Flaw("unknown-class", f"{at}/class", f"There is no class {shown(thing.class_)}."))
        if thing.shape not in config.shapes:
            found.append(
                Flaw("shape-not-allowed", f"{at}/shape", f"This project does not ask for the shape {thing.shape}.")
            )
        found += _box(thing.box, f"{at}/box", params)
        if len(found) >= MAX_FLAWS:
            break
    return found[:MAX_FLAWS]


def _box(box: Box, at: str, params: Params) -> list[Flaw]:
    found = [
        Flaw("geometry-invalid", f"{at}/{name}", f"The {word} must be at least {LEAST} pixels, not {shown(side)}.")
        for name, word, side in (("w", "width", box.w), ("h", "height", box.h))
        if side < LEAST
    ]
    for first, size, limit, word in (("x", "w", params.width, "wide"), ("y", "h", params.height, "high")):
        start, side = getattr(box, first), getattr(box, size)
        if start < -SLACK:
            found.append(
                Flaw("outside-image", f"{at}/{first}", f"The box begins {shown(-start)} pixels outside the image.")
            )
        elif start > limit + SLACK:
            found.append(
                Flaw(
                    "outside-image",
                    f"{at}/{first}",
                    f"The box begins outside the image, which is {limit} pixels {word}.",
                )
            )
        elif start + side > limit + SLACK:
            found.append(
                Flaw(
                    "outside-image",
                    f"{at}/{size}",
                    f"The box ends at {shown(start + side)}; the image is {limit} pixels {word}.",
                )
            )
    if not found and max(box.x + box.w, box.y + box.h) < FRACTIONS and min(params.width, params.height) > BIG:
        found.append(Flaw("unit-mismatch", at, "These look like shares of the image's sides; give pixels."))
    return found
