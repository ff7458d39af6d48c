"""Next + submit: what one answer costs, and whether that stays flat."""

import statistics
import time
from collections.abc import Iterator, Sequence
from uuid import UUID

from bench import filling
from bench.installation import Installation
from bench.labeling import BOXES, CHOICE, Crew
from bench.rows import Row

BUDGET_MS = 5.0
CREW = 4
ESTIMATE_WITHIN = 40.0  # seconds until the worker has begun the estimate that the last answers are due
ROUNDS = 200  # of each labeler
GROUP = "next + submit"
POLICY: dict[str, object] = {
    "type": "target", "confidence": 0.999999, "min": 1, "max": 5, "escalate": {"to": "judge", "answers": 1},
    "cost_cap": {"micros": 150_000, "currency": "USD"},
}  # fmt: skip
CHOSEN: dict[str, object] = {"type": "target", "confidence": 0.9, "min": 1, "max": 7}
PEERS = {1_000: "93-103 ms", 100_000: "149-172 ms"}


class Work:
    """The rows about claims and submits, on one installation."""

    def __init__(self, at: Installation, sizes: Sequence[int]) -> None:
        self._at = at
        self._sizes = sizes
        self._crew = Crew(at, CREW)
        self._manager = at.manager()

    def rows(self) -> Iterator[Row]:
        """Every row of this group."""
        for size in self._sizes:
            yield self._size(size)
        yield self._boxes()
        yield self._policy()
        yield self._chosen()
        yield from self._alone()
        yield from self._history()
        yield self._spread(1)
        yield self._spread(10)
        yield from self._long_read()
        self._crew.close()

    def _measured(
        self, what: str, projects: Sequence[UUID], *, crew: Crew | None = None, rounds: int = ROUNDS, warm: int = 10,
        peer: str = "", answer: dict[str, object] = CHOICE,
    ) -> Row:  # fmt: skip
        crew = crew or self._crew
        crew.work(projects, warm, answer)
        first = len(crew.seconds)
        with self._at.meter.spent() as spent:
            begun = time.perf_counter()
            done = crew.work(projects, rounds, answer)
            seconds = time.perf_counter() - begun
            self._at.follow()
        if done < rounds * len(crew.all):
            raise RuntimeError(f"{what}: the tasks ran out after {done} answers.")
        waited = sorted(crew.seconds[first:])
        details: dict[str, object] = {
            "answers": done, "parts_ms": spent.per(done), "answers_per_second": round(done / seconds, 1),
            "wall_ms_p50": round(1000 * statistics.median(waited), 1),
            "wall_ms_p95": round(1000 * waited[int(len(waited) * 0.95)], 1),
        }  # fmt: skip
        return Row(GROUP, what, 1000 * spent.serving / done, "ms CPU", BUDGET_MS, peer, details)

    def _project(self, name: str, n: int, *, kind: str = "choice", answers: int = 1) -> UUID:
        made = filling.project(self._manager, name, kind=kind, answers=answers)
        with self._at.cell() as cell:
            filling.tasks(cell, made, n, kind=kind, answers=answers)
        return made

    def _size(self, n: int) -> Row:
        made = self._project(f"size {n}", n)
        self._at.settle()
        return self._measured(f"{n:,} tasks in the project", [made], peer=PEERS.get(n, ""))

    def _boxes(self) -> Row:
        made = self._project("boxes", 1_000, kind="image")
        self._at.settle()
        return self._measured("1,000 images, 5 boxes an answer", [made], answer=BOXES)

    def _policy(self) -> Row:
        """Answers that ask on, each after a look at what the task has cost, until none is worth asking for."""
        made = filling.project(self._manager, "policy", policy=POLICY)
        with self._at.cell() as cell:
            filling.tasks(cell, made, 500)
        self._at.settle()
        return self._measured("500 tasks, a target with a cost cap and experts", [made], rounds=ROUNDS // 2)

    def _chosen(self) -> Row:
        """Each labeler knows other classes well, and is given what they tell most about: see docs/decisions/0023."""
        made = filling.project(self._manager, "chosen", policy=CHOSEN)
        with self._at.cell() as cell:
            filling.tasks(cell, made, 1_000, answers=2)
            filling.believed(cell, made, [one.id for one in self._crew.all])
        self._at.settle()
        return self._measured("1,000 tasks, chosen by what they tell", [made])

    def _alone(self) -> Iterator[Row]:
        """What the next rows are to be compared with: one at a time wakes every process for each request."""
        made = self._project("alone", 1_000)
        self._at.settle()
        crew = Crew(self._at, 1)
        time.sleep(ESTIMATE_WITHIN)  # those that earlier rows are due
        self._at.settle()
        with self._at.meter.spent() as spent:
            yield self._measured("1,000 tasks, one labeler alone", [made], crew=crew, rounds=800)
            time.sleep(ESTIMATE_WITHIN)
            self._at.settle()
        yield Row(GROUP, "the estimate of its skills, at most one in 30 s", spent.parts["jobs"], "CPU-s")
        crew.close()

    def _history(self) -> Iterator[Row]:
        """One labeler has answered 100,000 tasks that all want one more answer, and new ones come."""
        crew = Crew(self._at, 1)
        made = self._project("history", 100_000, answers=2)
        with self._at.cell() as cell:
            count = filling.history(cell, made, crew.all[0].id)
            filling.tasks(cell, made, 1_000, answers=2)
        self._at.settle()
        yield self._measured(f"after {count:,} answers of this labeler, all tasks open", [made], crew=crew, rounds=800)
        crew.work([made], 1_000 - 10 - 800)
        with self._at.meter.spent() as spent:
            for _ in range(100):
                if crew.work([made], 1):
                    raise RuntimeError("There was still a task for this labeler.")
        yield Row(
            GROUP, "asking in vain after that (204)", 10 * spent.cpu, "ms CPU", BUDGET_MS,
            details={"parts_ms": spent.per(100)},
        )  # fmt: skip
        crew.close()

    def _spread(self, n: int) -> Row:
        made = [self._project(f"spread {n}.{i}", 2_000 // n) for i in range(n)]
        self._at.settle()
        crew = Crew(self._at, 16)
        row = self._measured(f"16 labelers at once on {n} project{'s' * (n > 1)}", made, crew=crew, rounds=60, warm=5)
        crew.close()
        return row

    def _long_read(self) -> Iterator[Row]:
        """A transaction that reads all the time keeps every dead index entry alive."""
        made = self._project("long read", 10_000)
        self._at.settle()
        with self._at.cell() as reader, reader.transaction():
            reader.execute("set transaction isolation level repeatable read")
            reader.execute("select count(*) from slot")
            yield self._measured("during a long read: the first 800", [made])
            self._crew.work([made], 500)
            yield self._measured("during a long read: after 2,900 dead entries", [made])
            newcomer = Crew(self._at, 1)
            yield self._measured("during a long read: a labeler without a cursor", [made], crew=newcomer, warm=0)
            newcomer.close()
