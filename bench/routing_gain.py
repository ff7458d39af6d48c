"""`python -m bench.routing_gain`: answers a task until its target is met, chosen by what they tell, or first come.

"Until as right" are the answers that either order needs for the accuracy which both reach, the lower of their last.

Four sorts of simulated crowds, each with several seeds; the choice is `neraca.routing.rules.choose`, with its look over
64 slots, its four claims a look, its turns and its patience. The labelers' skills are estimated as a project's are.
"""

import argparse
import heapq
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import fmean
from typing import Any
from uuid import UUID

import numpy as np
from rich.console import Console
from rich.table import Table

from neraca.measure import online, skills
from neraca.measure.majority import Floats, Ints
from neraca.routing import rules
from neraca.routing.choice_queries import LOOK

TASKS, LABELERS = 1_000, 20
CROWDS = {
    "each knows two of four classes": "special", "confusions that hang on the class": "classes",
    "one skill each, two classes": "one skill", "three in ten guess": "guessers",
}  # fmt: skip
TARGET = online.Target(0.95, 2, 7)
STEP = 100
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Crowd:
    """What is true of each task, what each labeler would say of it, and how many answers a minute they give."""

    truth: Ints
    said: Ints  # labeler x task
    pace: Floats

    @property
    def classes(self) -> int:
        return int(max(self.truth.max(), self.said.max())) + 1


def _confusions(sort: str, dice: np.random.Generator) -> tuple[Floats, Floats]:
    """Of each labeler, and how hard each task is: the chance that an answer to it is a guess."""
    match sort:
        case "special":
            rows = np.full((LABELERS, 4, 4), 0.01)
            for who in range(LABELERS):
                for c in range(4):
                    right = 0.95 if (c < 2) == bool(who % 2) else 0.58
                    rows[who, c, c], rows[who, c, c ^ 1] = 0.98 * right, 0.98 * (1 - right)
            return rows / rows.sum(2, keepdims=True), dice.beta(1, 6, TASKS)
        case "classes":
            rows = np.zeros((LABELERS, 4, 4))
            for who in range(LABELERS):
                for c in range(4):
                    right = dice.beta(4, 1.5)
                    rows[who, c] = np.insert(dice.dirichlet(np.full(3, 0.5)) * (1 - right), c, right)
            return rows, dice.beta(1, 5, TASKS)
        case "one skill":
            rates = dice.beta(6, 2, LABELERS) * 0.9 + 0.08
            return np.array([online.start_rows(2, float(rate)) for rate in rates]), dice.beta(1, 4, TASKS)
        case _:
            rates = np.where(dice.random(LABELERS) < 0.3, 1 / 3, dice.beta(12, 2, LABELERS))
            return np.array([online.start_rows(3, float(rate)) for rate in rates]), dice.beta(1, 5, TASKS)


def crowd(sort: str, seed: int) -> Crowd:
    """A crowd of this sort; the same for the same seed."""
    dice = np.random.default_rng(1000 + seed)
    rows, hard = _confusions(sort, dice)
    k = rows.shape[1]
    truth = dice.integers(0, k, TASKS)
    chances = (1 - hard[:, None]) * rows[:, truth] + hard[:, None] / k
    said = (chances.cumsum(2) < dice.random((LABELERS, TASKS, 1))).sum(2).clip(0, k - 1)
    return Crowd(truth, said, np.exp(dice.normal(0, 0.7, LABELERS)))


class Project:
    """The tasks, the walk over their slots, and what is believed."""

    def __init__(self, of: Crowd, seed: int, *, chosen: bool) -> None:
        self.crowd, self.chosen = of, chosen
        self.dice = np.random.default_rng(seed)
        k = of.classes
        self.prior: tuple[float, ...] = online.uniform(k)
        self.pooled: online.Rows = online.start_rows(k)
        self.confusions: list[online.Rows] = [self.pooled] * LABELERS
        self.seen: list[int | None] = [None] * LABELERS
        self.answers: list[list[tuple[int, int]]] = [[] for _ in range(TASKS)]  # labeler and class
        self.posteriors: list[tuple[float, ...] | None] = [None] * TASKS
        self.open, self.had = [True] * TASKS, np.zeros((LABELERS, TASKS), dtype=bool)
        self.wanted = [TARGET.min] * TASKS  # slots that are open or leased
        self.walk = [(task, BEGIN) for task in range(TASKS) for _ in range(TARGET.min)]
        self.kept: list[list[int]] = [[] for _ in range(LABELERS)]
        self.given, self.estimate_at = 0, 200
        self.verdicts = np.full(TASKS, -1)
        self.right = [0.0]  # of the verdicts, after each hundred answers

    def _look(self, task: int, now: datetime) -> None:
        told = self.answers[task]
        p = online.posterior_of(
            self.prior, [[row[c] for row in self.confusions[who]] for who, c in told],
            temper=[online.weight(self.seen[who], len(told)) for who, _ in told],
        )  # fmt: skip
        self.posteriors[task], self.verdicts[task] = p, online.best(p)
        if online.decide(TARGET, p, len(told)) != "ask":
            self.open[task] = False
        elif self.wanted[task] == 0:
            self.walk.append((task, now))
            self.wanted[task] = 1

    def _estimate(self, now: datetime) -> None:
        rows = np.array([(t, who, c) for t, told in enumerate(self.answers) for who, c in told])
        rows = rows[skills.telling(rows[:, 0], TASKS)]
        if not len(rows):
            return
        found = skills.estimate(
            rows[:, 0], rows[:, 1], rows[:, 2], tasks=TASKS, labelers=LABELERS, classes=self.crowd.classes
        )
        self.prior, self.pooled = tuple(found.prior.tolist()), found.pooled.tolist()
        self.confusions = [online.rows(found.counts.of(w).tolist(), self.pooled) for w in range(LABELERS)]
        self.seen = [int(n) for n in found.answers]
        for task in range(TASKS):
            if self.open[task] and self.answers[task]:
                self._look(task, now)

    def answer(self, who: int, task: int, now: datetime) -> None:
        """A labeler's answer arrives."""
        self.wanted[task] -= 1
        self.given += 1
        if self.given % STEP == 0:
            self.right.append(float((self.verdicts == self.crowd.truth).mean()))
        if self.open[task]:
            self.answers[task].append((who, int(self.crowd.said[who, task])))
            self._look(task, now)
            if self.given >= self.estimate_at:
                self._estimate(now)
                self.estimate_at = int(self.given * 1.25)

    def claim(self, who: int) -> int | None:
        """The task that a labeler is given; None where there is none for them."""
        self.walk = [slot for slot in self.walk if self.open[slot[0]]]
        if self.chosen and self.seen[who] is not None and not self.kept[who]:
            self.kept[who] = self._choice(who)
        for task in self.kept[who]:
            if self.open[task] and not self.had[who, task] and self._taken(who, task):
                self.kept[who] = self.kept[who][self.kept[who].index(task) + 1 :]
                return task
        self.kept[who] = []
        first = next((task for task, _ in self.walk if not self.had[who, task]), None)
        if first is not None:
            self._taken(who, first)
        return first

    def _taken(self, who: int, task: int) -> bool:
        at = next((at for at, slot in enumerate(self.walk) if slot[0] == task), None)
        if at is None:
            return False
        del self.walk[at]
        self.had[who, task] = True
        return True

    def _choice(self, who: int) -> list[int]:
        ahead = [slot for slot in self.walk if not self.had[who, slot[0]]][:LOOK]
        names = [str(c) for c in range(self.crowd.classes)]
        terms = {
            "confidence": TARGET.confidence, "least": TARGET.min, "classes": names, "pooled": self.pooled,
            "prior": self.prior, "tau": 1.0, "confusion": self.confusions[who], "answers": self.seen[who],
        }  # fmt: skip
        seen = [self._row(n, names, task, opened) for n, (task, opened) in enumerate(ahead)]
        turn = bool(self.dice.integers(rules.TURN) == 0)
        return [task.int for task, _ in rules.choose(terms, seen, turn=turn)] if seen else []

    def _row(self, n: int, names: list[str], task: int, opened: datetime) -> Mapping[str, Any]:
        p = self.posteriors[task]
        return {
            "task_id": UUID(int=task), "n": n, "priority": 0, "answers": len(self.answers[task]), "opened_at": opened,
            "told": False,
            "posterior": None if p is None else dict(zip(names, p, strict=True)),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """Answers a task, the share of verdicts that are right (and after each hundred answers), and of targets met."""

    answers: float
    right: float
    so_far: list[float]
    met: float

    def until(self, right: float) -> float:
        """The answers a task after which that share was right first."""
        return next((STEP * n / TASKS for n, share in enumerate(self.so_far) if share >= right), self.answers)


def run(of: Crowd, seed: int, *, chosen: bool) -> Outcome:
    """Until every task is decided, or nobody may answer what is left."""
    made, dice = Project(of, seed, chosen=chosen), np.random.default_rng(seed + 1)
    events: list[tuple[float, int, int | None]] = [(dice.exponential(1 / of.pace[w]), w, None) for w in range(LABELERS)]
    heapq.heapify(events)
    idle = 0
    while any(made.open) and idle <= 20 * LABELERS:
        now, who, task = heapq.heappop(events)
        if task is not None:
            made.answer(who, task, BEGIN + timedelta(minutes=now))
        task = made.claim(who)
        idle = idle + 1 if task is None else 0
        pause = 1 / of.pace[who] if task is None else dice.exponential(1 / of.pace[who])
        heapq.heappush(events, (now + pause, who, task))
    met = [p is not None and max(p) >= TARGET.confidence for p in made.posteriors]
    return Outcome(made.given / TASKS, float((made.verdicts == of.truth).mean()), made.right, fmean(met))


def main() -> None:
    """Prints a row for each sort of crowd and each order."""
    parser = argparse.ArgumentParser(prog="python -m bench.routing_gain", description=__doc__)
    parser.add_argument("--seeds", type=int, default=8)
    asked = parser.parse_args()
    shown = Table(
        title=f"{TASKS:,} tasks, {LABELERS} labelers, target {TARGET.confidence}, {TARGET.min} to {TARGET.max}"
    )
    for heading in ("crowd", "order", "answers a task", "right", "target met", "answers until as right", "fewer"):
        shown.add_column(heading)
    for name, sort in CROWDS.items():
        crowds = [crowd(sort, seed) for seed in range(asked.seeds)]
        first = [run(one, seed, chosen=False) for seed, one in enumerate(crowds)]
        chosen = [run(one, seed, chosen=True) for seed, one in enumerate(crowds)]
        level = [min(a.right, b.right) for a, b in zip(first, chosen, strict=True)]
        spent = [[one.until(at) for one, at in zip(of, level, strict=True)] for of in (first, chosen)]
        fewer = np.array([1 - b / a for a, b in zip(*spent, strict=True)])
        error = f"{fewer.mean():.1%} ± {fewer.std(ddof=1) / len(fewer) ** 0.5:.1%}"
        for order, rows, until in (("first come", first, spent[0]), ("chosen", chosen, spent[1])):
            shown.add_row(
                name if rows is first else "", order, f"{fmean(row.answers for row in rows):.2f}",
                f"{fmean(row.right for row in rows):.1%}", f"{fmean(row.met for row in rows):.1%}",
                f"{fmean(until):.2f}", error if rows is chosen else "",
            )  # fmt: skip
    Console(width=140).print(shown)


if __name__ == "__main__":
    main()
