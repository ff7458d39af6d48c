"""Decisions about requests that need no database."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from neraca.doors.scale import words
from neraca.doors.scale.shapes import TYPES, faults
from neraca.kit import urlguard
from neraca.kit.problems import Fault
from neraca.wire.errors import ValidationFailed

APART = frozenset({
    "project", "batch", "instruction", "callback_url", "metadata", "tags", "unique_id", "task_id",
})  # fmt: skip
MOST_TAGS = 5
URGENCIES = {"immediate": 9, "day": 5, "week": 0}
INSTRUCTION_LIMIT = 200_000
FILES = ("scaledata://", "s3://", "gs://")
WEB = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request for a task says beside its parameters."""

    project: str | None
    batch: str | None
    instruction: str | None
    callback_url: str | None
    metadata: dict[str, Any]
    tags: list[str] | None
    unique_id: str | None
    params: dict[str, Any]


def asked(given: Mapping[str, Any], *, private: bool) -> Asked:
    """Raises 400."""
    priority(given)
    return Asked(
        project=words.text(given.get("project"), "project", words.NAME_LIMIT),
        batch=words.text(given.get("batch"), "batch", words.NAME_LIMIT),
        instruction=words.text(given.get("instruction"), "instruction", INSTRUCTION_LIMIT),
        callback_url=callback(given.get("callback_url"), "callback_url", private=private),
        metadata=words.table(given.get("metadata"), "metadata"),
        tags=tags(given.get("tags")),
        unique_id=unique_id(given.get("unique_id")),
        params={name: value for name, value in given.items() if name not in APART},
    )


def over(default: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    """A task's parameters over its project's; null is what the project says."""
    inherited = {name: value for name, value in default.items() if name not in APART}
    return {**inherited, **{k: v for k, v in params.items() if v is not None or k not in inherited}}


def unique_id(value: object) -> str | None:
    """Numbers are taken as text."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return words.text(value, "unique_id", 500)


def tags(value: object) -> list[str] | None:
    """At most five different texts, in their order; none where there are none."""
    if value is None:
        return None
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or not all(isinstance(t, str) and 0 < len(t) <= 200 for t in listed):
        raise words.wrong("tags", "tags must be a list of texts of at most 200 characters.")
    found = list(dict.fromkeys(listed))
    if len(found) > MOST_TAGS:
        raise words.wrong("tags", f"tags may be at most {MOST_TAGS}.")
    return found or None


def callback(value: object, field: str, *, private: bool) -> str | None:
    """An address to be called; this server sends no mail."""
    url = words.text(value, field)
    if url is None:
        return None
    if not url.startswith(WEB):
        raise words.wrong(field, f"{field} must begin with https://; this server sends no mail.")
    _guarded(url, field, private=private)
    return url


def _guarded(url: str, field: str, *, private: bool, plain: bool = False) -> None:
    try:
        urlguard.parse(url, private=private, plain=plain)
    except urlguard.Refused as refusal:
        raise words.wrong(field, f"{field} may not be called from here: {refusal}.") from None


def checked(word: str, params: Mapping[str, Any], *, private: bool) -> None:
    """The shape of the type, and every address in it. Raises 400 with a sentence for each parameter."""
    found = faults(TYPES[word].params, params, word)
    if found:
        raise ValidationFailed([Fault(f"#/{name}", "invalid-parameter", sentence) for name, sentence in found])
    attempts(params)
    for field, url in _addresses(params):
        if url.startswith(WEB):
            _guarded(url, field, private=private, plain=True)
        elif not url.startswith(FILES):
            raise words.wrong(field, f"{field} must begin with https://, scaledata:// or s3://.")


def attempts(params: Mapping[str, Any]) -> int:
    """How many answers a task wants. Raises 400."""
    return words.whole(params.get("consensus_attempts"), "consensus_attempts", 1, 1, 100)


def _addresses(params: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Attachments that are addresses, not the text itself."""
    if params.get("attachment_type") == "text":
        return
    one = params.get("attachment")
    if isinstance(one, str):
        yield "attachment", one
    for field in ("attachments", "context_attachments"):
        many = params.get(field)
        for i, each in enumerate(many if isinstance(many, list) else []):
            if isinstance(each, dict):
                each = each.get("attachment")  # noqa: PLW2901 - the address inside
            if isinstance(each, str):
                yield f"{field}.{i}", each


def fingerprint(kind: str, config: Mapping[str, Any]) -> bytes:
    """The same for the same question."""
    return hashlib.sha256(json.dumps([kind, config], sort_keys=True).encode()).digest()


def priority(params: Mapping[str, Any]) -> int:
    """Scale's 10 to 30, or its older words, on the house's 0 to 9; larger is earlier."""
    field = "priority" if params.get("priority") is not None else "urgency"
    value = params.get(field)
    if isinstance(value, str) and value in URGENCIES:
        return URGENCIES[value]
    given = words.whole(value, field, 10, 0, 1000)
    return round((min(max(given, 10), 30) - 10) * 9 / 20)


def word(text: str) -> str:
    """A task type. Raises 400."""
    if text not in TYPES:
        raise words.wrong("type", f"There is no task type {text!a:.64}.")
    return text
