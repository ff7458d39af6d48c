"""Fifty labelers at once on one project that wants one answer a task: is any task handed out twice?"""

from collections import Counter
from collections.abc import Iterator

from bench import filling
from bench.installation import Installation
from bench.labeling import Crew
from bench.rows import Row

LABELERS = 50
ROUNDS = 12


def rows(at: Installation) -> Iterator[Row]:
    """Counted at both ends: what labelers were told, and what the database holds."""
    crew = Crew(at, LABELERS)
    with at.manager() as manager, at.cell() as cell:
        made = filling.project(manager, "crowd")
        filling.tasks(cell, made, LABELERS * ROUNDS)
        crew.work([made], ROUNDS)
        handed = Counter(task for labeler in crew.all for task, _ in labeler.done)
        stored = cell.execute(
            "select count(*) filter (where n > 1) as twice, coalesce(sum(n), 0) as n from"
            " (select count(*) as n from answer where project_id = %s group by task_id) a",
            [made],
        ).fetchone()
    crew.close()
    assert stored is not None
    twice = sum(n > 1 for n in handed.values())
    answers = sum(handed.values())
    if stored["n"] != answers:
        raise RuntimeError(f"{answers} answers were acknowledged and {stored['n']} are stored.")
    yield Row(
        "crowd", f"the same task handed to two people, {LABELERS} labelers at once", max(twice, stored["twice"]),
        f"of {answers} tasks", 0, "14-23 % of the tasks", {"answers": answers},
    )  # fmt: skip
