"""Labelers over real HTTP: ask for the next task, submit an answer."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import httpx

from bench.installation import Installation

CHOICE: dict[str, object] = {"choice": "cat"}
BOXES: dict[str, object] = {
    "objects": [
        {"class": "cat", "shape": "box", "box": {"x": 10.5 + 80 * i, "y": 20.25, "w": 60.0, "h": 75.5}}
        for i in range(5)
    ]
}


@dataclass
class Labeler:
    """A key of the role labeler, and what it has done."""

    id: UUID
    http: httpx.AsyncClient
    done: list[tuple[str, str]] = field(default_factory=list)  # (task, answer) of every acknowledged submit
    seconds: list[float] = field(default_factory=list)

    async def once(self, project_id: UUID, answer: dict[str, object]) -> bool:
        """One next and one submit; False when there is nothing for this labeler."""
        begun = time.perf_counter()
        got = await self.http.post("/api/work/next", json={"project_id": str(project_id), "prefetch": False})
        if got.status_code == 204:
            return False
        lease = got.raise_for_status().json()
        stored = await self.http.post(
            f"/api/work/leases/{lease['lease_id']}/submit",
            json={"fence": lease["fence"], "answer": answer, "active_ms": 900},
        )
        self.done.append((lease["task_id"], stored.raise_for_status().json()["answer_id"]))
        self.seconds.append(time.perf_counter() - begun)
        return True


class Crew:
    """Labelers with a key each; everything they do runs in one event loop of their own."""

    def __init__(self, at: Installation, n: int) -> None:
        self._runner = asyncio.Runner()
        self.all = [self._hire(at, i) for i in range(n)]

    def _hire(self, at: Installation, i: int) -> Labeler:
        key, labeler = at.hire(f"bench {i}")
        http = httpx.AsyncClient(base_url=at.url, headers={"Authorization": f"Bearer {key}"}, timeout=60)
        return Labeler(labeler, http)

    def work(self, projects: Sequence[UUID], times: int, answer: dict[str, object] = CHOICE) -> int:
        """All at once, `times` rounds each, over the projects in turn; gives how many were answered."""
        return self._runner.run(self._work(projects, times, answer))

    async def _work(self, projects: Sequence[UUID], times: int, answer: dict[str, object]) -> int:
        async def one(labeler: Labeler, first: int) -> int:
            count = 0
            for i in range(times):
                count += await labeler.once(projects[(first + i) % len(projects)], answer)
            return count

        return sum(await asyncio.gather(*(one(who, i) for i, who in enumerate(self.all))))

    @property
    def seconds(self) -> list[float]:
        """Wall time of every round so far."""
        return [one for labeler in self.all for one in labeler.seconds]

    def close(self) -> None:
        """Ends their connections."""

        async def leave() -> None:
            for labeler in self.all:
                await labeler.http.aclose()

        self._runner.run(leave())
        self._runner.close()
