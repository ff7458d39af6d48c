"""Labelers whose answers are copies of each other's, also where these are wrong.

p_iw(l) = sum_c P_i(c) E_w[c, l]: how likely w, working alone, says l of task i, from the posterior P_i and w's own
confusion E_w: two who both like to say yes are no copies. For two labelers who both answered the tasks i, p_i(l) is the
larger of theirs, and no less than the share of others who said l, since some tasks mislead everybody (2 answers' worth
of p to begin with). The second copies with probability c = 0.8, or works alone:

score = sum over equal answers of ln((c + (1 - c) p_i(l)) / p_i(l)) + (answers that differ) ln(1 - c)

Agreeing on what is plain tells nothing (p near 1), on a rare mistake nearly all. exp(score) is a fair bet against
independence, so a pair of honest labelers reaches ln(pairs / alpha) in at most alpha / pairs of the cases: over all
pairs the chance of one false finding is at most alpha, whenever one looks (Ville 1939).

Shapes: n answers as vectors; P T x K, E W x K x K. O(sum of squares of the answers per task), at most `PAIRS`.
"""

from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import ArrayLike

from neraca.measure.arrays import Floats, Ints, indices, numbers, same_length

COPIES = 0.8
ALPHA = 0.01
LEAST = 5  # tasks of both
PAIRS = 50_000_000
MODEL = 2.0  # answers that the model's p is worth against what the others said of the task
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


def pairs(
    task: ArrayLike, labeler: ArrayLike, label: ArrayLike, posterior: ArrayLike, confusion: ArrayLike, *,
    labelers: int, alpha: float = ALPHA,
) -> list[Pair]:  # fmt: skip
    """Pairs of labelers with `LEAST` tasks of both and a score above 0, the highest first.

    Raises ValueError naming a bad row, or if there are too many pairs of answers.
    """
    p, g = numbers(posterior, "probability"), numbers(confusion, "probability")
    if p.ndim != 2 or g.shape != (labelers, p.shape[1], p.shape[1]):
        raise ValueError("The posterior must be T x K and the confusion W x K x K.")
    where, who = indices(task, len(p), "task"), indices(labeler, labelers, "labeler")
    said = indices(label, p.shape[1], "class")
    same_length(task=where, labeler=who, label=said)
    left, right = _of_one_task(where)
    if not len(left):
        return []
    swap = who[left] > who[right]
    left, right = np.where(swap, right, left), np.where(swap, left, right)
    keep = who[left] != who[right]
    left, right = left[keep], right[keep]
    equal = said[left] == said[right]
    said_by = np.bincount(where * p.shape[1] + said, minlength=p.size).reshape(p.shape)
    others = np.maximum(said_by[where, said] - 2, 0)[left]  # besides the two, where these are equal
    rest = np.maximum(said_by.sum(axis=1)[where] - 2, 0)[left]
    own = np.einsum("nc,nc->n", p[where], g[who, :, said])
    alone = np.maximum(own[left], own[right])
    likely = np.clip(np.maximum((MODEL * alone + others) / (MODEL + rest), alone), FLOOR, 1.0)
    worth = np.where(equal, np.log(COPIES / likely + 1 - COPIES), log(1 - COPIES))
    said_of = np.einsum("nc,ncl->nl", p[where], g[who])
    expected = (said_of[left] * said_of[right]).sum(axis=1)
    code, place = np.unique(who[left] * labelers + who[right], return_inverse=True)
    return _told(code, place, equal, worth, expected, labelers, alpha)


def _told(
    code: Ints, place: Ints, equal: "np.typing.NDArray[np.bool_]", worth: Floats, expected: Floats, labelers: int,
    alpha: float,
) -> list[Pair]:  # fmt: skip
    count = np.bincount(place)
    same, score = np.bincount(place, weights=equal), np.bincount(place, weights=worth)
    usual = np.bincount(place, weights=expected)
    known = np.flatnonzero(count >= LEAST)
    needed = log(max(len(known), 1) / alpha)
    found = [
        Pair(
            int(code[i] // labelers), int(code[i] % labelers), int(count[i]), int(same[i]), float(usual[i]),
            float(score[i]), needed,
        )
        for i in known if score[i] > 0
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.score, one.left, one.right))


def _of_one_task(where: Ints) -> tuple[Ints, Ints]:
    """Every pair of rows of the same task, once."""
    order = np.argsort(where, kind="stable")
    _, first, size = np.unique(where[order], return_index=True, return_counts=True)
    total = int((size * (size - 1) // 2).sum())
    if total > PAIRS:
        raise ValueError(f"There are {total} pairs of answers to the same task; at most {PAIRS} can be compared.")
    left, right = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for m in np.unique(size[size >= 2]):
        i, j = np.triu_indices(int(m), 1)
        begin = first[size == m]
        left.append(order[(begin[:, None] + i[None, :]).ravel()])
        right.append(order[(begin[:, None] + j[None, :]).ravel()])
    return np.concatenate(left), np.concatenate(right)
