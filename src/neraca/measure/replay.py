"""Recorded answers go through the engine's rule again, as if each worker came again.

Each order is a random sequence of (worker, task) as recorded. An answer is taken only while its task is open; then the
task's posterior is computed with the skills of the last estimate and `online.decide` closes it or not. Skills are
estimated anew (`skills`) whenever the answers taken have grown by `online.GROWTH`; then every open task is looked at
again, and one that the new skills can decide is closed. A verdict that has been told stays, as in the engine. One rule
for all sets. A task that cannot get there keeps its best class: it is *escalated* where its recorded answers are used
up (under the last skills), and wherever the policy passes it on to somebody else, whose answer nobody recorded.

With gold, the map from posteriors to confidences (`calibrate`) is fitted at every estimate to the gold tasks, by their
answers so far and by skills that do not know the gold; decisions are made on calibrated posteriors.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, pstdev
from typing import TextIO

import numpy as np

from neraca.measure import aggregate, calibrate, dawid_skene, majority, online, skills, tables
from neraca.measure.majority import Flags, Floats, Ints

TARGET = 0.98
LEAST = 2
CELLS = 50_000_000  # of the tables labelers x classes x classes; larger, memory would not do


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
    """One order: accuracy 0..1 where the truth is known and not given as gold, and how many tasks ended how.

    `met` (or by count), `escalated`, or `exhausted`: the policy allows no more answers and passes nothing on.
    `met_right` of the `met_known` tasks that were closed as met, of known truth and not gold, are right.
    """

    accuracy: float
    answers: int
    met: int
    escalated: int
    exhausted: int
    met_known: int
    met_right: int


@dataclass(frozen=True, slots=True)
class Result:
    """Accuracies are 0..1 over tasks with truth that is not gold (0 if there are none).

    `spread` is a standard deviation over orders; `error` the standard error of `full_accuracy - accuracy`, paired by
    task. `full_accuracy` is plain Dawid-Skene's and `default_accuracy` that of `aggregate`, both with all answers.
    `met_accuracy` is over tasks closed as met, all orders together.
    """

    name: str
    tasks: int
    truths: int
    workers: int
    classes: int
    answers: int
    gold: int
    accuracy: float
    accuracy_spread: float
    used: float
    used_spread: float
    saved: float
    full_accuracy: float
    error: float
    default_accuracy: float
    majority_accuracy: float
    met_share: float
    met_accuracy: float
    escalated_share: float
    orders: Sequence[Order]
    repeated: int
    unmatched: int


def read_folder(folder: Path) -> Crowd:
    """`labels.csv` (task, worker, label) and, if it is there, `truth.csv` (task, label).

    A worker's first answer to a task counts. Raises ValueError with one sentence.
    """
    with _opened(folder / "labels.csv") as file:
        rows = [tuple(row) for _, row in tables.table("labels.csv", file, ("task", "worker", "label"))[1]]
    if not rows:
        raise ValueError("labels.csv has no answers.")
    known: dict[str, str] = {}
    if (folder / "truth.csv").exists():
        with _opened(folder / "truth.csv") as file:
            known = tables.known("truth.csv", file)
    return crowd(folder.name, rows, known)


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield file
    except OSError as error:
        raise ValueError(f"{path.name} cannot be read: {error.strerror}.") from None


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
    """98 % sure, at least two answers, and no more than there are: then the recording ends, not the policy."""
    return online.Target(TARGET, LEAST, int(np.bincount(data.task).max()) + 1)


class _Run:
    """One order. Votes are kept per task as (class, worker); columns are those of the last estimate."""

    def __init__(self, data: Crowd, how: online.Policy, gold: Ints) -> None:
        k = len(data.classes)
        self.data, self.how, self.gold = data, how, gold
        self.prior: Sequence[float] = online.uniform(k)
        self.tau, self.bias = 1.0, (0.0,) * k
        self.columns: dict[tuple[int, int], Sequence[float]] = {}
        self.seen: dict[int, Sequence[float]] = {}  # how many tasks of each class, in expectation
        self.weights: dict[int, float] = {}
        self.unmet = online.weight(None)
        self.group = list(range(len(data.workers)))  # who copies whom, as far as the last estimate found out
        self.pool = online.start_rows(k)
        self.votes: list[list[tuple[int, int]]] = [[] for _ in data.tasks]
        self.taken: list[int] = []
        self.verdict = np.full(len(data.tasks), -1, dtype=np.int64)
        self.open = np.ones(len(data.tasks), dtype=np.bool_)
        self.met = np.zeros(len(data.tasks), dtype=np.bool_)
        self.ended = np.zeros(len(data.tasks), dtype=np.bool_)  # by the policy, as one that cannot be met
        self.sway: float | None = None
        self.next = online.FIRST

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
            self.next = int(len(self.taken) * online.GROWTH)

    def column(self, said: int, worker: int) -> Sequence[float]:
        """P(said | truth = c) of a worker by class; the pool's if they were not met in the last estimate."""
        known = self.columns.get((said, worker))
        if known is not None:
            return known
        seen = self.seen.get(worker)
        if seen is None:
            return [row[said] for row in self.pool]
        pseudo = online.STRENGTH
        return self.columns.setdefault(
            (said, worker), [pseudo * row[said] / (pseudo + n) for row, n in zip(self.pool, seen, strict=True)]
        )

    def told(self, t: int) -> Sequence[tuple[int, int]]:
        """The votes of a task that tell something: what one of a group of copies has said counts once."""
        return list({(self.group[w], said): (said, w) for said, w in reversed(self.votes[t])}.values())

    def posterior(self, t: int) -> tuple[float, ...]:
        """The engine's own, from the votes of a task."""
        told = self.told(t)
        columns = [self.column(said, w) for said, w in told]
        shared = online.together(len(columns))
        weights = [shared * self.weights.get(w, self.unmet) for _, w in told]
        return online.posterior_of(self.prior, columns, temper=weights)

    def look(self, t: int) -> None:
        p = online.calibrated(self.posterior(t), self.tau, self.bias)
        self.verdict[t] = online.best(p)
        told = None if self.sway is None else len(self.told(t))
        end = online.decide(self.how, p, len(self.votes[t]), sway=self.sway, told=told)
        self.open[t] = end == "ask"
        self.met[t] = end in {"met", "count"}
        self.ended[t] = end == "exhausted"

    def estimate(self) -> None:
        """Skills from the answers taken, as the engine's job makes them; then every open task again."""
        d, taken = self.data, np.array(self.taken, dtype=np.int64)
        taken = taken[skills.telling(d.task[taken], len(d.tasks))]
        if not len(taken):
            return
        task, worker, label = d.task[taken], d.worker[taken], d.label[taken]
        k = len(d.classes)
        found = skills.estimate(task, worker, label, tasks=len(d.tasks), labelers=len(d.workers), classes=k)
        self.prior = found.prior.tolist()
        self.pool = tuple(tuple(row) for row in found.pooled.tolist())
        self.believe(found, np.unique(worker))
        self.weights = {w: online.weight(n) for w, n in enumerate(found.answers.tolist())}
        self.unmet = online.weight(0)
        self.group = found.copied.group.tolist()
        self.calibrate()
        if isinstance(self.how, online.Target) and self.how.escalate is not None:
            rows = (online.rows(found.counts.of(w).tolist(), self.pool) for w in np.unique(worker).tolist())
            self.sway = online.sway_through(online.sway([self.pool, *rows], self.prior), self.tau, self.bias)
        for t, votes in enumerate(self.votes):
            if votes and self.open[t]:
                self.look(t)

    def believe(self, found: skills.SkillTable, workers: Ints) -> None:
        """Their columns: `online.rows` of each, all at once; of what they never said when it is asked for."""
        met = found.counts.met(workers)
        self.seen = dict(zip(workers.tolist(), met.tolist(), strict=True))
        given = found.counts.given
        totals = online.STRENGTH + found.counts.met(given.owner)
        rows = (online.STRENGTH * found.pooled.T[given.said] + found.counts.table) / totals
        self.columns = dict(
            zip(zip(given.said.tolist(), given.owner.tolist(), strict=True), rows.tolist(), strict=True)
        )

    def calibrate(self) -> None:
        """The map from posteriors to confidences, from gold tasks by their answers so far; without gold it stays."""
        at = [t for t in np.flatnonzero(self.gold >= 0).tolist() if self.votes[t]]
        if not at:
            return
        how = calibrate.of_rule(np.array([self.posterior(t) for t in at]), self.gold[at], least=online.FLOOR)
        self.tau, self.bias = how.tau, tuple(how.bias.tolist())


def replay(
    data: Crowd, how: online.Policy | None = None, *, seed: int = 0, orders: int = 10, gold: float = 0.0
) -> Result:
    """`orders` random orders through one rule, beside every answer aggregated by Dawid-Skene and by majority.

    `gold` is the share of the known truth that is given to the engine, drawn anew in each order; the rest is scored.
    """
    runs, share = ordered(data, how or default_policy(data), seed=seed, orders=orders, gold=gold)
    t, w, k = len(data.tasks), len(data.workers), len(data.classes)
    full = dawid_skene.estimate(
        data.task, data.worker, data.label, tasks=t, labelers=w, classes=k, strength=0.0, iterations=1000
    )
    best = aggregate.estimate(data.task, data.worker, data.label, tasks=t, labelers=w, classes=k)
    votes = majority.shares(data.task, data.label, tasks=t, classes=k)
    known = np.flatnonzero(data.truth >= 0)
    gap = ((full.label == data.truth) - share)[known]
    used = [r.answers for r in runs] or [len(data.task)]
    right = [r.accuracy for r in runs] or [0.0]
    closed = sum(r.met_known for r in runs)
    return Result(
        name=data.name, tasks=len(data.tasks), truths=len(known), workers=len(data.workers),
        classes=len(data.classes), answers=len(data.task), gold=int(gold * len(known)), accuracy=fmean(right),
        accuracy_spread=pstdev(right), used=fmean(used), used_spread=pstdev(used),
        saved=1 - fmean(used) / len(data.task), full_accuracy=accuracy(full.label, data.truth),
        error=float(gap.std() / np.sqrt(len(gap))) if len(gap) else 0.0,
        default_accuracy=accuracy(best.label, data.truth),
        majority_accuracy=majority.split_accuracy(votes, data.truth),
        met_share=fmean(r.met for r in runs) / len(data.tasks) if runs else 0.0,
        met_accuracy=sum(r.met_right for r in runs) / closed if closed else 0.0,
        escalated_share=fmean(r.escalated for r in runs) / len(data.tasks) if runs else 0.0, orders=runs,
        repeated=data.repeated, unmatched=data.unmatched,
    )  # fmt: skip


def ordered(data: Crowd, how: online.Policy, *, seed: int, orders: int, gold: float) -> tuple[list[Order], Floats]:
    """The orders alone, and by task the share of them in which it was right, of those where it was not gold."""
    w, k = len(data.workers), len(data.classes)
    if w * k**2 > CELLS:
        raise ValueError(f"{data.name or 'This'} has {k} different labels by {w} workers, too many to replay.")
    runs, rights = [], np.zeros((2, len(data.tasks)))
    known = np.flatnonzero(data.truth >= 0)
    for n in range(orders):
        draw = random.Random(f"{seed}/{n}")  # noqa: S311 - repeatable, not secret
        sequence = list(range(len(data.task)))
        draw.shuffle(sequence)
        given = np.full(len(data.tasks), -1, dtype=np.int64)
        at = np.array(draw.sample(known.tolist(), int(gold * len(known))), dtype=np.int64)
        given[at] = data.truth[at]
        run = _Run(data, how, given)
        for i in sequence:
            run.take(i)
        run.estimate()
        runs.append(_ended(run))
        rights += np.stack([run.verdict == data.truth, np.ones(len(data.tasks))]) * (given < 0)
    return runs, np.divide(rights[0], rights[1], out=np.zeros(len(data.tasks)), where=rights[1] > 0)


def _ended(run: _Run) -> Order:
    truth = np.where(run.gold < 0, run.data.truth, -1)
    met: Flags = run.met & (truth >= 0)
    passing = isinstance(run.how, online.Target) and run.how.escalate is not None
    exhausted = 0 if passing else int(run.ended.sum())
    return Order(
        accuracy=accuracy(run.verdict, truth), answers=len(run.taken), met=int(run.met.sum()),
        escalated=int((~run.met).sum()) - exhausted, exhausted=exhausted, met_known=int(met.sum()),
        met_right=int((run.verdict[met] == truth[met]).sum()),
    )  # fmt: skip


def accuracy(label: Ints, truth: Ints) -> float:
    """The share of tasks with truth >= 0 that are right; 0 if there is none."""
    known = truth >= 0
    return float((label[known] == truth[known]).mean()) if known.any() else 0.0
