"""Labelers whose answers are copies of each other's, also where these are wrong: a group of them counts as one.

Were two labelers i, j alone, how likely would the one say l of a task, given that the other did?

q(c)  ~ prior(c) prod over the others w of E_w[c, l_w], then 0.95 q + 0.05 / K: crowds err on some tasks. Gold is known.
alone = sum_c q(c) E_i[c, l] E_j[c, l] / min(sum_c q(c) E_i[c, l], sum_c q(c) E_j[c, l])
p     = max(alone, (2 alone + 1 + others who said l) / (3 + others)), since some tasks mislead everybody

The second copies with probability c = 0.9, or works alone:

score = sum over equal answers of ln((c + (1 - c) p) / p) + (answers that differ) ln(1 - c)

Agreeing on what is plain tells nothing (p near 1), on a rare mistake nearly all. exp(score) is a fair bet against
independence, so a pair of honest labelers reaches ln(pairs / alpha) in at most alpha / pairs of the cases: over all
pairs the chance of one false finding is at most alpha, whenever one looks (Ville 1939), as far as p is right. That
shared mistakes tell of copies, and not shared truths, is from Dong, Berti-Equille and Srivastava (2009).

Copies vote for each other, which hides them and makes honest labelers look wrong together. So the surest group is found
first; what a member repeats is left out, and all are looked at again (`ROUNDS` at most).

Not to be told from copies without gold: two who are nearly always right where nearly everybody else is wrong. Not to be
found: copies who are most of those who answer a task, and those of whom everybody says the same anyway.

Shapes: n answers as vectors; P T x K, E W x K x K. O(rounds (sum of squares of the answers per task) K), of at most
`PAIRS`: beyond, of tasks drawn at random.
"""

from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import ArrayLike

from neraca.measure import dawid_skene
from neraca.measure.answers import Answers, fix, known, read, softmax
from neraca.measure.majority import Flags, Floats, Ints

COPIES = 0.9
ALPHA = 0.01
LEAST = 5  # tasks of both
PAIRS = 5_000_000
PAGE = 200_000
ROUNDS = 10
SURE = 0.5  # of the best score of a round: what is as sure as that is taken with it
MODEL = 2.0  # answers that the model's p is worth against what the others said of the task
MISLED = 0.05  # of tasks the crowd may be wrong about, however sure it is
STRENGTH = 2.0  # pseudo-answers of the pooled confusion
FLOOR = 1e-3  # nobody's answer is so odd that one equal answer alone could tell


@dataclass(frozen=True, slots=True)
class Pair:
    """Two labelers, the tasks of both, in how many their answers are equal, and in how many one would expect it."""

    left: int
    right: int
    tasks: int
    equal: int
    expected: float
    score: float
    needed: float

    @property
    def found(self) -> bool:
        """Whether the score is beyond chance, all pairs considered."""
        return self.score >= self.needed


@dataclass(frozen=True, slots=True)
class Copies:
    """`pairs` that were found, the surest first; `group` W: each labeler's group, by the member with most answers."""

    pairs: list[Pair]
    group: Ints

    @property
    def any(self) -> bool:
        """Whether there is a group of two or more."""
        return bool(self.pairs)

    def repeats(self, task: Ints, labeler: Ints, label: Ints, rank: Ints | None = None) -> Flags:
        """N: which answers say of a task what one of the group has said; of equal ones the first by `rank` stays.

        `rank` n; the order of the rows if it is not given.
        """
        again = np.zeros(len(task), dtype=np.bool_)
        if not self.any:
            return again
        group = self.group[labeler]
        at = np.flatnonzero(np.bincount(self.group, minlength=len(self.group))[group] > 1)
        order = at[np.lexsort((at if rank is None else rank[at], label[at], group[at], task[at]))]
        one, two = order[:-1], order[1:]
        again[two] = (task[one] == task[two]) & (group[one] == group[two]) & (label[one] == label[two])
        return again


def none(labelers: int) -> Copies:
    """Nobody copies anybody."""
    return Copies([], np.arange(labelers))


def find(
    task: ArrayLike, labeler: ArrayLike, label: ArrayLike, *, tasks: int, labelers: int, classes: int,
    gold: ArrayLike | None = None, alpha: float = ALPHA,
) -> Copies:  # fmt: skip
    """The groups of a crowd. Raises ValueError naming a bad row."""
    given = read(task, labeler, label, tasks=tasks, labelers=labelers, classes=classes)
    return among(given, known(gold, tasks, classes), alpha)


def among(given: Answers, gold: Ints, alpha: float = ALPHA) -> Copies:
    """The same of answers that were read."""
    where, who, said = _rows(given)
    found = none(given.labelers)
    left, right = _compared(where, who, given.given)
    if not len(left):
        return found
    rank = ranks(given.given)
    for _ in range(ROUNDS):
        counted = ~found.repeats(where, who, said, rank[who])
        p = dawid_skene.estimate(
            where[counted], who[counted], said[counted], tasks=given.tasks, labelers=given.labelers,
            classes=given.classes, gold=gold,
        ).posterior  # fmt: skip
        new = _pairs(given, p, gold, counted, left, right, alpha)
        new = [one for one in new if found.group[one.left] != found.group[one.right]]
        if not new:
            break
        found = _grouped(found, new, rank)
    return found


def without(given: Answers, found: Copies) -> Answers:
    """The answers but those that repeat one of the same group; of these that of the member with most answers stays."""
    if not found.any:
        return given
    where, who, said = _rows(given)
    kept = ~found.repeats(where, who, said, ranks(given.given)[who])
    return read(where[kept], who[kept], said[kept], tasks=given.tasks, labelers=given.labelers, classes=given.classes)


def _rows(given: Answers) -> tuple[Ints, Ints, Ints]:
    """Task, labeler and class of each answer."""
    return given.task.astype(np.int64), given.owner[given.pair], given.said[given.pair]


def ranks(given: Ints) -> Ints:
    """W: the place of each labeler by their answers W, most first."""
    place = np.empty(len(given), dtype=np.int64)
    place[np.argsort(-given, kind="stable")] = np.arange(len(given))
    return place


def _compared(where: Ints, who: Ints, answers: Ints) -> tuple[Ints, Ints]:
    """Every pair of rows of one task by two labelers with answers enough; of drawn tasks where there are too many."""
    rows = np.flatnonzero(answers[who] >= LEAST)
    size = np.bincount(where[rows], minlength=int(where.max(initial=0)) + 1)
    cost = size * (size - 1) // 2
    if int(cost.sum()) > PAIRS:
        drawn = np.random.default_rng(0).permutation(np.flatnonzero((cost > 0) & (cost <= PAIRS)))
        taken = np.zeros(len(size), dtype=np.bool_)
        taken[drawn[np.cumsum(cost[drawn]) <= PAIRS]] = True
        rows = rows[taken[where[rows]]]
    left, right = _of_one_task(where[rows])
    left, right = rows[left], rows[right]
    swap = who[left] > who[right]
    left, right = np.where(swap, right, left), np.where(swap, left, right)
    two = who[left] != who[right]
    left, right = left[two], right[two]
    _, place, common = np.unique(who[left] * len(answers) + who[right], return_inverse=True, return_counts=True)
    often = common[place] >= LEAST
    return left[often], right[often]


def _of_one_task(where: Ints) -> tuple[Ints, Ints]:
    """Every pair of rows of the same task, once."""
    order = np.argsort(where, kind="stable")
    _, first, size = np.unique(where[order], return_index=True, return_counts=True)
    left, right = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for m in np.unique(size[size >= 2]):
        i, j = np.triu_indices(int(m), 1)
        begin = first[size == m]
        left.append(order[(begin[:, None] + i[None, :]).ravel()])
        right.append(order[(begin[:, None] + j[None, :]).ravel()])
    return np.concatenate(left), np.concatenate(right)


def _pairs(given: Answers, p: Floats, gold: Ints, counted: Flags, left: Ints, right: Ints, alpha: float) -> list[Pair]:
    """Pairs beyond chance, the surest first; `left` and `right` are rows of one task, `counted` those that vote."""
    (where, who, said), k = _rows(given), given.classes
    column = _columns(given, p)
    told = np.log(np.maximum(column, dawid_skene.CLIP)) * counted[:, None]
    score = np.log(np.maximum(p[given.voted].mean(axis=0), dawid_skene.CLIP)) + np.stack(
        [np.bincount(where, weights=told[:, c], minlength=given.tasks) for c in range(k)], axis=1
    )
    code, place = np.unique(who[left] * given.labelers + who[right], return_inverse=True)
    votes = np.bincount(where[counted] * k + said[counted], minlength=p.size).reshape(p.shape)
    worth, expected = np.empty(len(left)), np.empty(len(left))
    for start in range(0, len(left), PAGE):
        rows = slice(start, start + PAGE)
        a, b = left[rows], right[rows]
        without = softmax(score[where[a]] - told[a] - told[b])
        truth = (1 - MISLED) * without + MISLED / k
        fix(truth, gold[where[a]])
        equal = said[a] == said[b]
        alone = _alone(truth, column[a], column[b])
        mine = counted[a].astype(np.int64) + counted[b]
        others = np.maximum(votes[where[a], said[a]] - mine, 0)
        rest = np.maximum(votes[where[a]].sum(axis=1) - mine, 0)
        likely = np.clip(np.maximum(alone, (MODEL * alone + 1 + others) / (MODEL + 1 + rest)), FLOOR, 1.0)
        worth[rows] = np.where(equal, np.log(COPIES / likely + 1 - COPIES), log(1 - COPIES))
        expected[rows] = likely
    return _told(code, place, said[left] == said[right], worth, expected, given.labelers, log(len(code) / alpha))


def _columns(given: Answers, p: Floats) -> Floats:
    """P(what was said | truth = c), n x K, of each answer's labeler by their other answers."""
    table = given.collect(p)
    pooled = dawid_skene.pooled(given, table)
    at = p[given.task]
    own = np.maximum(table[given.pair] - at, 0.0)
    met = np.maximum(given.by_labeler(table)[given.pair] - at, 0.0)
    column: Floats = (own + STRENGTH * pooled.T[given.said[given.pair]]) / (met + STRENGTH)
    return column


def _alone(truth: Floats, one: Floats, two: Floats) -> Floats:
    """P(the one says it | the other said it), the larger of the two ways."""
    both = (truth * one * two).sum(axis=1)
    least = np.minimum((truth * one).sum(axis=1), (truth * two).sum(axis=1))
    alone: Floats = both / np.maximum(least, dawid_skene.CLIP)
    return alone


def _told(
    code: Ints, place: Ints, equal: Flags, worth: Floats, expected: Floats, labelers: int, needed: float
) -> list[Pair]:
    count = np.bincount(place, minlength=len(code))
    same, score = np.bincount(place, weights=equal), np.bincount(place, weights=worth)
    usual = np.bincount(place, weights=expected)
    found = [
        Pair(
            int(code[i] // labelers), int(code[i] % labelers), int(count[i]), int(same[i]), float(usual[i]),
            float(score[i]), needed,
        )
        for i in np.flatnonzero(score >= needed).tolist()
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.score, one.left, one.right))


def _grouped(before: Copies, new: list[Pair], rank: Ints) -> Copies:
    """With the pairs of this round that are as sure as its surest, and those of their groups."""
    group = before.group.copy()
    for one in new:
        if one.score >= SURE * new[0].score:
            a, b = group[one.left], group[one.right]
            first, second = (a, b) if rank[a] < rank[b] else (b, a)
            group[group == second] = first
    kept = [one for one in new if group[one.left] == group[one.right]]
    return Copies(sorted([*before.pairs, *kept], key=lambda one: (-one.score, one.left, one.right)), group)
