"""What a choice task asks with, shows, and stores."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from neraca.kind import Part
from neraca.kit.wording import spelled

VERSION = 1
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


class Option(Part):
    """One possible answer. `key` is the key that chooses it."""

    id: Slug
    label: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    key: Key | None = None


class Config(Part):
    """The question and its options, in the order in which they are shown."""

    question: Annotated[str, StringConstraints(min_length=1, max_length=2000)]
    options: Annotated[list[Option], Field(min_length=2, max_length=1000)]


class Params(Part):
    """What is asked about: exactly one of a picture, plain text, or Markdown without HTML.

    `instruction` is Markdown for this task alone, beside the project's own.
    """

    image: Asset | None = None
    text: Annotated[str, StringConstraints(min_length=1, max_length=100_000)] | None = None
    markdown: Annotated[str, StringConstraints(min_length=1, max_length=100_000)] | None = None
    instruction: Annotated[str, StringConstraints(min_length=1, max_length=250_000)] | None = None


class Answer(Part):
    """The id of the option that was chosen."""

    choice: Annotated[str, StringConstraints(min_length=1, max_length=64)]


def upgrade(raw: dict[str, Any], since: int) -> dict[str, Any]:
    """Raises ValueError for a version that never was."""
    if since != VERSION:
        raise ValueError(f"There is no version {since} of choice.")
    return dict(raw)
