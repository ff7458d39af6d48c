"""Callbacks and their deliveries."""

from collections.abc import Iterator
from datetime import datetime

from neraca.client.connection import Wire
from neraca.wire.deliver import Callback, Delivery, Replayed


class CallbackCalls:
    """`client.callbacks`."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def create(self, url: str, *, project_id: str | None = None) -> Callback:
        """Has every finished task told to a URL; the secret to check it with is shown this once."""
        body = {"url": url} if project_id is None else {"url": url, "project_id": project_id}
        return self._wire.ask(Callback, "POST", "/api/callbacks", json=body)

    def list(self) -> Iterator[Callback]:
        """Every callback."""
        return self._wire.pages(Callback, "/api/callbacks")

    def delete(self, callback_id: str) -> None:
        """Ends a callback."""
        self._wire.send("DELETE", f"/api/callbacks/{callback_id}")

    def deliveries(self, callback_id: str) -> Iterator[Delivery]:
        """What was sent or is to be sent, with every attempt."""
        return self._wire.pages(Delivery, f"/api/callbacks/{callback_id}/deliveries")

    def replay(self, callback_id: str, *, since: datetime, until: datetime) -> int:
        """Sends the deliveries of a span of time again; both ends have a time zone. Returns how many."""
        body = {"since": since.isoformat(), "until": until.isoformat()}
        return self._wire.ask(Replayed, "POST", f"/api/callbacks/{callback_id}/replay", json=body).deliveries
