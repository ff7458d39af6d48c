"""What every request and response shape has: strict, closed, documented."""

import re
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from neraca.kit.wording import spelled


class Asked(BaseModel):
    """A request body: unknown fields are refused, nothing is coerced."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, frozen=True)


class Told(BaseModel):
    """A response body."""

    model_config = ConfigDict(extra="forbid", ser_json_inf_nan="null")


def _visible(text: str) -> str:
    if not text.strip() or not any(c.isprintable() and not c.isspace() for c in text):
        raise ValueError("must have at least one visible character")
    if any(ord(c) < 32 or 0x202A <= ord(c) <= 0x202E or 0x2066 <= ord(c) <= 0x2069 for c in text):
        raise ValueError("must not have control or direction characters")
    return text


_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)", re.ASCII
)


def _rfc3339(value: object) -> object:
    if isinstance(value, str) and _TIME.fullmatch(value):
        return value
    raise PydanticCustomError("datetime_form", "not RFC 3339")


Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_visible)]
Skill = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_visible)]
Email = Annotated[
    str,
    Field(min_length=3, max_length=254),
    spelled(r"^[^\s@<>\"',;:()]+@[^\s@<>\"',;:()]+$", "an e-mail address"),
]
Uuid = Annotated[
    str,
    spelled(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", "an id as the API gave it"),
]
Moment = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_rfc3339)]
Micros = Annotated[int, Field(ge=0, le=10**12)]
Priority = Annotated[int, Field(ge=0, le=9)]


class Money(Asked):
    """An amount: whole millionths of the currency's unit."""

    micros: Micros
    currency: Annotated[str, spelled(r"^[A-Z]{3}$", "a currency code such as USD")]


class Page(Told):
    """How every list ends: where to go on, or null."""

    next: str | None
