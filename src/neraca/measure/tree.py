"""Classes in a tree (animal > dog > poodle), given by several people who may stop at an inner class.

The truth is a leaf c. A labeler walks from the root: at each fork they go on towards c with probability a_w, else to
one of the other children, any alike; once off the path they guess on. Where they stop does not depend on c, so it
cancels.

P(v | c) ~ a_w^right * ((1 - a_w) / (siblings - 1))^wrong * prod 1 / children below the wrong turn
right = forks taken rightly on the way to v; wrong = 1 if v is off the path to c; forks with one child count for nothing
a_w = (6 a + sum of expected right) / (6 + sum of expected forks decided),  a = the crowd's (Snow et al. 2006 for trees;
EM as in Dawid & Skene 1979, with one coin)

A node's probability is that of its leaves. `node` is the deepest one that has at least `confidence`: a crowd that knows
a dog but not the breed says dog.

Shapes: V nodes by `parent` (the root has -1), n answers as vectors; T tasks, W labelers, L leaves. O(n L) an iteration.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from neraca.measure.arrays import Bools, Floats, Ints, indices, same_length

STRENGTH = 6.0
START = 0.75
LEAST, MOST = 0.02, 0.995


@dataclass(frozen=True, slots=True)
class Tree:
    """V nodes: parent V (-1 at the root), depth V, the leaves L in order, inside V x L: is the leaf in the subtree."""

    parent: Ints
    depth: Ints
    leaves: Ints
    inside: Floats


@dataclass(frozen=True, slots=True)
class Estimate:
    """posterior T x V, the root's is 1 (all 0 without answers); node, best T: at `confidence`, and the best leaf.

    Both are -1 without answers. skill W: the probability of a right turn at a fork.
    """

    posterior: Floats
    node: Ints
    best: Ints
    skill: Floats
    iterations: int
    converged: bool


def tree(parent: ArrayLike) -> Tree:
    """Checks that there is one root, and no ring. Raises ValueError naming the node otherwise."""
    given = np.asarray(parent)
    v = given.size
    if given.ndim != 1 or given.dtype.kind not in "iuf" or int((given == -1).sum()) != 1:
        raise ValueError("A tree has one root, whose parent is -1.")
    if (wrong := ~((given >= -1) & (given < v) & (given == np.floor(given)))).any():
        raise ValueError(f"Node {int(wrong.argmax())}: there is no such parent.")
    up = given.astype(np.int64)
    depth = np.full(v, -1, dtype=np.int64)
    depth[up == -1] = 0
    for level in range(v):
        under = np.flatnonzero((depth == -1) & (depth[up] == level) & (up >= 0))
        if not len(under):
            break
        depth[under] = level + 1
    if (depth < 0).any():
        raise ValueError(f"Node {int((depth < 0).argmax())} goes round in a ring.")
    leaves = np.flatnonzero(~np.isin(np.arange(v), up))
    inside = np.zeros((v, len(leaves)))
    for place, leaf in enumerate(leaves):
        node = int(leaf)
        while node >= 0:
            inside[node, place] = 1.0
            node = int(up[node])
    return Tree(up, depth, leaves, inside)


def votes(shape: Tree, task: ArrayLike, node: ArrayLike, *, tasks: int) -> Ints:
    """The naive judge: the most named node of each task, the first of equals; -1 without answers."""
    where, said = indices(task, tasks, "task"), indices(node, len(shape.parent), "node")
    same_length(task=where, node=said)
    v = len(shape.parent)
    counts = np.bincount(where * v + said, minlength=tasks * v).reshape(tasks, v)
    return np.where(counts.sum(axis=1) > 0, counts.argmax(axis=1), -1)


def estimate(
    shape: Tree, task: ArrayLike, labeler: ArrayLike, node: ArrayLike, *, tasks: int, labelers: int,
    confidence: float = 0.5, iterations: int = 100, tolerance: float = 1e-6,
) -> Estimate:  # fmt: skip
    """Until no posterior moves by more than `tolerance`. Raises ValueError naming a row out of range."""
    where, who = indices(task, tasks, "task"), indices(labeler, labelers, "labeler")
    said = indices(node, len(shape.parent), "node")
    same_length(task=where, labeler=who, node=said)
    right, wrong, rest = _turns(shape)
    answered = np.bincount(where, minlength=tasks) > 0
    skill = np.full(labelers, START)
    p = np.zeros((tasks, len(shape.leaves)))
    done, converged = 0, False
    prior = np.full(len(shape.leaves), 1 / len(shape.leaves))
    for done in range(1, iterations + 1):  # noqa: B007 - reported
        before = p
        score = np.tile(np.log(prior), (tasks, 1))
        go, err = np.log(skill), np.log(1 - skill)
        for c in range(len(shape.leaves)):
            each = right[said, c] * go[who] + wrong[said, c] * err[who] + rest[said, c]
            score[:, c] += np.bincount(where, weights=each, minlength=tasks)
        p = np.exp(score - score.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        skill = _skill(p, right, wrong, where, who, said, labelers)
        seen = p[answered].sum(axis=0) + 1 / len(prior)
        prior = seen / seen.sum()
        if float(np.abs(p - before).max(initial=0.0)) <= tolerance:
            converged = True
            break
    whole = np.where(answered[:, None], p @ shape.inside.T, 0.0)
    return Estimate(
        posterior=whole, node=_deepest(shape, whole, answered, confidence),
        best=np.where(answered, shape.leaves[p.argmax(axis=1)], -1), skill=skill, iterations=done, converged=converged,
    )  # fmt: skip


def _turns(shape: Tree) -> tuple[Floats, Floats, Floats]:
    """V x L: forks taken rightly, whether there was a wrong turn, and the log of what is left to chance."""
    v, leaves = shape.inside.shape
    children = np.bincount(shape.parent[shape.parent >= 0], minlength=v)
    right, wrong, rest = np.zeros((v, leaves)), np.zeros((v, leaves)), np.zeros((v, leaves))
    for node in np.argsort(shape.depth, kind="stable"):
        above = int(shape.parent[node])
        if above < 0:
            continue
        forks = int(children[above])
        on, was_on = shape.inside[node], shape.inside[above]
        off = was_on * (1 - on)  # the wrong turn is this one
        fork = float(forks > 1)
        right[node] = right[above] + on * fork
        wrong[node] = wrong[above] + off
        lost = -np.log(max(forks - 1, 1)) * off - np.log(forks) * (1 - was_on)
        rest[node] = rest[above] + lost
    return right, wrong, rest


def _skill(p: Floats, right: Floats, wrong: Floats, task: Ints, who: Ints, said: Ints, labelers: int) -> Floats:
    good, bad = np.zeros(labelers), np.zeros(labelers)
    for c in range(p.shape[1]):
        weight = p[task, c]
        good += np.bincount(who, weights=weight * right[said, c], minlength=labelers)
        bad += np.bincount(who, weights=weight * wrong[said, c], minlength=labelers)
    crowd = (STRENGTH * START + good.sum()) / (STRENGTH + good.sum() + bad.sum())
    skill: Floats = np.clip((STRENGTH * crowd + good) / (STRENGTH + good + bad), LEAST, MOST)
    return skill


def _deepest(shape: Tree, whole: Floats, answered: Bools, confidence: float) -> Ints:
    """The deepest node with the confidence; of equals the likelier, then the first."""
    if not 0 < confidence <= 1:
        raise ValueError("The confidence must be above 0 and at most 1.")
    rank = np.where(whole >= confidence - 1e-12, shape.depth[None, :] + whole / 2, -1.0)
    rank[:, shape.parent == -1] = np.maximum(rank[:, shape.parent == -1], 0.0)
    return np.where(answered, rank.argmax(axis=1), -1)
