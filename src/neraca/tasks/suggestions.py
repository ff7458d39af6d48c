"""Suggestions that tasks come with: an answer of their kind, and what it comes from."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from neraca.kind import Flaw, Kind, check
from neraca.kit.session import Connection
from neraca.kit.signing import pseudonym
from neraca.tasks import suggestion_queries
from neraca.tasks.rules import known
from neraca.wire.tasks import SuggestionNew

SAME = 0.005  # answers less far apart are the same: an editor rounds what it was given


def suggester(key: bytes, name: str | None) -> UUID:
    """The id of a source of suggestions, under the cell's key."""
    return pseudonym(key, f"suggestion:{name or ''}")


def read(
    key: bytes, kind: Kind, config: Any, params: dict[str, Any], asked: SuggestionNew | None
) -> tuple[dict[str, Any], list[Flaw]]:
    """The columns of a suggestion, and everything that is wrong with its answer by its kind."""
    if asked is None:
        return {}, []
    answer, flaws = known(kind, config, params, asked.answer)
    return {"suggestion": answer, "suggested_by": suggester(key, asked.source)}, flaws


async def meet(db: Connection, key: bytes, names: Iterable[str | None]) -> None:
    """Makes sources known to the cell."""
    if found := {suggester(key, name): name for name in names}:
        await suggestion_queries.meet(db, found)


def confirms(kind: Kind, config: dict[str, Any], suggestion: dict[str, Any], value: dict[str, Any]) -> bool:
    """Whether an answer says what the suggestion said. One of an older version of the project may be no answer now."""
    if value == suggestion:
        return True
    if check(kind.answer, suggestion)[0] is None:
        return False
    return kind.distance(suggestion, value, config) < SAME
