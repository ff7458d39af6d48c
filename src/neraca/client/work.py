"""The labeler's side: a program that answers tasks, under a key of the role labeler."""

from collections.abc import Mapping

from pydantic import JsonValue

from neraca.client.connection import Wire
from neraca.wire.work import Instructions, Lease, LeaseTime, Receipt, WorkProject, WorkProjects


class WorkCalls:
    """`client.work`."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def projects(self) -> list[WorkProject]:
        """What there is to do."""
        return self._wire.ask(WorkProjects, "GET", "/api/work/projects").items

    def instructions(self, project_id: str) -> Instructions:
        """What a project asks for, and what it pays."""
        return self._wire.ask(Instructions, "GET", f"/api/work/projects/{project_id}/instructions")

    def next(self, project_id: str, *, prefetch: bool = False) -> Lease | None:
        """The present lease, or a new one; None when there is nothing now. `prefetch` leases the one after it."""
        asked = {"project_id": project_id, "prefetch": prefetch}
        response = self._wire.send("POST", "/api/work/next", json=asked, repeatable=True)
        return Lease.model_validate_json(response.content) if response.status_code == 200 else None

    def picture(self, lease: Lease) -> bytes:
        """The bytes of the first medium of a lease. Raises ValueError where it has none."""
        for address in lease.media.values():
            return self._wire.send("GET", address).content
        raise ValueError("This task shows no picture.")

    def heartbeat(self, lease: Lease) -> LeaseTime:
        """Holds a lease for its full time again."""
        return self._wire.ask(
            LeaseTime, "POST", f"/api/work/leases/{lease.lease_id}/heartbeat", json={"fence": lease.fence},
            repeatable=True,
        )  # fmt: skip

    def submit(self, lease: Lease, answer: Mapping[str, JsonValue], *, active_ms: int = 0) -> Receipt:
        """Hands an answer in; the same one sent twice counts once."""
        body = {"fence": lease.fence, "answer": dict(answer), "active_ms": active_ms}
        return self._wire.ask(Receipt, "POST", f"/api/work/leases/{lease.lease_id}/submit", json=body, repeatable=True)

    def skip(self, lease: Lease, reason: str | None = None) -> None:
        """Gives a task back unanswered; it is not offered again."""
        body = {"fence": lease.fence, "reason": reason}
        self._wire.send("POST", f"/api/work/leases/{lease.lease_id}/skip", json=body)
