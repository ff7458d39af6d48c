"""What a quality report tells of objects: classes overlooked, invented or mixed up, and verdicts that may be wrong.

missed     of a class: 1 - sum p drawn / sum p asked over its things, p = P(it is there), by everybody who was asked
invented   of a class: the mean of 1 - p over what was drawn as it
mixed up   expected answers l to things of the class c, from the confusions of `drawers`
against    of a labeler: 1 - 2 M / (drawn + V), M what they drew that is in the verdict with the same class, V the
           objects of the verdicts of their tasks
wrong      of a verdict: 1 - (expected right objects) / (its objects + what else is there), by all that is known now

Shapes: n objects (`Marks`), G groups, K classes, T tasks.
"""

from dataclasses import dataclass

import numpy as np

from neraca.measure.arrays import Bools, Floats, Ints
from neraca.measure.boxes import SAME, Box, match
from neraca.measure.drawers import Marks, Table

EXAMPLES = 5
LEAST = 0.5  # of P(there) or of 1 - P(there), for an example


@dataclass(frozen=True, slots=True)
class OfClass:
    """A class: its things (expected), the shares 0..1 missed and invented, and the tasks that show it best."""

    label: int
    things: float
    drawn: int
    missed: float | None
    invented: float | None
    missed_tasks: list[int]
    invented_tasks: list[int]


@dataclass(frozen=True, slots=True)
class Mixed:
    """Expected objects of one class that were drawn as the other, both ways; tasks where people were torn."""

    left: int
    right: int
    left_as_right: float
    right_as_left: float
    share: float
    tasks: list[int]


@dataclass(frozen=True, slots=True)
class Wrong:
    """Of a verdict: the expected share that is wrong or lacks, how many of its objects are doubtful, how many lack.

    `pairs` are its objects that are a thing, of whatever class: (place in the verdict, place in the things).
    """

    share: float
    doubtful: int
    lacking: int
    pairs: tuple[tuple[int, int], ...] = ()


def named(marks: Marks, groups: int, classes: int, labelers: int) -> Ints:
    """G: the class that most gave it, the known one if there is any; the first of equals; -1 for one that is gone."""
    good = marks.label < classes
    weight = np.where(marks.labeler == labelers, 1e6, 1.0)[good]
    cell, place = np.unique(marks.group[good] * classes + marks.label[good], return_inverse=True)
    count = np.bincount(place, weights=weight, minlength=len(cell))
    found = np.full(groups, -1, dtype=np.int64)
    order = np.lexsort((cell, -count))[::-1]
    found[(cell // classes)[order]] = (cell % classes)[order]
    return found


def by_class(marks: Marks, table: Table, asked: Ints, *, classes: int, labelers: int) -> list[OfClass]:
    """One row for every class that anybody drew on a task that tells; the most often missed and invented first.

    `asked` T: how many answers each task has.
    """
    groups = len(table.there)
    of, own = _task_of(marks, groups), marks.labeler < labelers
    label = named(marks, groups, classes, labelers)
    drawn = np.bincount(marks.group[own], minlength=groups)
    told = table.told & (label >= 0)
    lack = np.where(told, table.there * (asked[of] - drawn), 0.0)
    rows = own & table.told[marks.group] & (marks.label < classes)
    made = np.where(rows, 1 - table.there[marks.group], 0.0)
    found = []
    for c in range(classes):
        mine, said = told & (label == c), rows & (marks.label == c)
        if not mine.any() and not said.any():
            continue
        chances = float((table.there * asked[of])[mine].sum())
        found.append(
            OfClass(
                c, float((table.there * (1 + table.missed))[mine].sum()), int(said.sum()),
                float(lack[mine].sum()) / chances if chances > 0 else None,
                float(made[said].mean()) if said.any() else None,
                _examples(of, np.where(mine & (table.there >= LEAST), lack, 0.0)),
                _examples(marks.task, np.where(said & (made >= LEAST), made, 0.0)),
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: (-((one.missed or 0) + (one.invented or 0)), one.label))


def _task_of(marks: Marks, groups: int) -> Ints:
    of = np.zeros(groups, dtype=np.int64)
    of[marks.group] = marks.task
    return of


def _examples(task: Ints, score: Floats) -> list[int]:
    """Tasks with the largest sums above 0; of equals the first."""
    total = np.bincount(task, weights=score) if len(task) else np.zeros(0)
    first = np.argsort(-total, kind="stable")[:EXAMPLES]
    return [int(t) for t in first if total[t] > 0]


def mixed(marks: Marks, table: Table, *, classes: int, most: int, least: float = 0.5) -> list[Mixed]:
    """Pairs of classes that are taken for each other, the most frequent first; none where accuracy alone is known."""
    if not table.classes.counts.size or classes < 2:
        return []
    count = table.classes.counts.sum(axis=0)
    both, met = np.triu(count + count.T, 1), count.sum(axis=1)
    found = []
    for place in np.argsort(-both, axis=None, kind="stable")[:most]:
        a, b = divmod(int(place), classes)
        if both[a, b] < least:
            break
        share = float(both[a, b] / max(met[a] + met[b], 1e-12))
        found.append(Mixed(a, b, float(count[a, b]), float(count[b, a]), share, _torn(marks, table.told, a, b)))
    return found


def _torn(marks: Marks, told: Bools, a: int, b: int) -> list[int]:
    n = len(told)
    said = [np.bincount(marks.group[marks.label == c], minlength=n) for c in (a, b)]
    return _examples(_task_of(marks, n), np.where(told, np.minimum(said[0], said[1]), 0).astype(np.float64))


def wrong(verdict: list[tuple[Box, int]], things: list[tuple[Box, int, float]]) -> Wrong:
    """What may be wrong with a verdict; `things` are (box, class, P(there)).

    An object of the verdict is right as often as the thing that it overlaps by half is there, if that has its class.
    """
    pairs = match([box for box, _ in verdict], [box for box, _, _ in things], SAME)
    p = {one.left: things[one.right][2] for one in pairs if verdict[one.left][1] == things[one.right][1]}
    met = {one.right for one in pairs}
    lacking = [share for i, (_, _, share) in enumerate(things) if i not in met]
    doubtful = sum(p.get(i, 0.0) < LEAST for i in range(len(verdict)))
    if verdict:
        share = 1 - sum(p.values()) / (len(verdict) + sum(lacking))
    else:
        share = 1 - float(np.prod([1 - one for one in lacking]))
    return Wrong(
        float(min(max(share, 0.0), 1.0)), doubtful, sum(one >= LEAST for one in lacking),
        tuple((one.left, one.right) for one in pairs),
    )  # fmt: skip


def against(marks: Marks, asked: Ints, held: Ints, size: Ints, *, labelers: int) -> list[float | None]:
    """W: the share of what a labeler and the verdicts drew that the other did not draw, or draw as another class.

    `asked` a x 2 (task, labeler); `held` G the class that a verdict gives the thing, -1 where none has it; `size` T how
    many objects the verdict has, -1 where there is none to compare with. None: no answer to such a task.
    """
    there = size >= 0
    own = (marks.labeler < labelers) & there[marks.task]
    same = own & (marks.label == held[marks.group])
    met, drew = (np.bincount(marks.labeler[rows], minlength=labelers) for rows in (same, own))
    task, who = asked[there[asked[:, 0]]].T
    wanted = np.bincount(who, weights=size[task], minlength=labelers)
    answers = np.bincount(who, minlength=labelers)
    return [
        (1 - 2 * int(met[w]) / (int(drew[w]) + float(wanted[w])) if drew[w] + wanted[w] else 0.0)
        if answers[w]
        else None
        for w in range(labelers)
    ]
