"""All tests of a crowd's labelers together: for each labeler, what speaks against them, with its evidence.

gold        SPRT on answers to tasks whose class is known, in their order; CUSUM after they were cleared
agreement   SPRT on whether an answer is what most others said of the task (ties among them are left out); good = the
            rate that four fifths of the labelers reach, bad = that of answers drawn from the crowd's shares of classes
copies      pairs whose answers are equal beyond chance          speed   answers too fast to have been thought about
change      one change point of the answers' agreement with the posterior, in their order

With many labelers somebody always looks odd, so each test's alpha is 0.01 over all labelers together (Bonferroni).
Nobody is banned here: `evidence` is read by people.
"""

from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import ArrayLike

from neraca.measure import answers, changes, copies, dawid_skene, evidence, sequential, timing
from neraca.measure.arrays import Floats, Ints, indices, numbers, same_length

GOOD = 0.85  # expected of careful labelers on gold
ALPHA = 0.01  # that any careful labeler of the crowd is flagged by one of the tests
USUAL = 0.2  # the labelers' quantile whose rate of agreement is still good
LEAST = 10  # answers of a labeler whose rate tells what is usual


@dataclass(frozen=True, slots=True)
class Screened:
    """A labeler, their answers, and every finding; those `against` them come first."""

    labeler: int
    answers: int
    evidence: list[evidence.Evidence]

    @property
    def suspect(self) -> bool:
        """Whether anything speaks against them."""
        return any(one.against for one in self.evidence)


def screen(
    task: ArrayLike, labeler: ArrayLike, label: ArrayLike, *, tasks: int, labelers: int, classes: int,
    gold: ArrayLike | None = None, seconds: ArrayLike | None = None, good: float = GOOD,
    ordered: bool = True, copied: copies.Copies | None = None, against: bool = False,
) -> list[Screened]:  # fmt: skip
    """Every labeler of a categorical crowd, rows in the order in which the answers came.

    With `against`, the tests of agreement that speak against nobody are left out, which is quick for many labelers.
    `gold` (T) holds known classes, -1 elsewhere; `seconds` (n) what each answer took. Where the rows are not in the
    order of time, `ordered` False leaves out what would tell of change. `copied` is who copies whom, where that is
    known already. Raises ValueError naming a row.
    """
    where, who = indices(task, tasks, "task"), indices(labeler, labelers, "labeler")
    said = indices(label, classes, "class")
    same_length(task=where, labeler=who, label=said)
    known = answers.known(gold, tasks, classes)
    found: list[list[evidence.Evidence]] = [[] for _ in range(labelers)]
    order = np.argsort(who, kind="stable")
    count = np.bincount(who, minlength=labelers)
    start = np.cumsum(count) - count
    rows = [order[start[w] : start[w] + count[w]] for w in range(labelers)]
    _by_gold(found, rows, where, said, known, classes, good)
    if not ordered:
        found = [[e for e in told if e.kind != "drift"] for told in found]
    _by_agreement(found, rows, who, _with_most(where, said, tasks, classes), said, classes, against=against)
    _by_copies(found, where, who, said, known, tasks, labelers, classes, rows if ordered else [], copied)
    if seconds is not None:
        took = numbers(seconds, "time")
        same_length(task=where, seconds=took)
        for one in timing.speeds(who, took, labelers=labelers):
            found[one.labeler].append(evidence.of_speed(one))
    return [Screened(w, int(count[w]), sorted(found[w], key=lambda e: not e.against)) for w in range(labelers)]


def _by_gold(
    found: list[list[evidence.Evidence]], rows: list[Ints], where: Ints, said: Ints, known: Ints, classes: int,
    good: float,
) -> None:  # fmt: skip
    bad = 1 / classes
    if classes < 2 or bad >= good or not (known >= 0).any():
        return
    for w, mine in enumerate(rows):
        checks = mine[known[where[mine]] >= 0]
        if not len(checks):
            continue
        right = (said[checks] == known[where[checks]]).astype(np.float64).tolist()
        test = sequential.sprt(right, good=good, bad=bad, alpha=ALPHA / len(rows))
        found[w].append(evidence.of_checks(test))
        if test.verdict == "clear":
            found[w].append(evidence.of_drift(sequential.cusum(right[test.answers :], good=good, bad=bad)))


def _by_agreement(
    found: list[list[evidence.Evidence]], rows: list[Ints], who: Ints, with_most: Floats, said: Ints, classes: int,
    *, against: bool,
) -> None:  # fmt: skip
    clear = ~np.isnan(with_most)
    known = np.bincount(who[clear], minlength=len(rows))
    same = np.bincount(who[clear], weights=with_most[clear], minlength=len(rows))
    rates = same[known >= LEAST] / known[known >= LEAST]
    if not len(rates):
        return
    share = np.bincount(said, minlength=classes) / max(len(said), 1)
    good = min(max(float(np.quantile(rates, USUAL)), 0.05), 0.98)
    bad = max(float(share @ share), 0.02)
    if bad > good - 0.1:  # most answers are alike by chance: agreement cannot tell a guesser
        return
    alpha = ALPHA / len(rows)
    # who differs from most so seldom that not all of it at once would be too much is not flagged, in whatever order
    least = log((1 - sequential.BETA) / alpha) / sequential.steps(good, bad)[1] if against else 0.0
    for w in np.flatnonzero((known - same >= least - 1e-6) & (known > 0)).tolist():
        told = with_most[rows[w]]
        test = sequential.sprt(told[~np.isnan(told)].tolist(), good=good, bad=bad, alpha=alpha)
        if test.verdict == "flag" or not against:
            found[w].append(evidence.of_agreement(test))


def _with_most(where: Ints, said: Ints, tasks: int, classes: int) -> Floats:
    """1 if an answer is what most others said of the task, 0 if not, NaN (kept inside) if they are tied or none."""
    cell, place, count = np.unique(where * classes + said, return_inverse=True, return_counts=True)
    of_task = cell // classes
    first = np.zeros(tasks, dtype=np.int64)
    np.maximum.at(first, of_task, count)
    # Without the answer itself its class has one vote less; the best of the other classes has what it had.
    tops = np.bincount(of_task, weights=count == first[of_task], minlength=tasks)
    second = np.zeros(tasks, dtype=np.int64)
    np.maximum.at(second, of_task, np.where(count < first[of_task], count, 0))
    alone = (count == first[of_task]) & (tops[of_task] == 1)
    other = np.where(alone, second[of_task], first[of_task])
    mine = count - 1
    verdict = np.where(mine > other, 1.0, np.where(mine < other, 0.0, np.nan))
    return np.asarray(verdict[place], dtype=np.float64)


def _by_copies(
    found: list[list[evidence.Evidence]], where: Ints, who: Ints, said: Ints, known: Ints, tasks: int, labelers: int,
    classes: int, rows: list[Ints], copied: copies.Copies | None,
) -> None:  # fmt: skip
    if not len(where):
        return
    if copied is None:
        copied = copies.find(where, who, said, tasks=tasks, labelers=labelers, classes=classes, gold=known)
    for pair in copied.pairs:
        found[pair.left].append(evidence.of_copies(pair, f"labeler {pair.right}"))
        found[pair.right].append(evidence.of_copies(pair, f"labeler {pair.left}"))
    if not rows:
        return
    kept = ~copied.repeats(where, who, said)
    crowd = dawid_skene.estimate(
        where[kept], who[kept], said[kept], tasks=tasks, labelers=labelers, classes=classes, gold=known
    )
    right = crowd.posterior[where, said]
    for w, mine in enumerate(rows):
        one = changes.change(np.clip(right[mine], 0, 1).tolist())
        if one is not None and one.log_evidence >= log(len(rows) / ALPHA):
            found[w].append(evidence.of_change(one))
