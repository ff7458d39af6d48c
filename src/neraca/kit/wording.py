"""What a shape's check found, told to people: a slug, a place in the document, and a sentence.

pydantic finds the faults; its own messages speak to the programmer of the shape. These speak to whoever sent the
document: what is wrong, what would be right, and what was sent.
"""

import heapq
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field, ValidationError

from neraca.kit.problems import MAX_FAULTS, Fault, pointer, shown

_WORDS: dict[str, str] = {}
_SLUGS = {
    "missing": "required", "union_tag_not_found": "required", "extra_forbidden": "unknown-field",
    "too_long": "too-many", "too_short": "too-few", "string_too_long": "too-long", "string_too_short": "too-short",
    "literal_error": "not-allowed", "enum": "not-allowed", "union_tag_invalid": "not-allowed",
    "string_pattern_mismatch": "not-allowed", "value_error": "not-allowed",
    "finite_number": "not-finite", "int_from_float": "wrong-type", "timezone_aware": "not-a-time",
}  # fmt: skip
_NEEDED = {
    "int_type": "a whole number", "int_from_float": "a whole number", "float_type": "a number",
    "bool_type": "true or false", "string_type": "text", "list_type": "a list", "dict_type": "an object",
    "model_type": "an object", "model_attributes_type": "an object", "none_required": "null",
    "finite_number": "a finite number",
}  # fmt: skip
_BOUNDS = {
    "greater_than": ("gt", "more than"), "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"), "less_than_equal": ("le", "at most"),
}  # fmt: skip
_LENGTHS = {
    "string_too_long": ("max_length", "at most", "character"),
    "string_too_short": ("min_length", "at least", "character"),
    "too_long": ("max_length", "at most", "item"), "too_short": ("min_length", "at least", "item"),
}  # fmt: skip
_TIME = "a date and time with an offset, such as 2026-01-31T09:30:00Z"
_LONGEST = 300  # characters of a list of allowed values


def spelled(pattern: str, words: str) -> Any:
    """A string's `pattern`, and the words that follow "must be" where it does not fit."""
    _WORDS[pattern] = words
    return Field(pattern=pattern)


def faults(wrong: ValidationError, document: object, at: Sequence[str | int] = ()) -> list[Fault]:
    """The first 50 findings in the order of the document, each with its place as an RFC 6901 fragment.

    `document` is what was checked; `at` is where it stands in the whole.
    """
    found = []
    ranks: dict[int, dict[str, int]] = {}
    for n, error in enumerate(wrong.errors(include_url=False)):
        path, order = _place(document, error["loc"], error["type"], ranks)
        if error["type"].startswith("union_tag_"):
            path.append(str(error["ctx"]["discriminator"]).strip("'"))
        found.append((order, n, path, error))
    return [
        Fault(pointer([*at, *path]), slug(error["type"]), _sentence(error, path))
        for _, _, path, error in heapq.nsmallest(MAX_FAULTS, found, key=lambda f: f[:2])
    ]


def slug(kind: str) -> str:
    """Our word for one of pydantic's kinds of error."""
    if kind.startswith("datetime_"):
        return "not-a-time"
    return _SLUGS.get(kind, "wrong-type" if kind.endswith("_type") else "out-of-range")


def _place(
    document: object, loc: Sequence[str | int], kind: str, ranks: dict[int, dict[str, int]]
) -> tuple[list[str | int], tuple[int, ...]]:
    """The path in the document, and its rank there; `ranks` keeps the order of keys of each object.

    pydantic also names the branch of a union that it took; what the document does not have is left out, except the
    name of a field that is missing.
    """
    path: list[str | int] = []
    order: list[int] = []
    here = document
    for n, part in enumerate(loc):
        if isinstance(here, Mapping) and part in here:
            if id(here) not in ranks:
                ranks[id(here)] = {key: i for i, key in enumerate(here)}
            order.append(ranks[id(here)][str(part)])
            here = here[part]
        elif isinstance(here, list | tuple) and isinstance(part, int) and part < len(here):
            order.append(part)
            here = here[part]
        elif kind == "missing" and n == len(loc) - 1:
            order.append(len(here) if isinstance(here, Mapping) else 0)
        else:
            continue
        path.append(part)
    return path, tuple(order)


def _subject(path: Sequence[str | int]) -> str:
    if not path:
        return "This"
    if isinstance(path[-1], str):
        return shown(path[-1])
    name = next((part for part in reversed(path) if isinstance(part, str)), None)
    return f"Item {path[-1] + 1}" + (f" of {shown(name)}" if name else "")


def _sentence(error: Any, path: Sequence[str | int]) -> str:
    kind, given, facts = error["type"], error["input"], error.get("ctx", {})
    subject = _subject(path)
    if kind in {"missing", "union_tag_not_found"}:
        return f"{subject} is required."
    if kind == "extra_forbidden":
        return f"There is no field {subject} here; leave it out."
    if kind == "value_error":
        said = str(facts["error"])
        return f"{subject} {said}." if said.startswith("must ") else f"{said[0].upper()}{said[1:]}."
    if kind in _LENGTHS:
        return _length(subject, kind, given, facts)
    if kind == "union_tag_invalid":
        given = facts["tag"]
    return f"{subject} must be {_needed(kind, facts, error['msg'])}{_not(given)}."


def _needed(kind: str, facts: Mapping[str, Any], message: str) -> str:
    if kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        bound = facts[name]
        return f"{words} {bound:g}" if isinstance(bound, float) else f"{words} {bound}"
    if kind in {"literal_error", "enum", "union_tag_invalid"}:
        allowed = str(facts.get("expected") or " or ".join(facts["expected_tags"].rsplit(", ", 1))).replace("'", '"')
        return allowed if len(allowed) <= _LONGEST else allowed[:_LONGEST] + "…"
    if kind == "string_pattern_mismatch":
        return _WORDS.get(facts["pattern"], f"of the form {facts['pattern']}")
    if kind.startswith(("datetime_", "timezone_")):
        return _TIME
    known = _NEEDED.get(kind)
    return known if known is not None else message.removeprefix("Input should be ").rstrip(".")[:_LONGEST]


def _not(given: object) -> str:
    if given is None or isinstance(given, str | int | float):
        return f", not {shown(given)}"
    if isinstance(given, list):
        return ", not a list"
    return ", not an object" if isinstance(given, Mapping) else ""


def _length(subject: str, kind: str, given: object, facts: Mapping[str, Any]) -> str:
    name, words, unit = _LENGTHS[kind]
    bound = facts[name]
    size = len(given) if isinstance(given, str | list) else facts.get("actual_length")
    if bound == 1 and size == 0:
        return f"{subject} must not be empty."
    needed = f"{subject} must have {words} {bound} {unit}{'' if bound == 1 else 's'}"
    return f"{needed}, not {size}." if size is not None else f"{needed}."
