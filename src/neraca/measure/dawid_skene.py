"""Dawid and Skene's model (1979), plain and hierarchical, by EM.

E:  p_i(c) ~ pi_c prod_w E_w[c, l_iw]            M:  C_w[c, l] = sum_i p_i(c) [l_iw = l],  pi = mean of p over tasks
    E_w[c, :] = (s G[c, :] + C_w[c, :]) / (s + sum)        G[c, :] ~ sum_w C_w[c, :]      (s = 0: the plain model)

Shapes: n answers as integer vectors `task`, `labeler`, `label`; T tasks, W labelers, K classes. One iteration costs
O((n + P) K), P <= min(n, W K) the pairs of labeler and class that occur. Starts from the shares of the votes. A labeler
may answer a task more than once. Never NaN; stops after `iterations` at the latest and says so.

Two engines compute the same: NumPy, and numba where it is installed and the answers are many (`engine="auto"`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from neraca.measure.answers import Answers, checked, fix, known, read, softmax
from neraca.measure.majority import Floats, Ints, added, labels

CLIP = 1e-10
STRENGTH = 2.0
MANY = 500_000  # answers from which compiled code repays its start
Engine = Literal["auto", "numpy", "numba"]


@dataclass(frozen=True)
class Estimate:
    """posterior T x K, prior K, pooled K x K; `label` T, -1 where nobody answered. `confusion`, `counts` W x K x K.

    The W x K x K ones are made when they are asked for: [labeler, truth, said].
    """

    posterior: Floats
    prior: Floats
    pooled: Floats
    label: Ints
    iterations: int
    converged: bool
    strength: float
    of: Callable[[], Floats]

    @cached_property
    def counts(self) -> Floats:
        """How often each labeler said what when the truth was what, in expectation."""
        return self.of()

    @cached_property
    def confusion(self) -> Floats:
        """P(labeler says l | truth c): counts drawn towards the pool."""
        rows = np.maximum(self.counts + self.strength * self.pooled, CLIP)
        rows /= rows.sum(axis=2, keepdims=True)
        return rows


def estimate(
    task: ArrayLike, labeler: ArrayLike, label: ArrayLike, *, tasks: int, labelers: int, classes: int,
    strength: float = STRENGTH, iterations: int = 100, tolerance: float = 1e-6, gold: ArrayLike | None = None,
    engine: Engine = "auto", dtype: type[np.floating[Any]] = np.float64, threads: int | None = None,
    accelerate: bool = False,
) -> Estimate:  # fmt: skip
    """EM until no posterior moves by more than `tolerance`, or `iterations`.

    `gold` (T) holds known classes, -1 elsewhere; they stay fixed. `dtype`, `threads` and `accelerate` are for numba:
    with float32 the posterior is float32 and half the memory; with `accelerate` and up to four classes every third
    round leaps ahead (SQUAREM, Varadhan and Roland 2008), which mostly halves the rounds to where EM arrives by
    another path. Raises ValueError naming a row out of range.
    """
    if engine not in {"auto", "numpy", "numba"}:
        raise ValueError(f"There is no engine {engine}; take auto, numpy or numba.")
    fixed = known(gold, max(tasks, 0), classes)
    many = np.size(task) >= MANY
    if engine == "numba" and find_spec("numba") is None:
        raise ModuleNotFoundError("The engine numba is not installed: pip install 'neraca[fast]'.", name="numba")
    if engine == "numba" or (engine == "auto" and many and find_spec("numba") is not None):
        sizes = tasks, labelers, classes
        return _compiled(
            task, labeler, label, sizes, strength, iterations, tolerance, fixed, np.dtype(dtype), threads, accelerate
        )
    given = read(task, labeler, label, tasks=tasks, labelers=labelers, classes=classes)
    p = given.shares()
    fix(p, fixed)
    converged = False
    done = 0
    prior, table, together, logs = _maximize(given, p, strength)
    for done in range(1, iterations + 1):  # noqa: B007 - reported
        before = p
        p = softmax(given.score(logs) + np.log(prior))
        fix(p, fixed)
        prior, table, together, logs = _maximize(given, p, strength)
        if float(np.abs(p - before).max(initial=0.0)) <= tolerance:
            converged = True
            break
    return Estimate(
        p, prior, together, labels(p, given.voted), done, converged, strength, lambda: given.dense(table)
    )  # fmt: skip


def _maximize(given: Answers, p: Floats, strength: float) -> tuple[Floats, Floats, Floats, Floats]:
    k = given.classes
    table = given.collect(p)
    prior = p[given.voted].mean(axis=0) if given.voted.any() else np.full(k, 1.0 / k)
    together = pooled(given, table)
    return np.maximum(prior, CLIP), table, together, logarithms(given, table, together, strength)


def pooled(given: Answers, table: Floats) -> Floats:
    """K x K: the confusion of all labelers together, [truth, said], from counts P x K."""
    return draw(np.stack([added(given.said, table[:, c], given.classes) for c in range(given.classes)]))


def logarithms(given: Answers, table: Floats, together: Floats, strength: float) -> Floats:
    """P x K: the logarithms of confusions, counts drawn towards the pool."""
    said = np.maximum(table + strength * together.T[given.said], CLIP)
    total = given.by_labeler(np.maximum(table, CLIP) if strength == 0 else table) + strength
    logs: Floats = np.log(said) - np.log(np.maximum(total, CLIP))
    return logs


def draw(counts: Floats) -> Floats:
    """K x K rows from pooled counts [truth, said]; a class that nobody met has a row too.

    One pseudo-answer a row, three quarters right.
    """
    k = len(counts)
    start = np.full((k, k), 0.25 / max(k - 1, 1))
    np.fill_diagonal(start, 0.75 if k > 1 else 1.0)
    rows: Floats = counts + start
    rows /= rows.sum(axis=1, keepdims=True)
    return rows


def _compiled(
    task: ArrayLike, labeler: ArrayLike, label: ArrayLike,
    sizes: tuple[int, int, int], strength: float, iterations: int,
    tolerance: float, fixed: Ints, dtype: np.dtype[np.floating[Any]], threads: int | None,
    accelerate: bool,
) -> Estimate:  # fmt: skip
    from neraca.measure import compiled  # noqa: PLC0415 - numba is not for every process

    tasks, labelers, classes = sizes
    arrays = checked(task, labeler, label, tasks=tasks, labelers=labelers, classes=classes)
    by = compiled.sort(*arrays, tasks=tasks, labelers=labelers, classes=classes)
    answered = np.diff(by.task_start) > 0
    many = int(answered.sum())
    before = compiled.threads(threads)
    try:
        run = compiled.of(by, fixed, classes, dtype)

        def prior() -> Floats:
            return np.maximum(run.total / many if many else np.full(classes, 1.0 / classes), CLIP)

        converged = False
        done = 0
        pooled = draw(run.pool().T)
        for done in range(1, iterations + 1):  # noqa: B007 - reported
            run.maximize(np.ascontiguousarray(strength * pooled.T), strength)
            leapt = accelerate and run.leap()
            moved = run.expect(prior())
            if strength:
                pooled = draw(run.pool().T)
            if moved <= tolerance and not leapt:
                converged = True
                break
        if not strength:
            pooled = draw(run.pool().T)
        last = prior()
        p = run.posterior()
    finally:
        compiled.threads(before)

    def dense() -> Floats:
        table = np.empty((len(by.said), classes))
        compiled.collect(by.pair_start, by.task_of, p, table)
        full = np.zeros((labelers, classes, classes))
        full[by.labelers[by.owner], :, by.said] = table
        return full

    return Estimate(p, last, pooled, labels(p, answered), done, converged, strength, dense)
