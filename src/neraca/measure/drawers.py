"""What is believed of each labeler of objects, from all answers of a project: the background estimate.

Objects come as groups of the same thing (`box_groups` for boxes). From them
there     P(the group is a thing), recall and invention of each labeler: `existence`
class     confusion of each labeler over the groups that are there: `skills`
hand      bias and noise of each labeler's shapes: `numeric`
f1        2 TP / (drawn + real): TP what they drew that is there and of the right class, real = the things of the tasks
          they answered, also the overlooked; `low`, `high` bound the central 95 % of Beta(m f + TP, m (1 - f) + rest)

A task with one answer tells nothing of its labeler: what is drawn there is true only because it was drawn. Known
answers (gold) come as rows of one more labeler, number W, who is right about everything on the tasks marked `sure`.

Confusion and hands are learnt from samples of about `MOST` and `HANDS` rows that hold as many of each labeler.
Shapes: n rows; T tasks, W labelers, K classes, G groups. O(n) memory and time an iteration.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from neraca.measure import existence, numeric, one_coin, skills
from neraca.measure.arrays import Bools, Floats, Ints, indices, numbers, same_length

MOST, HANDS = 200_000, 50_000
LEAST = 10  # rows of a labeler in a sample, however many labelers there are
MATRIX = 64  # classes up to which a whole confusion is learnt
HELD = 0.5
UNTOLD = 0.8  # accuracy of classes where nothing tells
CELLS = 20_000_000  # of a table labelers x classes x classes; larger, accuracy alone is learnt


@dataclass(frozen=True, slots=True)
class Marks:
    """n objects: of which task, by whom, of which class, in which group; `numbers` n x d are those of its shape.

    `labeler` W marks an object of the known truth, `label` K one whose class is no more.
    """

    task: Ints
    labeler: Ints
    label: Ints
    group: Ints
    numbers: Floats


@dataclass(frozen=True, slots=True)
class Rate:
    """W: a share, and the bounds of its central 95 %."""

    value: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Classes:
    """counts W x K x K (row = truth; empty above `MATRIX` classes), pooled K x K, prior K, accuracy W of the class.

    `low` and `high` W bound the central 95 % of the accuracy; with one class there is nothing to be wrong about.
    """

    counts: Floats
    pooled: Floats
    prior: Floats
    accuracy: Floats
    low: Floats
    high: Floats
    pool: float


@dataclass(frozen=True, slots=True)
class Table:
    """What was found. `there`, `told` G: P(it is a thing), and whether anybody else could have said so.

    finds, invents W are r and f of `existence`; answers, drawn, hits, real W count what each answered, drew, drew of
    what is there, and could have drawn on telling tasks. `odds`, `empty`, `stranger` (recall, invention) are for
    `belief`.
    """

    there: Floats
    told: Bools
    missed: Floats
    recall: Rate
    precision: Rate
    f1: Rate
    finds: Floats
    invents: Floats
    answers: Ints
    drawn: Ints
    hits: Floats
    real: Floats
    classes: Classes
    noise: Floats
    bias: Floats
    crowd_noise: float
    odds: float
    empty: float
    stranger: tuple[float, float]
    iterations: int
    converged: bool


def estimate(
    marks: Marks, asked_task: ArrayLike, asked_labeler: ArrayLike, *, tasks: int, labelers: int, classes: int,
    sure: ArrayLike | None = None, seed: int = 0,
) -> Table:  # fmt: skip
    """From every object and every answer, also those without an object. `sure` T marks tasks whose truth is given.

    Raises ValueError naming a bad row.
    """
    where, who = indices(asked_task, tasks, "task"), indices(asked_labeler, labelers, "labeler")
    same_length(task=where, labeler=who)
    given = _checked(marks, tasks, labelers, classes)
    known = np.zeros(tasks, dtype=np.bool_) if sure is None else np.asarray(sure, dtype=np.bool_)
    telling = (np.bincount(where, minlength=tasks) >= 2) | known
    groups = int(given.group.max()) + 1 if len(given.group) else 0
    of = np.zeros(groups, dtype=np.int64)
    of[given.group] = given.task
    drew = _existence(given, of, where, who, known, telling, labelers)
    told = telling[of]
    there = np.where(told, drew.there, 0.0)
    keep = told[given.group] & (there[given.group] >= HELD)
    named = _classes(given, keep, labelers, classes, groups, seed)
    noise, bias, crowd_noise = _hands(given, keep, labelers, seed)
    rates, counts = _rates(given, drew, of, told, named.accuracy, (where, who, telling), labelers)
    nobody = np.bincount(of[there >= HELD], minlength=tasks) == 0
    pool = _pool(drew, who, labelers)
    return Table(
        there=there, told=told, missed=np.where(told, drew.missed, 0.0), recall=rates[0], precision=rates[1],
        f1=rates[2], finds=drew.recall, invents=drew.invents,
        answers=np.bincount(who[telling[where]], minlength=labelers),
        drawn=counts[0], hits=counts[1], real=counts[2], classes=named, noise=noise, bias=bias, crowd_noise=crowd_noise,
        odds=drew.odds, empty=float(((nobody & telling).sum() + 1) / (telling.sum() + 2)), stranger=pool,
        iterations=drew.iterations, converged=drew.converged,
    )  # fmt: skip


def _checked(marks: Marks, tasks: int, labelers: int, classes: int) -> Marks:
    found = Marks(
        indices(marks.task, tasks, "task"), indices(marks.labeler, labelers + 1, "labeler"),
        indices(marks.label, classes + 1, "class"), indices(marks.group, None, "group"),
        numbers(marks.numbers, "number"),
    )  # fmt: skip
    same_length(task=found.task, labeler=found.labeler, label=found.label, group=found.group, number=found.numbers)
    return found


def _existence(
    given: Marks, of: Ints, where: Ints, who: Ints, known: Bools, telling: Bools, labelers: int
) -> existence.Estimate:
    """Everybody who answered a task was asked for each of its groups."""
    order = np.argsort(where, kind="stable")
    count = np.bincount(where, minlength=len(telling))
    first = np.cumsum(count) - count
    told = np.flatnonzero(telling[of])
    size = count[of[told]]
    candidate = np.repeat(told, size)
    within = np.arange(len(candidate)) - np.repeat(np.cumsum(size) - size, size)
    asked = who[order][np.repeat(first[of[told]], size) + within]
    width = labelers + 1
    drawn = np.isin(candidate * width + asked, given.group * width + given.labeler)
    truth = np.where(known[of], 0, -1) if len(of) else np.zeros(0, dtype=np.int64)
    truth[given.group[given.labeler == labelers]] = 1
    return existence.estimate(
        candidate, asked, drawn.astype(np.int64), candidates=len(of), labelers=labelers, known=truth
    )


def _sample(given: Marks, keep: Bools, most: int, seed: int) -> Bools:
    """About `most` of the kept rows: whole groups, drawn at random so that every labeler has as many of them."""
    rows = np.flatnonzero(keep)
    if len(rows) <= most:
        return keep
    group, who = given.group[rows], given.labeler[rows]
    size = len(rows) / len(np.unique(group))
    each = max(int(most / size / len(np.unique(who))), LEAST)
    turn = np.random.default_rng(seed).permutation(int(given.group.max()) + 1)[group]
    order = np.lexsort((turn, who))
    first = np.searchsorted(who[order], who[order])
    chosen = np.zeros(int(given.group.max()) + 1, dtype=np.bool_)
    chosen[group[order[np.arange(len(order)) - first < each]]] = True
    return np.asarray(keep & chosen[given.group], dtype=np.bool_)


def _classes(given: Marks, keep: Bools, labelers: int, classes: int, groups: int, seed: int) -> Classes:
    truth = (given.labeler == labelers) & (given.label < classes)
    gold = np.full(groups, -1, dtype=np.int64)
    gold[given.group[truth]] = given.label[truth]
    several = np.bincount(given.group[~truth], minlength=groups) >= 2
    rows = _sample(given, keep & ~truth & (given.label < classes) & (several | (gold >= 0))[given.group], MOST, seed)
    left, place = np.unique(given.group[rows], return_inverse=True)
    who, said = given.labeler[rows], given.label[rows]
    if classes == 1 or not len(left):
        return _unknown(labelers, classes)
    size = {"tasks": len(left), "labelers": labelers, "classes": classes}
    if _wide(labelers, classes):
        coin = one_coin.estimate(place, who, said, gold=gold[left], iterations=30, **size)
        right = np.bincount(who, weights=coin.posterior[place, said], minlength=labelers).astype(np.float64)
        rates = skills.accuracies(right, np.bincount(who, minlength=labelers))
        nothing = np.zeros((0, 0, 0))
        return Classes(
            nothing, nothing.reshape(0, 0), coin.posterior.mean(axis=0), *rates, float(rates[0][who].mean())
        )  # fmt: skip
    found = skills.estimate(place, who, said, gold=gold[left], **size)
    return Classes(
        found.counts.dense(), found.pooled, found.prior, found.accuracy, found.low, found.high,
        float(found.accuracy[who].mean()),
    )  # fmt: skip


def _wide(labelers: int, classes: int) -> bool:
    return classes > MATRIX or labelers * classes**2 > CELLS


def _unknown(labelers: int, classes: int) -> Classes:
    """Where there is one class, or nothing that tells them apart."""
    right = UNTOLD if classes > 1 else 1.0
    prior, accuracy = np.full(classes, 1 / classes), np.full(labelers, right)
    _, low, high = skills.accuracies(np.zeros(labelers), np.zeros(labelers, dtype=np.int64), right)
    if classes == 1:
        low = high = accuracy
    if _wide(labelers, classes):
        return Classes(np.zeros((0, 0, 0)), np.zeros((0, 0)), prior, accuracy, low, high, right)
    pooled = np.full((classes, classes), (1 - right) / max(classes - 1, 1))
    np.fill_diagonal(pooled, right)
    return Classes(np.zeros((labelers, classes, classes)), pooled, prior, accuracy, low, high, right)


def _hands(given: Marks, keep: Bools, labelers: int, seed: int) -> tuple[Floats, Floats, float]:
    """noise, bias W: in units of the shapes' size; biases are those against the truth where it is known."""
    count = np.bincount(given.group[keep], minlength=int(given.group.max(initial=0)) + 1)
    rows = _sample(given, keep & (count[given.group] >= 2), HANDS, seed)
    if not rows.any() or given.numbers.shape[1] == 0:
        return np.full(labelers, 0.1), np.zeros(labelers), 0.1
    width = given.numbers.shape[1]
    left, place = np.unique(given.group[rows], return_inverse=True)
    number = place[:, None] * width + np.arange(width)
    found = numeric.estimate(
        number.ravel(), np.repeat(given.labeler[rows], width), given.numbers[rows].ravel(),
        tasks=len(left) * width, labelers=labelers + 1, tolerance=1e-4,
    )  # fmt: skip
    truth = float(found.bias[labelers]) if (given.labeler[rows] == labelers).any() else 0.0
    drew = np.bincount(given.labeler[rows], minlength=labelers + 1)[:labelers] > 0
    pool = float(np.sqrt(np.mean(found.noise[:labelers][drew] ** 2))) if drew.any() else 0.1
    return (
        np.where(drew, found.noise[:labelers], pool), np.where(drew, found.bias[:labelers] - truth, 0.0), pool,
    )  # fmt: skip


def _rates(
    given: Marks, drew: existence.Estimate, of: Ints, told: Bools, accuracy: Floats, asked: tuple[Ints, Ints, Bools],
    labelers: int,
) -> tuple[tuple[Rate, Rate, Rate], tuple[Ints, Floats, Floats]]:  # fmt: skip
    where, who, telling = asked
    rows = told[given.group] & (given.labeler < labelers)
    own, p = given.labeler[rows], drew.there[given.group[rows]]
    drawn = np.bincount(own, minlength=labelers)
    real = np.bincount(own, weights=p, minlength=labelers).astype(np.float64)
    things = np.bincount(of[told], weights=(drew.there * (1 + drew.missed))[told], minlength=len(telling))
    weights = np.where(telling, things, 0.0)[where]
    could = np.maximum(np.bincount(who, weights=weights, minlength=labelers), real).astype(np.float64)
    right = real * accuracy
    return (
        (_rate(real, could), _rate(real, drawn.astype(np.float64)), _rate(right, (drawn + could) / 2)),
        (drawn, real, could),
    )


def _rate(right: Floats, of: Floats) -> Rate:
    """Beta about the crowd's rate, with `skills.PSEUDO` answers' worth of it."""
    total = float(of.sum())
    pool = min(max(float(right.sum()) / total if total > 0 else 0.5, 0.01), 0.99)
    a = skills.PSEUDO * pool + right
    b = skills.PSEUDO * (1 - pool) + np.maximum(of - right, 0.0)
    return Rate(a / (a + b), skills.beta_quantile(a, b, skills.TAIL), skills.beta_quantile(a, b, 1 - skills.TAIL))


def _pool(drew: existence.Estimate, who: Ints, labelers: int) -> tuple[float, float]:
    """Recall and invention of somebody of whom nothing is known: means over answers."""
    n = np.bincount(who, minlength=labelers)
    if not n.any():
        return existence.START
    return float((drew.recall * n).sum() / n.sum()), float((drew.invents * n).sum() / n.sum())
