"""A client of its own for this folder, and tasks in any state without the slices that lead there."""

import json
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from psycopg.types.json import Jsonb

from neraca import projects, tasks
from neraca.accounts import Cell, House, add_client
from neraca.kit.session import Connection
from neraca.server import settings
from neraca.wire.accounts import ClientNew

CHOICE = {"question": "Which?", "options": [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]}
IMAGE = {"question": "Box it", "classes": [{"id": "cup", "label": "Cup"}], "shapes": ["box"]}


@dataclass
class Place:
    """A house, one of its cells, and what a test needs to fill it."""

    house: House
    cell: Cell

    async def project(self, kind: str = "choice", mode: str = "live") -> UUID:
        async with self.house.inside(self.cell) as db:
            row = await (
                await db.execute(
                    "insert into project (name, kind, mode, config, instructions, policy, price_micros, currency,"
                    " minutes, lease_seconds) values ('P', %(k)s, %(m)s, %(c)s, '', %(p)s, 0, 'USD', 1, 900)"
                    " returning id",
                    {
                        "k": kind,
                        "m": mode,
                        "c": Jsonb(CHOICE if kind == "choice" else IMAGE),
                        "p": Jsonb({"type": "fixed", "answers": 1}),
                    },
                )
            ).fetchone()
        assert row is not None
        return UUID(str(row["id"]))

    async def tasks(self, project_id: UUID, params: list[dict[str, Any]]) -> list[UUID]:
        made = [tasks.NewTask(id=uuid.uuid4(), params=p, priority=0, external_id=f"t{i}") for i, p in enumerate(params)]
        async with self.house.inside(self.cell) as db:
            event_id = await projects.add_event(db, "tasks.added", project_id=project_id, actor="test", n=len(made))
            await tasks.copy_tasks(db, made, project_id=project_id, event_id=event_id, slots=1)
        return [t.id for t in made]

    async def decide(self, project_id: UUID, task_id: UUID, value: dict[str, Any], version: int = 1) -> None:
        async with self.house.inside(self.cell) as db:
            await decide(db, project_id, task_id, value, version)


async def decide(db: Connection, project_id: UUID, task_id: UUID, value: dict[str, Any], version: int = 1) -> None:
    """One event that changes two rows: the answer and the verdict that rests on it."""
    event_id = await projects.add_event(db, "task.decided", project_id=project_id, actor="test", task_id=task_id)
    answer_id, labeler = uuid.uuid4(), uuid.uuid4()
    await db.execute(
        "insert into answer (id, task_id, project_id, labeler_id, lease_id, value, project_version, active_ms, event_id)"
        " values (%(i)s, %(t)s, %(p)s, %(l)s, gen_random_uuid(), %(v)s, 1, 1200, %(e)s)",
        {"i": answer_id, "t": task_id, "p": project_id, "l": labeler, "v": Jsonb(value), "e": event_id},
    )
    await db.execute(
        "insert into verdict (task_id, version, project_id, value, confidence, reason, answers, event_id)"
        " values (%(t)s, %(n)s, %(p)s, %(v)s, 0.97, 'met', %(a)s, %(e)s)",
        {"t": task_id, "n": version, "p": project_id, "v": Jsonb(value), "a": [answer_id], "e": event_id},
    )
    await db.execute("update task set state = 'decided' where id = %(t)s", {"t": task_id})
    await projects.outbox(
        db, "callback", project_id=project_id, task_id=task_id, event_id=event_id, data={"type": "task.decided"}
    )


@pytest.fixture(scope="session")
def _cells() -> dict[str, UUID]:
    return {}


@pytest.fixture
async def place(_cells: dict[str, UUID], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    """An empty cell: the rows of earlier tests are gone."""
    monkeypatch.setenv("NERACA_HOME", str(tmp_path))
    monkeypatch.setenv("NERACA_ALLOW_PRIVATE_HOSTS", "1")
    house = settings.load().house()
    if "one" not in _cells:
        made = await add_client(house, ClientNew(name=f"deliver {uuid.uuid4()}"), "test")
        _cells["one"] = UUID(made.id)
    cell = await house.cell(_cells["one"])
    async with house.inside(cell) as db:
        await db.execute("delete from outbox")
        await db.execute("delete from endpoint")
        await db.execute("delete from import")
        await db.execute("delete from export")
        await db.execute("delete from project")
    yield Place(house, cell)
    await house.close()


def read_lines(text: bytes | str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]
