"""The SDK: everything a client does over HTTP, without a dependency on the server."""

from typing import Self

import httpx

from neraca.client import webhooks
from neraca.client.callbacks import CallbackCalls
from neraca.client.connection import Wire
from neraca.client.errors import (
    Busy,
    Conflicting,
    Failed,
    Flaw,
    Invalid,
    Missing,
    NeracaError,
    NotAllowed,
    ServerFault,
    TimedOut,
    Unreachable,
)
from neraca.client.labelers import LabelerCalls
from neraca.client.models import ModelCalls
from neraca.client.people import SignedIn
from neraca.client.projects import ProjectCalls, TaskCalls
from neraca.client.transfers import AssetCalls, ExportCalls, ImportCalls
from neraca.client.work import WorkCalls

__all__ = [
    "Busy", "Client", "Conflicting", "Failed", "Flaw", "Invalid", "Missing", "NeracaError", "NotAllowed",
    "ServerFault", "SignedIn", "TimedOut", "Unreachable", "webhooks",
]  # fmt: skip


class Client:
    """A connection under an API key. Usable as a context manager; one per thread."""

    def __init__(self, url: str, key: str, *, transport: httpx.BaseTransport | None = None) -> None:
        self.wire = Wire(url, headers={"Authorization": f"Bearer {key}"}, transport=transport)
        self.projects = ProjectCalls(self.wire)
        self.tasks = TaskCalls(self.wire)
        self.assets = AssetCalls(self.wire)
        self.imports = ImportCalls(self.wire)
        self.exports = ExportCalls(self.wire)
        self.callbacks = CallbackCalls(self.wire)
        self.labelers = LabelerCalls(self.wire)
        self.models = ModelCalls(self.wire)
        self.work = WorkCalls(self.wire)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections."""
        self.wire.close()
