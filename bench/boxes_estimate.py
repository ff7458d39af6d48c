"""`python -m bench.boxes_estimate [BOXES]`: the estimate's own process over a project of a million boxes.

Answers are put into the database as a simulated crowd would have given them (five answers a picture, eight things in
each, 200 labelers); then the job runs as the worker runs it. CPU of that process, its peak memory, and the wall time.
"""

import os
import resource
import subprocess
import sys
import time
import uuid

from psycopg.types.json import Jsonb

from bench import filling
from bench.installation import Installation, installed
from bench.measures import drawing

BOXES, A_TASK, ANSWERS, LABELERS = 1_000_000, 40, 5, 200
PIECE = 500  # tasks that are simulated at a time


def _fill(at: Installation, project: uuid.UUID, boxes: int) -> int:
    people = [uuid.uuid4() for _ in range(LABELERS)]
    event, drawn = 0, 0
    with at.cell() as cell:
        cell.cursor().executemany(
            "insert into labeler (id, kind, handle) values (%s, 'model', %s)", [(p, str(p)) for p in people]
        )
        with cell.cursor() as cursor, cursor.copy(
            "copy answer (task_id, project_id, labeler_id, lease_id, value, project_version, active_ms, event_id) from"
            " stdin"
        ) as rows:  # fmt: skip
            for seed in range(boxes // A_TASK // PIECE + 1):
                crowd = drawing.crowd(seed, tasks=PIECE, labelers=LABELERS, answers=ANSWERS, things=8)
                tasks = [uuid.uuid4() for _ in range(PIECE)]
                said: dict[tuple[int, int], list[object]] = {(t, w): [] for t, w in crowd.asked.tolist()}
                for t, w, c, box in zip(
                    crowd.task.tolist(), crowd.labeler.tolist(), crowd.label.tolist(), crowd.edges.tolist(), strict=True
                ):
                    name = filling.IMAGE["classes"][c]["id"]
                    said[t, w].append({"class": name, "shape": "box", "box": dict(zip("xywh", box, strict=True))})
                for (t, w), things in said.items():
                    event += 1
                    drawn += len(things)
                    value = Jsonb({"objects": things})
                    rows.write_row((tasks[t], project, people[w], uuid.uuid4(), value, 1, 9000, event))
                if drawn >= boxes:
                    break
    return drawn


def main() -> None:
    """One line."""
    boxes = int(sys.argv[1]) if len(sys.argv) > 1 else BOXES
    with installed() as at:
        at.start()
        at.worker()
        with at.manager() as manager:
            project = filling.project(manager, "boxes", kind="image", answers=ANSWERS)
        drawn = _fill(at, project, boxes)
        with at.database("neraca_control") as control:
            row = control.execute("select id from client where ready_at is not null order by created_at").fetchone()
        assert row is not None
        begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-m", "neraca.server.job", "estimate", str(row["id"]), str(project)], check=True,
            env=os.environ | {"NERACA_HOME": str(at.home), "NERACA_PORT": str(at.port)}, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        with at.cell() as cell:
            found = cell.execute("select count(*) as n from labeler_skill where objects is not null").fetchone()
        assert found is not None
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        f"{drawn:,} boxes of {found['n']} labelers: {cpu:.1f} CPU-s, {time.perf_counter() - begun:.1f} s, "
        f"peak {after.ru_maxrss / 1024:.0f} MiB"
    )


if __name__ == "__main__":
    main()
