"""Errors for people: problem documents of RFC 9457, one class for each thing that can go wrong."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import quote

CATALOGUE: dict[str, type["Problem"]] = {}
MAX_FAULTS = 50


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a request: where (an RFC 6901 fragment), what, in a sentence."""

    pointer: str
    code: str
    detail: str


class Problem(Exception):
    """Something that a caller can understand and act on.

    A subclass names its slug and status; the first line of its docstring, filled with the facts,
    is the `detail` that is sent, and the rest is the help page.
    """

    slug: ClassVar[str] = "internal"
    status: ClassVar[int] = 500

    def __init_subclass__(cls, *, slug: str, status: int) -> None:
        if slug in CATALOGUE:
            raise TypeError(f"the slug {slug} is taken by {CATALOGUE[slug].__name__}")
        cls.slug, cls.status = slug, status
        CATALOGUE[slug] = cls

    def __init__(self, *, errors: Sequence[Fault] = (), headers: dict[str, str] | None = None, **facts: object) -> None:
        first = (self.__doc__ or "Something went wrong.").strip().splitlines()[0]
        self.detail = first.format(**facts)
        self.errors = list(errors)[:MAX_FAULTS]
        self.headers = headers or {}
        self.facts = facts
        super().__init__(self.detail)

    @classmethod
    def title(cls) -> str:
        """The slug as words, the same for every occurrence."""
        return cls.slug.replace("-", " ").capitalize()

    def document(self, instance: str) -> dict[str, Any]:
        """The problem document; `instance` names the request."""
        body: dict[str, Any] = {
            "type": f"urn:neraca:problem:{self.slug}",
            "title": self.title(),
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
            "code": self.slug,
        }
        if self.errors:
            body["errors"] = [{"pointer": e.pointer, "code": e.code, "detail": e.detail} for e in self.errors]
        return body


def pointer(path: Sequence[str | int]) -> str:
    """A path of keys and indexes as an RFC 6901 URI fragment, for example `#/tasks/0/params`.

    A hostile key is cut at 64 characters.
    """
    return "#" + "".join("/" + _token(str(part)[:64]) for part in path)


def _token(part: str) -> str:
    return quote(part.replace("~", "~0").replace("/", "~1"), safe="~!$&'()*+,;=:@")


def shown(value: object, limit: int = 64) -> str:
    """A hostile value made safe to echo: as JSON writes it, in ASCII, at most `limit` characters."""
    if isinstance(value, str):
        text = json.dumps(value[: limit + 1]).replace("\x7f", "\\u007f")
    elif value is None or isinstance(value, bool):
        text = json.dumps(value)
    else:
        text = ascii(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"
