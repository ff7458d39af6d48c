"""JSON read strictly: what two readers could take differently is refused.

Refused are duplicate keys, NaN and Infinity, numbers out of range or of absurd length, deep nesting,
bytes that are not UTF-8, half surrogate pairs and NUL. Standard: RFC 8259 with the advice of
RFC 7493 (I-JSON).
"""

import json
import re
from typing import Any, NoReturn

from neraca.kit.problems import pointer, shown

MAX_DEPTH = 32
MAX_NUMBER = 64
MAX_KEYS = 1000
MAX_ALL_KEYS = 200_000  # each may be a fault, and each fault is looked at
MAX_KEY_BYTES = 256
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)  # one without an end goes to the end: linear time
_BRACKET = re.compile(rb"[\[\]{}]")
_ESCAPED = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")  # the only way to write NUL or half a surrogate pair
_UNFIT = re.compile(r"[\0\ud800-\udfff]")


class Refused(ValueError):
    """A body that is not strict JSON; `code` is one of the slugs of the error catalogue."""

    def __init__(self, code: str, **facts: object) -> None:
        self.code = code
        self.facts = facts
        super().__init__(code)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise Refused("duplicate-key", key=shown(key))
            seen.add(key)
    if len(found) > MAX_KEYS:
        raise Refused("too-many-keys", limit=MAX_KEYS, where="one object")
    for key in found:
        if len(key) > MAX_KEY_BYTES or len(key.encode("utf-8", "replace")) > MAX_KEY_BYTES:
            raise Refused("key-too-long", limit=MAX_KEY_BYTES)
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


def _decoder() -> json.JSONDecoder:
    """A decoder for one document: it counts the keys of all its objects."""
    total = 0

    def counted(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal total
        total += len(pairs)
        if total > MAX_ALL_KEYS:
            raise Refused("too-many-keys", limit=MAX_ALL_KEYS, where="all its objects together")
        return _object(pairs)

    return json.JSONDecoder(
        object_pairs_hook=counted, parse_int=_integer, parse_float=_number, parse_constant=_constant
    )


def _too_deep(body: bytes) -> bool:
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return False
    depth = 0
    for bracket in _BRACKET.finditer(_STRING.sub(b"", body)):
        depth += 1 if bracket.group() in b"[{" else -1
        if depth > MAX_DEPTH:
            return True
    return False


def _unfit(value: Any, path: tuple[str | int, ...] = ()) -> tuple[str, tuple[str | int, ...]] | None:
    """The first string or key with NUL or half a surrogate pair, and where it is."""
    if isinstance(value, str):
        return (value, path) if _UNFIT.search(value) else None
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        if isinstance(key, str) and _UNFIT.search(key):
            return key, path
        if (found := _unfit(item, (*path, key))) is not None:
            return found
    return None


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
    begin = _space(text, 0)
    if begin == len(text):
        raise Refused("malformed-json", why="it is empty")
    try:
        value, end = _decoder().raw_decode(text, begin)
    except json.JSONDecodeError as wrong:
        why = f"{wrong.msg} at line {wrong.lineno}, column {wrong.colno}"
        raise Refused("malformed-json", why=why) from None
    rest = _space(text, end)
    if rest != len(text):
        raise Refused("malformed-json", why=f"there is more after the document, at character {rest}")
    if _ESCAPED.search(body) and (unfit := _unfit(value)) is not None:
        string, path = unfit
        raise Refused("nul-not-allowed" if "\0" in string else "invalid-unicode", where=pointer(path))
    return value


def _space(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at
