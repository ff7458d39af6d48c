"""What a foreign task asks with and stores: another system's own words, as JSON."""

from typing import Annotated, Any

from pydantic import Field, JsonValue, StringConstraints

from neraca.kind import Part

VERSION = 1
Type = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]*$")]
Fields = Annotated[dict[str, JsonValue], Field(max_length=1000)]


class Config(Part):
    """The sort of work, in the words of the system that it comes from."""

    type: Type


class Params(Part):
    """The sort of work again, and its parameters."""

    type: Type
    params: Fields


class Answer(Part):
    """The other system's response."""

    response: Fields


def upgrade(raw: dict[str, Any], since: int) -> dict[str, Any]:
    """Raises ValueError for a version that never was."""
    if since != VERSION:
        raise ValueError(f"There is no version {since} of foreign.")
    return dict(raw)
