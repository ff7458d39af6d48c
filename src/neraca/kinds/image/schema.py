"""What an image task asks with, shows, and stores. Pixels, origin top left, floats."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from neraca.kind import Part
from neraca.kit.wording import spelled

VERSION = 1
MAX_OBJECTS = 10_000
Slug = Annotated[
    str,
    StringConstraints(min_length=1, max_length=64),
    spelled(
        r"^[A-Za-z0-9][A-Za-z0-9_.:-]*$", "an id of letters, digits and _ . : - that begins with a letter or digit"
    ),
]
Key = Annotated[str, StringConstraints(min_length=1, max_length=1)]
Asset = Annotated[
    str,
    spelled(r"^asset:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", '"asset:" and the id of an uploaded asset'),
]
Color = Annotated[str, spelled(r"^#[0-9a-fA-F]{6}$", "a color such as #2f6fde")]
Side = Annotated[int, Field(ge=1, le=1_000_000)]


class ObjectClass(Part):
    """A class of objects. `color` is #rrggbb; `key` is the key that chooses it."""

    id: Slug
    label: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    color: Color | None = None
    key: Key | None = None


class Config(Part):
    """The question, the ontology, and the shapes that may be drawn."""

    question: Annotated[str, StringConstraints(min_length=1, max_length=2000)]
    classes: Annotated[list[ObjectClass], Field(min_length=1, max_length=1000)]
    shapes: Annotated[list[Literal["box"]], Field(min_length=1, max_length=8)]


class Params(Part):
    """The picture and its size in pixels. `instruction` is Markdown for this task alone, beside the project's own."""

    image: Asset
    width: Side
    height: Side
    instruction: Annotated[str, StringConstraints(min_length=1, max_length=250_000)] | None = None


class Box(Part):
    """Left, top, width and height."""

    x: float
    y: float
    w: float
    h: float


class BoxObject(Part):
    """An object drawn as a box."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None
    class_: Annotated[str, StringConstraints(min_length=1, max_length=64), Field(alias="class")]
    shape: Literal["box"]
    box: Box


# With a second shape this becomes Annotated[BoxObject | PolygonObject, Field(discriminator="shape")].
Thing = BoxObject


class Answer(Part):
    """What is in the picture; an empty list says that nothing is."""

    objects: Annotated[list[Thing], Field(max_length=MAX_OBJECTS)]


def upgrade(raw: dict[str, Any], since: int) -> dict[str, Any]:
    """Raises ValueError for a version that never was."""
    if since != VERSION:
        raise ValueError(f"There is no version {since} of image.")
    return dict(raw)
