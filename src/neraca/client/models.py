"""Models that label: programs behind an address."""

from collections.abc import Iterator, Sequence
from typing import Literal

from neraca.client.connection import Wire
from neraca.wire.models import Model


class ModelCalls:
    """`client.models`."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def create(
        self, name: str, url: str, *, project_ids: Sequence[str] = (), per_minute: int = 600, at_once: int = 4
    ) -> Model:
        """Has tasks of these projects answered by a URL; the secret to check its calls with is shown this once."""
        body = {
            "name": name,
            "url": url,
            "project_ids": list(project_ids),
            "per_minute": per_minute,
            "at_once": at_once,
        }
        return self._wire.ask(Model, "POST", "/api/models", json=body)

    def list(self) -> Iterator[Model]:
        """Every model, with the projects that it works for and how it fares there."""
        return self._wire.pages(Model, "/api/models")

    def get(self, model_id: str) -> Model:
        """One model."""
        return self._wire.ask(Model, "GET", f"/api/models/{model_id}")

    def pause(self, model_id: str) -> Model:
        """No more calls from now on; the answers that are under way are still taken."""
        return self._change(model_id, "paused")

    def resume(self, model_id: str) -> Model:
        """Goes on, also where too many failures had stopped it."""
        return self._change(model_id, "active")

    def _change(self, model_id: str, state: Literal["active", "paused"]) -> Model:
        path = f"/api/models/{model_id}"
        return self._wire.ask(Model, "PATCH", path, json={"state": state}, repeatable=True)

    def attach(self, model_id: str, project_id: str) -> Model:
        """Puts a model to work in a project, or again to work where it was paused."""
        return self._wire.ask(Model, "PUT", f"/api/models/{model_id}/projects/{project_id}")

    def detach(self, model_id: str, project_id: str) -> None:
        """Takes a model off a project."""
        self._wire.send("DELETE", f"/api/models/{model_id}/projects/{project_id}")

    def delete(self, model_id: str) -> None:
        """Forgets a model; its answers stay."""
        self._wire.send("DELETE", f"/api/models/{model_id}")
