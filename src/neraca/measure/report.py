"""What a quality report tells of a crowd: tasks that are held wrong, classes that are mixed up, who goes against it.

doubt      1 - p[task, held]: what a team holds true of a task, against a posterior over its classes
confused   E[answers l | truth c] = sum over the answers l of p[task, c], for both directions of two classes together
sample     tasks drawn until the work on them is bounded: a screening costs answers x K^2 and all pairs within a task

Shapes: n answers as `task`, `labeler`, `label`; posterior T x K; `held` T, -1 where nothing is held true.
"""

from dataclasses import dataclass

import numpy as np

from neraca.measure.arrays import Bools, Floats, Ints

DOUBT = 0.05  # less is not worth a second look
CONFUSED = 0.5  # expected answers, both directions together
ANSWERS = 1_000_000
CELLS = 20_000_000  # answers x K^2 of a sample
PAIRS = 5_000_000  # of answers to one task, over the tasks of a sample


@dataclass(frozen=True, slots=True)
class Doubt:
    """A task held to be `held`, wrong with probability `wrong`; the likeliest other class with its probability.

    `agree` of the `answers` say what is held.
    """

    task: int
    held: int
    wrong: float
    better: int
    sure: float
    answers: int
    agree: int


@dataclass(frozen=True, slots=True)
class Confused:
    """Expected answers that say `right` where `left` is true, and the other way; tasks where both were said most."""

    left: int
    right: int
    left_as_right: float
    right_as_left: float
    share: float  # of all answers to tasks of these two classes
    tasks: list[int]


def held_by_most(votes: Floats, posterior: Floats) -> Ints:
    """The class with most votes; among equals that of the larger posterior; -1 where nobody voted."""
    return np.where(votes.sum(axis=1) > 0, (votes + 0.5 * posterior).argmax(axis=1), -1)


def wrong(posterior: Floats, held: Ints) -> Floats:
    """T: the probability that what is held is wrong, 0 where nothing is."""
    p = posterior[np.arange(len(held)), np.maximum(held, 0)]
    return np.where(held >= 0, np.clip(1 - p, 0.0, 1.0), 0.0)


def doubts(votes: Floats, posterior: Floats, held: Ints, *, most: int) -> list[Doubt]:
    """The tasks that are most likely held wrong, the likeliest first; of equals the first."""
    if posterior.shape[1] < 2:
        return []
    p_wrong = wrong(posterior, held)
    first = np.argsort(-p_wrong, kind="stable")[:most]
    found = []
    for t in first[p_wrong[first] >= DOUBT]:
        rest = posterior[t].copy()
        rest[held[t]] = -1.0
        better = int(rest.argmax())
        found.append(
            Doubt(
                int(t), int(held[t]), float(p_wrong[t]), better, float(rest[better]), int(votes[t].sum()),
                int(votes[t, held[t]]),
            )
        )  # fmt: skip
    return found


def confused(
    task: Ints, label: Ints, votes: Floats, posterior: Floats, *, most: int, examples: int = 5
) -> list[Confused]:
    """The pairs of classes that are taken for each other most often, over all answers. O(n K + K^2)."""
    k = posterior.shape[1]
    table = np.stack([np.bincount(label, weights=posterior[task, c], minlength=k) for c in range(k)])
    both = np.triu(table + table.T, 1)
    met = table.sum(axis=1)
    found = []
    for place in np.argsort(-both, axis=None, kind="stable")[:most]:
        a, b = divmod(int(place), k)
        if both[a, b] < CONFUSED:
            break
        torn = np.minimum(votes[:, a], votes[:, b])
        shown = np.argsort(-torn, kind="stable")[:examples]
        if torn[shown[0]] == 0:  # nobody was torn: tasks where one was said and the other is likelier
            torn = np.minimum(votes[:, a], posterior[:, b]) + np.minimum(votes[:, b], posterior[:, a])
            shown = np.argsort(-torn, kind="stable")[:examples]
        found.append(
            Confused(
                a, b, float(table[a, b]), float(table[b, a]), float(both[a, b] / max(met[a] + met[b], 1e-12)),
                [int(t) for t in shown if torn[t] > 0],
            )
        )  # fmt: skip
    return found


def against(task: Ints, labeler: Ints, label: Ints, held: Ints, *, labelers: int) -> tuple[Ints, Ints]:
    """W: answers to tasks of which something is held true, and those among them that say another class."""
    known = held[task] >= 0
    differs = known & (held[task] != label)
    return np.bincount(labeler[known], minlength=labelers), np.bincount(labeler[differs], minlength=labelers)


def sample(task: Ints, *, classes: int, seed: int = 0) -> Bools:
    """Which answers to look at: all, or those of tasks drawn at random until a screening has cost enough."""
    size = np.bincount(task)
    order = np.flatnonzero(size)
    pairs = size[order] * (size[order] - 1) // 2
    limit = min(ANSWERS, CELLS // max(classes * classes, 1))
    if len(task) <= limit and int(pairs.sum()) <= PAIRS:
        return np.ones(len(task), dtype=np.bool_)
    drawn = np.random.default_rng(seed).permutation(len(order))
    fits = pairs[drawn] <= PAIRS
    drawn = drawn[fits]
    enough = (np.cumsum(size[order[drawn]]) <= limit) & (np.cumsum(pairs[drawn]) <= PAIRS)
    taken = np.zeros(len(size), dtype=np.bool_)
    taken[order[drawn[enough]]] = True
    return taken[task]
