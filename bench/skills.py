"""What the quality engine costs: an answer on its task, and the estimate of all skills at a million answers."""

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import psutil  # type: ignore[import-untyped] # it has no types of its own

from bench import filling
from bench.installation import Database, Installation
from bench.rows import Row
from neraca import quality
from neraca.accounts import Cell, House
from neraca.answers import AnswerStored
from neraca.measure import online
from neraca.quality import rules
from neraca.server import settings

GROUP = "quality"
LABELERS = 2_000
ON_A_TASK = 4
VOTES = 20  # answers on the task of an update
TIMES = 2_000
BUDGET_MS = 0.3
BUDGET_SECONDS = 60.0
SKILLS = "select updated_at, answers, iterations, converged from project_skill where project_id = %s"
RULE = {"type": "target", "confidence": 0.98, "min": 2, "max": 100}


def rows(at: Installation, sizes: tuple[int, ...]) -> Iterator[Row]:
    """`sizes` counts answers here."""
    n = sizes[-1]
    with at.manager() as manager, at.cell() as cell:
        made = filling.project(
            manager, f"{n} answers", policy={"type": "target", "confidence": 0.95, "min": 2, "max": 9}
        )
        filling.tasks(cell, made, n // ON_A_TASK, answers=0)
        filling.crowd(cell, made, labelers=LABELERS, answers=ON_A_TASK)
        at.settle(seconds=900)
        yield from _estimate(at, cell, made, n)
        yield from _update(at, cell, made)


def _estimate(at: Installation, cell: Database, project_id: UUID, n: int) -> Iterator[Row]:
    """The job as the worker starts it: a process of its own. Its seconds are of CPU, the database's with them."""
    begun, before = datetime.now(UTC), at.meter.cpu()["database"]
    job = psutil.Popen(
        [sys.executable, "-m", "neraca.server.job", "estimate", str(_client(at)), str(project_id)],
        env=os.environ | {"NERACA_HOME": str(at.home), "NERACA_PORT": str(at.port)}, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    own = written = peak = 0.0
    while job.poll() is None:
        with contextlib.suppress(psutil.NoSuchProcess):  # it may end between two looks
            used = job.cpu_times()
            own, peak = used.user + used.system, max(peak, job.memory_info().rss / 2**20)
        row = cell.execute(SKILLS, [project_id]).fetchone()
        if not written and row is not None and row["updated_at"] > begun:
            written = own + at.meter.cpu()["database"] - before
        time.sleep(0.1)
    if job.returncode or row is None or row["answers"] != n or not written:
        raise RuntimeError(f"The estimate did not see {n} answers: {row}.")
    details: dict[str, object] = {
        "process_s": round(own, 1), "database_s": round(at.meter.cpu()["database"] - before, 1),
        "peak_mb": round(peak), "labelers": LABELERS, "iterations": row["iterations"], "converged": row["converged"],
        "wall_s": round((datetime.now(UTC) - begun).total_seconds(), 1),
    }  # fmt: skip
    what = f"skills refreshed from {n:,} answers, process start to the last skill written"
    yield Row(GROUP, what, written, "s CPU", BUDGET_SECONDS, details=details)
    whole = own + at.meter.cpu()["database"] - before
    yield Row(GROUP, "the same with its report and the second look at open tasks", whole, "s CPU", details=details)


def _client(at: Installation) -> UUID:
    with at.database("neraca_control") as control:
        row = control.execute("select id from client where ready_at is not null order by created_at").fetchone()
    assert row is not None
    return UUID(str(row["id"]))


def _update(at: Installation, cell: Database, project_id: UUID) -> Iterator[Row]:
    """One more answer on a task that has nineteen: the arithmetic, and the whole of it with its statements."""
    found = cell.execute("select labeler_id from labeler_skill where project_id = %s limit %s", [project_id, VOTES])
    labelers = [row["labeler_id"] for row in found.fetchall()]
    names = [option["id"] for option in filling.CHOICE["options"]]  # type: ignore[index] # its shape is above
    beliefs = cell.execute(
        "select s.accuracy, s.answers, true as known, p.tau, p.calibrated_on, p.prior, p.bias,"
        " jsonb_path_query_array(s.confusion, '$[*][0]') as col"
        " from labeler_skill s join project_skill p using (project_id)"
        " where s.project_id = %s and s.labeler_id = any(%s)", [project_id, labelers],
    ).fetchall()  # fmt: skip
    begun = time.process_time()
    for _ in range(TIMES):
        columns = [rules.column(len(names), 0, one) for one in beliefs]
        p = online.posterior_of(beliefs[0]["prior"], columns, temper=[rules.weight(one, VOTES) for one in beliefs])
        told, _ = rules.calibrated(p, beliefs[0] | {"calibrated_on": 50, "tau": 0.6, "bias": [0.0] * len(names)})
        online.decide(online.policy(RULE), told, VOTES)
    each = 1000 * (time.process_time() - begun) / TIMES
    yield Row(GROUP, f"posterior, calibration and decision with {VOTES} answers on the task", each, "ms CPU", BUDGET_MS)
    yield asyncio.run(_hook(at, cell, project_id, labelers))


async def _hook(at: Installation, cell: Database, project_id: UUID, labelers: list[UUID]) -> Row:
    """What a submit does for quality, statements included; rolled back each time."""
    os.environ |= {"NERACA_HOME": str(at.home), "NERACA_PORT": str(at.port)}
    house = settings.load().house()
    home = await house.cell(_client(at))
    task = cell.execute("select id from task where project_id = %s order by seq desc limit 1", [project_id]).fetchone()
    assert task is not None
    await _updates(house, home, project_id, task["id"], labelers, 50)
    begun = time.process_time()
    with at.meter.spent() as spent:
        await _updates(house, home, project_id, task["id"], labelers, TIMES)
    own = 1000 * (time.process_time() - begun) / TIMES
    await house.close()
    details: dict[str, object] = {"database_ms": round(1000 * spent.parts["database"] / TIMES, 3)}
    return Row(GROUP, "the same with its statements, in the API's process", own, "ms CPU", details=details)


async def _updates(house: House, home: Cell, project_id: UUID, task_id: UUID, who: list[UUID], times: int) -> None:
    earlier = [{"id": uuid4(), "labeler_id": one, "value": {"choice": "cat"}} for one in who[:-1]]
    async with house.inside(home, transaction=False) as db:
        for _ in range(times):
            async with db.transaction(force_rollback=True):
                stored = AnswerStored(
                    db=db, task_id=task_id, project_id=project_id, labeler_id=who[-1], answer_id=uuid4(),
                    value={"choice": "dog"}, confirmed=None, suggestion=None, suggested_by=None, told=None,
                    earlier=earlier,
                    kind="choice", config=filling.CHOICE, policy=RULE, priority=0, state="open", gold=False,
                    escalated=False,
                )  # fmt: skip
                await quality.answer_stored(stored)
