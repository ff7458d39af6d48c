"""Tasks in and out in bulk: CPU a task, memory while it runs, time to the first byte."""

import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from pydantic import JsonValue

from bench import filling
from bench.installation import Installation
from bench.labeling import Crew
from bench.meter import Peak, Spent
from bench.rows import Row
from neraca.client import Client

TASKS = 100_000
FEW = 10_000
BUDGET_MS = 0.1
MEMORY_MB = 20.0  # "constant": what a process may need more for 100,000 tasks than for 10,000, or than at rest
FIRST_BYTE_S = 1.0


def _line(i: int) -> dict[str, JsonValue]:
    return {"external_id": f"item-{i}", "params": {"text": f"The animal of line {i} in the list."}}


def _per_task(group: str, what: str, spent: Spent, peer: str = "") -> Row:
    details: dict[str, object] = {"parts_ms": spent.per(TASKS), "wall_s": round(spent.wall, 1)}
    return Row(group, f"{TASKS:,} {what}", 1000 * spent.cpu / TASKS, "ms CPU a task", BUDGET_MS, peer, details)


def _more(group: str, what: str, few: float, many: float, peer: str = "") -> Row:
    details: dict[str, object] = {"before_or_for_10000": round(few, 1), "highest": round(many, 1)}
    return Row(group, f"{what}: more memory needed by", many - few, "MB", MEMORY_MB, peer, details)


def imports(at: Installation) -> Iterator[Row]:
    """A file through the API, and the SDK's chunks."""
    with tempfile.TemporaryDirectory() as folder, at.manager() as manager, Client(at.url, at.key) as client:
        highest = []
        for n in (FEW, TASKS):
            file = Path(folder) / f"{n}.jsonl"
            file.write_text("".join(json.dumps(_line(i)) + "\n" for i in range(n)))
            made = filling.project(manager, f"import of {n} by file")
            at.settle()
            with Peak(at.meter.job_memory) as peak, at.meter.spent() as spent:
                done = client.imports.wait(client.imports.upload(str(made), file).id)
            if done.tasks_created != n:
                raise RuntimeError(f"{done.tasks_created} tasks were imported, not {n}.")
            highest.append(peak.highest)
        yield _per_task("import", "tasks, one JSONL file", spent, "0.14 ms, in one blocking request")
        yield _more("import", "the job's process", highest[0], highest[1], "320 MB")

        made = filling.project(manager, "import by chunks")
        at.settle()
        with Peak(at.meter.api_memory) as peak, at.meter.spent() as spent:
            stored = sum(1 for _ in client.tasks.create(str(made), (_line(i) for i in range(TASKS))))
        if stored != TASKS:
            raise RuntimeError(f"{stored} tasks were posted, not {TASKS}.")
        yield _per_task("import", "tasks, the SDK's chunks of 1,000", spent)
        yield _more("import", "the API, by chunks", peak.before, peak.highest)


def _decided(at: Installation, n: int) -> UUID:
    with at.manager() as manager, at.cell() as cell:
        made = filling.project(manager, f"export of {n}")
        filling.tasks(cell, made, n)
        crew = Crew(at, 1)
        filling.history(cell, made, crew.all[0].id)
        filling.verdicts(cell, made)
        crew.close()
    return made


def exports(at: Installation) -> Iterator[Row]:
    """All tasks of a project, decided: streamed, and as a file made by a job."""
    few, many = _decided(at, FEW), _decided(at, TASKS)
    at.settle()
    yield from _streamed(at, many)
    highest = []
    for project_id in (few, many):
        with Client(at.url, at.key) as client, tempfile.TemporaryDirectory() as folder:
            with Peak(at.meter.job_memory) as peak, at.meter.spent() as spent:
                done = client.exports.wait(client.exports.start(str(project_id)).id)
                client.exports.download(done, Path(folder) / "out.jsonl")
            highest.append(peak.highest)
    yield _per_task("export", "decided tasks, a file made by a job", spent)
    yield _more("export", "the job's process", highest[0], highest[1])


def _streamed(at: Installation, project_id: UUID) -> Iterator[Row]:
    lines, first = 0, 0.0
    with at.manager() as manager, Peak(at.meter.api_memory) as peak, at.meter.spent() as spent:
        begun = time.perf_counter()
        with manager.stream("GET", f"/api/projects/{project_id}/export.jsonl") as got:
            for piece in got.raise_for_status().iter_raw():
                first = first or time.perf_counter() - begun
                lines += piece.count(b"\n")
    if lines != TASKS:
        raise RuntimeError(f"{lines} tasks were exported, not {TASKS}.")
    yield _per_task("export", "decided tasks, streamed", spent, "1.7 ms, in one silent request")
    yield Row("export", "streamed: the first byte after", first, "s", FIRST_BYTE_S)
    yield _more("export", "the API, streaming", peak.before, peak.highest)
