"""`imageannotation` with boxes alone, and `annotation`, as the kind `image`."""

from typing import Any
from uuid import UUID, uuid5

from neraca.doors.scale.shapes.parts import flag, leaves
from neraca.doors.scale.translate.fit import Fit, Json, silent

QUESTION = "Draw a box around every object."
BEYOND = (
    "annotation_attributes", "global_attributes", "context_attachments", "base_annotations", "padding", "paddingX",
    "paddingY", "layers", "splines",
)  # fmt: skip


def _box(params: Json) -> dict[str, Any] | None:
    """The box parameters, where boxes are all that is asked for."""
    geometries = params.get("geometries")
    if geometries is None:  # the older type has them at the top
        return dict(params)
    asked = {name: shape for name, shape in geometries.items() if shape is not None}
    if set(asked) != {"box"}:
        return None
    box: dict[str, Any] = asked["box"]
    return None if flag(box.get("can_rotate")) else box


def fit(params: Json) -> Fit | None:
    box = _box(params)
    if box is None or (params.get("attachment_type") or "image") != "image" or not silent(params, *BEYOND):
        return None
    classes = [{"id": f"c{i}", "label": shown} for i, (_, shown) in enumerate(leaves(box["objects_to_annotate"]))]
    config = {"question": QUESTION, "classes": classes, "shapes": ["box"]}
    return Fit("image", config, {}, media=params["attachment"], note=_least(box))


def _least(box: Json) -> str | None:
    width, height = (float(box.get(side) or 0) for side in ("min_width", "min_height"))
    return f"Boxes are at least {width:g} × {height:g} pixels." if width or height else None  # noqa: RUF001 - a sign for people


def _names(params: Json, config: Json) -> dict[str, str]:
    box = _box(params) or {}
    known = {f"c{i}": label for i, (label, _) in enumerate(leaves(box.get("objects_to_annotate", [])))}
    return {c["id"]: known.get(c["id"], c["label"]) for c in config["classes"]}


def response(answer: Json, params: Json, config: Json, task_id: UUID) -> dict[str, Any]:
    names, box = _names(params, config), _box(params) or {}
    modern = params.get("geometries") is not None
    whole = flag(box.get("integer_pixels"))
    told = []
    for i, thing in enumerate(answer["objects"]):
        left, top, width, height = (thing["box"][side] for side in "xywh")
        if whole:
            left, top, width, height = (round(side) for side in (left, top, width, height))
        sides = {"left": left, "top": top, "width": width, "height": height}
        label = names.get(thing["class"], thing["class"])
        if modern:
            name = thing.get("id") or str(uuid5(task_id, str(i)))
            told.append({"uuid": name, "type": "box", "label": label, "attributes": {}, **sides})
        else:
            told.append({**sides, "label": label})
    return {"annotations": told, "global_attributes": {}} if modern else {"annotations": told}


def within(answer: Json, width: float, height: float) -> dict[str, Any]:
    """Boxes cut at the picture's edges; what is outside altogether goes."""
    kept = []
    for thing in answer["objects"]:
        box = thing["box"]
        left, top = max(box["x"], 0.0), max(box["y"], 0.0)
        right, bottom = min(box["x"] + box["w"], width), min(box["y"] + box["h"], height)
        if right > left and bottom > top:
            kept.append({**thing, "box": {"x": left, "y": top, "w": right - left, "h": bottom - top}})
    return {"objects": kept}


def answer(response: Json, params: Json, config: Json) -> dict[str, Any]:
    """Raises ValueError with a sentence."""
    ids = {label: id_ for id_, label in _names(params, config).items()}
    objects = []
    for i, a in enumerate(response["annotations"]):
        if a.get("type", "box") != "box" or a.get("rotation"):
            raise ValueError(f"annotations.{i}.type: only upright boxes are asked for.")
        if a["label"] not in ids:
            raise ValueError(f"annotations.{i}.label: there is no label {a['label']!a:.64}.")
        missing = [side for side in ("left", "top", "width", "height") if a.get(side) is None]
        if missing:
            raise ValueError(f"annotations.{i}.{missing[0]} is required for a box.")
        box = {to: float(a[side]) for to, side in zip("xywh", ("left", "top", "width", "height"), strict=True)}
        thing = {"class": ids[a["label"]], "shape": "box", "box": box}
        uuid = a.get("uuid")
        objects.append({"id": uuid, **thing} if isinstance(uuid, str) and 0 < len(uuid) <= 64 else thing)
    return {"objects": objects}
