"""What a translation of parameters gives."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fit:
    """A task in the words of a kind. `media` is the address of the picture that is still to be fetched."""

    kind: str
    config: dict[str, Any]
    params: dict[str, Any]
    media: str | None = None
    note: str | None = None  # what the labeler must know beside the instruction


def silent(params: Json, *names: str) -> bool:
    """Whether a task asks for none of these: absent, empty or false."""
    return not any(params.get(name) for name in names)
