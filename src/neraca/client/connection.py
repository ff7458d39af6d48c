"""One connection to a server: credentials, retries, problems as exceptions."""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

import httpx
from pydantic import BaseModel, JsonValue

from neraca.client.errors import Unreachable, error_of

TRIES = 6
FIRST_WAIT_SECONDS = 0.25
LONGEST_WAIT_SECONDS = 20.0
AGAIN = frozenset({429, 503})

Shape = TypeVar("Shape", bound=BaseModel)


def wait_seconds(attempt: int, told: str | None) -> float:
    """How long to wait before a retry: what the server told, else doubling with jitter."""
    if told is not None and told.isascii() and told.isdigit():
        return min(float(told), LONGEST_WAIT_SECONDS)
    longest = min(FIRST_WAIT_SECONDS * 2.0**attempt, LONGEST_WAIT_SECONDS)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - jitter is no secret


class Wire:
    """Sends requests. One that may be repeated is tried again after 429, 503 and a broken connection."""

    def __init__(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.http = httpx.Client(base_url=url.rstrip("/"), headers=headers, transport=transport, timeout=60.0)
        self.sleep = sleep

    def send(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        content: bytes | None = None,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool | None = None,
    ) -> httpx.Response:
        """One request, read whole. Raises a `NeracaError`.

        `repeatable` says that sending it twice does no harm; by default GET, PUT and DELETE. After
        429 nothing has happened, so any request is sent again.
        """
        again = method in {"GET", "PUT", "DELETE"} if repeatable is None else repeatable
        for attempt in range(TRIES):
            last = attempt == TRIES - 1
            try:
                response = self.http.request(method, path, json=json, content=content, params=params, headers=headers)
            except httpx.ConnectError as lost:  # nothing was sent
                if last:
                    raise self.unreachable() from lost
                self.sleep(wait_seconds(attempt, None))
                continue
            except httpx.TransportError as lost:
                if last or not again:
                    raise self.unreachable() from lost
                self.sleep(wait_seconds(attempt, None))
                continue
            if response.status_code in AGAIN and not last and (again or response.status_code == 429):
                self.sleep(wait_seconds(attempt, response.headers.get("Retry-After")))
                continue
            if response.status_code >= 400:
                raise error_of(response)
            return response
        raise self.unreachable()

    def unreachable(self) -> Unreachable:
        """The error of a server that does not answer."""
        return Unreachable(f"No connection to {self.http.base_url}: is Neraca running there?", code="unreachable")

    def ask(
        self,
        shape: type[Shape],
        method: str,
        path: str,
        *,
        json: object = None,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool | None = None,
    ) -> Shape:
        """A request whose answer has this shape."""
        response = self.send(method, path, json=json, params=params, headers=headers, repeatable=repeatable)
        return shape.model_validate_json(response.content)

    def pages(self, item: type[Shape], path: str, params: Mapping[str, str | int] | None = None) -> Iterator[Shape]:
        """Every item of a list, page by page."""
        asked: dict[str, str | int] = {"limit": 200, **(params or {})}
        while True:
            page: dict[str, JsonValue] = self.send("GET", path, params=asked).json()
            items = page.get("items")
            for one in items if isinstance(items, list) else []:
                yield item.model_validate(one)
            if not (cursor := page.get("next")):
                return
            asked["cursor"] = str(cursor)

    def close(self) -> None:
        """Closes the connections."""
        self.http.close()
