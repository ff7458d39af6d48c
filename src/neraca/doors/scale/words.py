"""Values as Scale's users write them, and times as Scale tells them. What is wrong is a sentence that names it."""

import re
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

from neraca.accounts import CellSession
from neraca.kit.problems import Fault, Problem
from neraca.wire.errors import CursorInvalid, NotFound, ValidationFailed

NAME_LIMIT = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def wrong(field: str, sentence: str) -> Problem:
    """400 with a sentence that names the parameter."""
    return ValidationFailed([Fault(f"#/{field}", "invalid-parameter", sentence)])


def mode(session: CellSession) -> str:
    """Live and test are two accounts."""
    return session.who.mode or "live"


def name(value: object, field: str) -> str:
    """A new name. `.` and `..` are refused because HTTP libraries take them out of an address."""
    if not isinstance(value, str) or not value.strip():
        raise wrong(field, f"{field} must be a text with at least one visible character.")
    if len(value) > NAME_LIMIT or value in {".", ".."} or _CONTROL.search(value):
        raise wrong(field, f"{field} may have at most {NAME_LIMIT} characters, none of control, and not be . or ..")
    return value


def told_at(at: datetime) -> str:
    """A time as Scale writes it: `2024-01-31T12:00:00.000Z`."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(text: str, field: str) -> datetime:
    """A time as Scale's users write it; without a zone it is UTC. Raises 400."""
    try:
        found = datetime.fromisoformat(text.strip().replace(" ", "T").removesuffix("Z"))
    except ValueError:
        raise wrong(field, f"{field} is not a time such as 2024-01-31T12:00:00.000Z.") from None
    if not 1900 < found.year < 9000:
        raise wrong(field, f"{field} is out of range.")
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def bound(text: str, field: str) -> datetime:
    """A time that a filter names; an upper one holds to the end of its millisecond. Raises 400.

    Times are told in whole milliseconds: a task is found under the time that was told of it.
    """
    found = moment(text, field)
    if field != "end_time" and not field.endswith("_before"):
        return found
    return found.replace(microsecond=found.microsecond // 1000 * 1000) + timedelta(microseconds=999)


def nothing(field: str, name: str) -> Problem:
    """404 with a sentence that says what there is not."""
    return NotFound(errors=[Fault(f"#/{field}", "not-found", f"There is no {field} {name!a:.100}.")])


def truth(value: object, field: str, default: bool = False) -> bool:
    """A boolean, which in a query is the word `True` or `False`."""
    if value is None:
        return default
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in {"true", "false", "1", "0"}:
        return value.lower() in {"true", "1"}
    raise wrong(field, f"{field} must be true or false.")


def whole(value: object, field: str, default: int, least: int, most: int) -> int:
    """A whole number, also as text."""
    if value is None:
        return default
    digits = value if isinstance(value, str) else str(value)
    if isinstance(value, bool) or not re.fullmatch(r"-?[0-9]{1,9}", digits) or not least <= int(digits) <= most:
        raise wrong(field, f"{field} must be a whole number from {least} to {most}.")
    return int(digits)


def among(value: object, field: str, known: Collection[str]) -> str:
    """One of the words that there are."""
    if not isinstance(value, str) or value not in known:
        raise wrong(field, f"{field} must be one of {', '.join(sorted(known))}.")
    return value


def page_at(session: CellSession, scope: str, token: str | None, field: str) -> list[Any] | None:
    """Where a list goes on. Raises 400 for a token that is not of this list."""
    try:
        return session.house.cursors.read(scope, token)
    except CursorInvalid:
        raise wrong(field, f"{field} is not one of ours for this list.") from None


def text(value: object, field: str, most: int = 2000) -> str | None:
    """An optional text; an empty one is none."""
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > most:
        raise wrong(field, f"{field} must be a text of at most {most} characters.")
    return value


def table(value: object, field: str) -> dict[str, Any]:
    """An optional JSON object."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise wrong(field, f"{field} must be a JSON object.")
    return value
