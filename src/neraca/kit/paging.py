"""Lists a page at a time, each going on at a signed cursor."""

import base64
import hmac
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from neraca.kit.problems import CATALOGUE, Fault, shown
from neraca.kit.requests import invalid

PAGED: Final[Mapping[str, tuple[str, ...] | None]] = {"limit": None, "cursor": None}
FOUND: Final[Mapping[str, tuple[str, ...] | None]] = {**PAGED, "search": None}
DEFAULT, MOST = 50, 200


class Cursors:
    """Where a list goes on: signed, and bound to one list of one client with its filters."""

    def __init__(self, key: bytes) -> None:
        self._key = hmac.digest(key, b"cursor", "sha256")

    def write(self, scope: str, at: Sequence[Any]) -> str:
        """The cursor of a place."""
        body = msgspec.json.encode([str(a) for a in at])
        return base64.urlsafe_b64encode(self._tag(scope, body) + body).decode().rstrip("=")

    def read(self, scope: str, text: str | None) -> list[str] | None:
        """The place, or None without a cursor. Raises cursor-invalid."""
        if text is None:
            return None
        try:
            blob = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except ValueError:
            raise CATALOGUE["cursor-invalid"] from None
        spelling = base64.urlsafe_b64encode(blob).decode().rstrip("=")
        tag, body = blob[:12], blob[12:]
        if spelling != text or not hmac.compare_digest(tag, self._tag(scope, body)):  # one spelling, like an id
            raise CATALOGUE["cursor-invalid"]
        place: list[str] = msgspec.json.decode(body)
        return place

    def _tag(self, scope: str, body: bytes) -> bytes:
        return hmac.digest(self._key, scope.encode() + b"\0" + body, "sha256")[:12]


class Page:
    """The page that a query asks for: at most `limit` rows behind the place `after`.

    `found` is the query as it was read, with `PAGED` among what it may have; `scope` names the list and its filters.
    Raises validation-failed, cursor-invalid.
    """

    def __init__(self, cursors: Cursors, scope: str, found: Mapping[str, str]) -> None:
        self._cursors, self._scope = cursors, scope
        self.limit = _limit(found.get("limit"))
        self.after = cursors.read(scope, found.get("cursor"))

    @property
    def number(self) -> int | None:
        """The place in a list that is ordered by one number."""
        return int(self.after[0]) if self.after else None

    def cut(self, rows: Sequence[dict[str, Any]], *order: str) -> tuple[Sequence[dict[str, Any]], str | None]:
        """The page's rows of one row more than that, and the cursor to the next: the columns `order` of its last."""
        if len(rows) <= self.limit:
            return rows, None
        last = rows[self.limit - 1]
        return rows[: self.limit], self._cursors.write(self._scope, [last[column] for column in order])


def _limit(text: str | None) -> int:
    """1 to `MOST`, in plain digits."""
    if text is None:
        return DEFAULT
    if text.isascii() and text.isdigit() and text[0] != "0" and len(text) <= 3 and int(text) <= MOST:
        return int(text)
    raise invalid(
        [Fault("?limit", "out-of-range", f'"limit" must be a whole number from 1 to {MOST}, not {shown(text)}.')]
    )
