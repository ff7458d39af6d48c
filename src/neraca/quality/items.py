"""What is known of tasks beside their answers, in the estimate of their project and of no other.

`neraca.measure.features` tells how much it says. What it says of a task is stored, and counts in the task's posterior
as an answer does: a submit reads one more column.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from neraca.accounts import Cell, House
from neraca.kit.session import Connection
from neraca.measure import features
from neraca.measure.answers import read as read_answers
from neraca.measure.majority import Floats, Ints
from neraca.quality import item_queries

PAGE = 1000
NUMBERS = 50_000_000  # that one estimate reads: 200 MB
START = UUID(int=0)
Numbers = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Items:
    """The tasks of which something is known, with R x d features and R x K probabilities, where there are any."""

    tasks: list[UUID]
    features: Numbers | None
    probabilities: Floats | None


@dataclass(frozen=True, slots=True)
class Heard:
    """What the items of a project say: `told` by task, logarithms by class. `tasks` with answers were looked at."""

    told: Mapping[UUID, Floats]
    gain: float
    tasks: int

    def summary(self, saved: float | None) -> dict[str, Any] | None:
        """For the report: None where nothing is known of tasks that were answered."""
        if not self.tasks:
            return None
        return {"on": bool(self.told), "tasks": self.tasks, "gain": self.gain, "saved": saved}

    def of(self, tasks: Sequence[UUID], classes: int) -> Floats | None:
        """T x K for these tasks, 0 where nothing is told; None if nothing is told of any."""
        if not self.told:
            return None
        nothing = np.zeros(classes)
        return np.array([self.told.get(task, nothing) for task in tasks]).reshape(-1, classes)


NOTHING = Heard({}, 0.0, 0)


async def read(house: House, cell: Cell, project_id: UUID, names: Sequence[str]) -> Items | None:
    """The items of a project; None where there are none. What says nothing of today's classes says nothing."""
    tasks: list[UUID] = []
    numbers: list[Numbers] = []
    shares: list[list[float]] = []
    last, room = START, NUMBERS
    while room > 0:
        async with house.inside(cell) as db:
            page = await item_queries.after(db, project_id, last, PAGE)
        for row in page:
            tasks.append(row["task_id"])
            numbers.append(_unpacked(row["features"]))
            given = row["probabilities"] or {}
            shares.append([float(given.get(name, 0.0)) for name in names])
            room -= len(numbers[-1]) + len(names)
        if len(page) < PAGE:
            break
        last = page[-1]["task_id"]
    width = max((len(one) for one in numbers), default=0)
    table = np.zeros((len(tasks), width + 1), dtype=np.float32)  # the last column: there are none
    for n, one in enumerate(numbers):
        table[n, : len(one)] = one
        table[n, -1] = width > len(one)
    q = np.array(shares)
    return Items(tasks, table if width else None, q if q.any() else None) if width or q.any() else None


async def write(db: Connection, project_id: UUID, heard: Heard) -> None:
    """Stores what each item says; an estimate that hears nothing takes back what the last one heard."""
    if not heard.told:
        await item_queries.silence(db, project_id)
    await item_queries.tell(db, [(task, one.tolist()) for task, one in heard.told.items()])


def _unpacked(raw: bytes | None) -> Numbers:
    found = np.frombuffer(raw or b"", dtype="<f4")
    return found if sys.byteorder == "little" else found.astype(np.float32)


def hear(
    items: Items | None, tasks: Mapping[UUID, int], answers: tuple[Ints, Ints, Ints], gold: Ints, labelers: int,
    classes: int,
) -> Heard:  # fmt: skip
    """What they say. `answers` are task, labeler and class of each, `gold` the known class of each of `tasks` or -1."""
    if items is None:
        return NOTHING
    number = dict(tasks)
    of = np.array([number.setdefault(task, len(number)) for task in items.tasks])
    given = read_answers(*answers, tasks=len(number), labelers=labelers, classes=classes)
    fixed = np.full(len(number), -1, dtype=np.int64)
    fixed[: len(gold)] = gold
    what = features.items(items.features, items.probabilities, of, tasks=len(number), classes=classes)
    voice = features.hear(given, fixed, what)
    told = {task: voice.told[n] for task, n in zip(items.tasks, of.tolist(), strict=True)} if voice.on else {}
    each = voice.gain / voice.heard if voice.heard else 0.0
    return Heard(told, each, int(given.voted[of].sum()))
