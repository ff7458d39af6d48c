"""JSON read strictly: what two readers could take differently is refused.

Refused are duplicate keys, NaN and Infinity, numbers out of range or of absurd length, deep nesting,
bytes that are not UTF-8, half surrogate pairs and NUL. Standard: RFC 8259 with the advice of
RFC 7493 (I-JSON).
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

MAX_DEPTH = 32
MAX_NUMBER = 64
MAX_KEYS = 1000
MAX_KEY_BYTES = 256
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET = re.compile(rb"[\[\]{}]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


class Refused(ValueError):
    """A body that is not strict JSON; `code` is one of the slugs of the error catalogue."""

    def __init__(self, code: str, **facts: object) -> None:
        self.code = code
        self.facts = facts
        super().__init__(code)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise Refused("duplicate-key", key=ascii(key)[:64])
            seen.add(key)
    if len(found) > MAX_KEYS:
        raise Refused("malformed-json", why=f"an object has more than {MAX_KEYS} keys")
    for key in found:
        if len(key) > MAX_KEY_BYTES or len(key.encode("utf-8", "replace")) > MAX_KEY_BYTES:
            raise Refused("malformed-json", why=f"a key is longer than {MAX_KEY_BYTES} bytes")
    return found


def _integer(text: str) -> int:
    if len(text) > MAX_NUMBER:
        raise Refused("number-too-long", limit=MAX_NUMBER)
    return int(text)


def _number(text: str) -> float:
    value = float(text) if len(text) <= MAX_NUMBER else float("inf")
    if value in (float("inf"), float("-inf")):
        raise Refused("number-too-long", limit=MAX_NUMBER)
    return value


def _constant(text: str) -> NoReturn:
    raise Refused("malformed-json", why=f"{text} is not a JSON number")


_decoder = json.JSONDecoder(object_pairs_hook=_pairs, parse_int=_integer, parse_float=_number, parse_constant=_constant)


def _too_deep(body: bytes) -> bool:
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return False
    depth = 0
    for bracket in _BRACKET.finditer(_STRING.sub(b"", body)):
        depth += 1 if bracket.group() in b"[{" else -1
        if depth > MAX_DEPTH:
            return True
    return False


def _strings(value: Any) -> Iterator[str]:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            yield from item
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)


def loads(body: bytes) -> Any:
    """Reads one JSON document. Raises `Refused` with the slug of what is wrong."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as wrong:
        raise Refused("invalid-encoding", at=wrong.start) from None
    if text.startswith("\ufeff"):
        raise Refused("invalid-encoding", at=0)
    if _too_deep(body):
        raise Refused("too-deep", limit=MAX_DEPTH)
    try:
        value, end = _decoder.raw_decode(text, _space(text, 0))
    except json.JSONDecodeError as wrong:
        why = f"{wrong.msg} at line {wrong.lineno}, column {wrong.colno}"
        raise Refused("malformed-json", why=why) from None
    rest = _space(text, end)
    if rest != len(text):
        raise Refused("malformed-json", why=f"there is more after the document, at character {rest}")
    if b"\\u" in body:  # the only way to write NUL or half a surrogate pair
        for string in _strings(value):
            if "\0" in string:
                raise Refused("nul-not-allowed")
            if _SURROGATE.search(string):
                raise Refused("invalid-unicode")
    return value


def _space(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at
