"""What every request and response shape has: strict, closed, documented."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


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


Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_visible)]
Email = Annotated[str, Field(min_length=3, max_length=254, pattern=r"^[^\s@<>\"',;:()]+@[^\s@<>\"',;:()]+$")]
Uuid = Annotated[str, Field(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
Micros = Annotated[int, Field(ge=0, le=10**12)]
Priority = Annotated[int, Field(ge=0, le=9)]


class Money(Asked):
    """An amount: whole millionths of the currency's unit."""

    micros: Micros
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class Page(Told):
    """How every list ends: where to go on, or null."""

    next: str | None
