"""Recorded answers go through the engine's rule again, as if each worker came again.

Each order is a random sequence of (worker, task) as recorded. An answer is taken only while its task is open; then the
task's posterior is computed with the skills of the last estimate and `online.decide` closes it or not. Skills are
estimated anew (hierarchical Dawid-Skene over the answers taken so far) whenever these have grown by `GROWTH`; then
every task is looked at again, and one that falls short under the new skills is open
again. Verdicts are the last ones; a task whose recorded answers are used up keeps its best class. One rule for all
sets.
"""

import csv
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, pstdev

import numpy as np

from neraca.measure import dawid_skene, majority, online
from neraca.measure.majority import Ints

GROWTH = 1.25
STRENGTH = 5.0  # of the pool while answers are few
FIRST = 200  # answers before the first estimate
TARGET = 0.98
LEAST = 3
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Crowd:
    """Recorded answers as indices: n of `task`, `worker`, `label`; `truth` per task, -1 if unknown; names by index."""

    name: str
    task: Ints
    worker: Ints
    label: Ints
    truth: Ints
    tasks: Sequence[str]
    workers: Sequence[str]
    classes: Sequence[str]
    repeated: int  # answers left out because the worker had answered the task before
    unmatched: int  # rows of truth for tasks that nobody answered


@dataclass(frozen=True, slots=True)
class Order:
    """One order: accuracy 0..1 where the truth is known, and how many tasks ended how."""

    accuracy: float
    answers: int
    met: int
    exhausted: int


@dataclass(frozen=True, slots=True)
class Result:
    """Accuracies are 0..1 over tasks with truth (0 if there are none); `spread` is a standard deviation over orders."""

    name: str
    tasks: int
    truths: int
    workers: int
    classes: int
    answers: int
    accuracy: float
    accuracy_spread: float
    used: float
    used_spread: float
    saved: float
    full_accuracy: float
    majority_accuracy: float
    met_share: float
    orders: Sequence[Order]
    repeated: int
    unmatched: int


def _column(path: Path, wanted: Sequence[str]) -> list[tuple[str, ...]]:
    """The wanted columns of every row. Raises ValueError naming the file and the rows."""
    wrong: list[str] = []
    rows: list[tuple[str, ...]] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.reader(file, strict=True)
            head = [name.strip().lower() for name in next(table, [])]
            missing = [name for name in wanted if name not in head]
            if missing:
                raise ValueError(f"{path.name} has no column {', '.join(missing)}; it needs {', '.join(wanted)}.")
            at = [head.index(name) for name in wanted]
            for row in table:
                if not row:
                    continue
                values = tuple(row[i].strip() if i < len(row) else "" for i in at)
                if len(row) != len(head) or not all(values):
                    wrong.append(f"row {table.line_num}")
                else:
                    rows.append(values)
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path.name} is not a CSV file in UTF-8: {error}.") from None
    except OSError as error:
        raise ValueError(f"{path.name} cannot be read: {error.strerror}.") from None
    if wrong:
        more = f" and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
        raise ValueError(f"{path.name}: a value is missing or too many in {', '.join(wrong[:SHOWN])}{more}.")
    return rows


def read_folder(folder: Path) -> Crowd:
    """`labels.csv` (task, worker, label) and, if it is there, `truth.csv` (task, label).

    A worker's first answer to a task counts. Raises ValueError with one sentence.
    """
    rows = _column(folder / "labels.csv", ("task", "worker", "label"))
    if not rows:
        raise ValueError("labels.csv has no answers.")
    path = folder / "truth.csv"
    known = _column(path, ("task", "label")) if path.exists() else []
    return crowd(folder.name, rows, {row[0]: row[1] for row in known})


def crowd(name: str, rows: Sequence[tuple[str, ...]], truth: Mapping[str, str]) -> Crowd:
    """Rows of (task, worker, label), and known labels by task, as indices."""
    tasks = {t: i for i, t in enumerate(dict.fromkeys(r[0] for r in rows))}
    workers = {w: i for i, w in enumerate(dict.fromkeys(r[1] for r in rows))}
    classes = {c: i for i, c in enumerate(sorted({r[2] for r in rows} | set(truth.values())))}
    first: dict[tuple[int, int], int] = {}
    for t, w, v in rows:
        first.setdefault((tasks[t], workers[w]), classes[v])
    known = np.full(len(tasks), -1, dtype=np.int64)
    for t, v in truth.items():
        if t in tasks:
            known[tasks[t]] = classes[v]
    return Crowd(
        name=name, task=np.array([t for t, _ in first], dtype=np.int64),
        worker=np.array([w for _, w in first], dtype=np.int64), label=np.array(list(first.values()), dtype=np.int64),
        truth=known, tasks=list(tasks), workers=list(workers), classes=list(classes),
        repeated=len(rows) - len(first), unmatched=sum(t not in tasks for t in truth),
    )  # fmt: skip


def default_policy(data: Crowd) -> online.Target:
    """98 % sure, at least three answers, as many as there are."""
    return online.Target(TARGET, LEAST, int(np.bincount(data.task).max()))


class _Run:
    """One order. Votes are kept per task as (class, worker); rows are those of the last estimate."""

    def __init__(self, data: Crowd, how: online.Policy) -> None:
        k = len(data.classes)
        self.data, self.how = data, how
        self.prior: Sequence[float] = online.uniform(k)
        self.pool: online.Rows = online.start_rows(k)
        self.rows: dict[int, online.Rows] = {}
        self.votes: list[list[tuple[int, int]]] = [[] for _ in data.tasks]
        self.taken: list[int] = []
        self.verdict = np.full(len(data.tasks), -1, dtype=np.int64)
        self.open = np.ones(len(data.tasks), dtype=np.bool_)
        self.met = np.zeros(len(data.tasks), dtype=np.bool_)
        self.next = FIRST

    def end(self) -> None:
        """The last estimate, when all recorded answers have come."""
        self.estimate()

    def take(self, i: int) -> None:
        """The i-th recorded answer comes in."""
        t = int(self.data.task[i])
        if not self.open[t]:
            return
        self.taken.append(i)
        self.votes[t].append((int(self.data.label[i]), int(self.data.worker[i])))
        self.look(t)
        if len(self.taken) >= self.next:
            self.estimate()
            self.next = int(len(self.taken) * GROWTH)

    def look(self, t: int) -> None:
        p = online.posterior(
            self.prior, [(said, self.rows.get(w, self.pool)) for said, w in self.votes[t]], temper=online.TEMPER
        )
        self.verdict[t] = online.best(p)
        end = online.decide(self.how, p, len(self.votes[t]))
        self.open[t] = end == "ask"
        self.met[t] = end in {"met", "count"}

    def estimate(self) -> None:
        d, taken = self.data, np.array(self.taken, dtype=np.int64)
        found = dawid_skene.estimate(
            d.task[taken], d.worker[taken], d.label[taken],
            tasks=len(d.tasks), labelers=len(d.workers), classes=len(d.classes), iterations=30, tolerance=1e-3,
            strength=STRENGTH,
        )  # fmt: skip
        self.prior = found.prior.tolist()
        self.pool = found.pooled.tolist()
        seen = np.unique(d.worker[taken])
        self.rows = dict(zip(seen.tolist(), found.confusion[seen].tolist(), strict=True))
        for t, votes in enumerate(self.votes):
            if votes:
                self.look(t)


def replay(data: Crowd, how: online.Policy | None = None, *, seed: int = 0, orders: int = 10) -> Result:
    """`orders` random orders through one rule, beside every answer aggregated by Dawid-Skene and by majority."""
    how = how or default_policy(data)
    tasks, workers, classes = len(data.tasks), len(data.workers), len(data.classes)
    full = dawid_skene.estimate(data.task, data.worker, data.label, tasks=tasks, labelers=workers, classes=classes)
    votes = majority.shares(data.task, data.label, tasks=tasks, classes=classes)
    runs = []
    for n in range(orders):
        sequence = list(range(len(data.task)))
        random.Random(f"{seed}/{n}").shuffle(sequence)  # noqa: S311 - repeatable, not secret
        run = _Run(data, how)
        for i in sequence:
            run.take(i)
        run.end()
        closed = int(run.met.sum())
        right_share = accuracy(run.verdict, data.truth)
        runs.append(Order(accuracy=right_share, answers=len(run.taken), met=closed, exhausted=tasks - closed))
    used = [r.answers for r in runs] or [len(data.task)]
    right = [r.accuracy for r in runs] or [0.0]
    return Result(
        name=data.name, tasks=len(data.tasks), truths=int((data.truth >= 0).sum()), workers=len(data.workers),
        classes=len(data.classes), answers=len(data.task), accuracy=fmean(right), accuracy_spread=pstdev(right),
        used=fmean(used), used_spread=pstdev(used), saved=1 - fmean(used) / len(data.task),
        full_accuracy=accuracy(full.label, data.truth), majority_accuracy=majority.split_accuracy(votes, data.truth),
        met_share=fmean(r.met for r in runs) / len(data.tasks) if runs else 0.0, orders=runs,
        repeated=data.repeated, unmatched=data.unmatched,
    )  # fmt: skip


def accuracy(label: Ints, truth: Ints) -> float:
    """The share of tasks with truth >= 0 that are right; 0 if there is none."""
    known = truth >= 0
    return float((label[known] == truth[known]).mean()) if known.any() else 0.0
