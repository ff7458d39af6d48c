"""Multinomial logistic regression on soft labels, and columns made fit for it.

q_i(c) ~ exp(b_c + W_c . z_i)        min  - sum_i sum_c y_i(c) ln q_i(c) + (ridge / 2) |W|^2

Half of X'X bounds the curvature (Boehning 1992), so one factor of it serves every step, no step needs a line search
and none can go wrong; Nesterov's momentum with restarts makes the steps few (O'Donoghue and Candes 2015).

Shapes: z n x d, y n x K; weights (d + 1) x K, the intercepts last. A step is O(n d K), at most STEPS of them.

`columns` standardises, leaves constant columns out, cuts what is further than FAR deviations away, and turns more
than CAP columns into their CAP principal components, found on at most SAMPLE rows.
"""

import numpy as np
from numpy.typing import ArrayLike

from neraca.measure.answers import softmax
from neraca.measure.arrays import LARGEST
from neraca.measure.majority import Floats, Ints

STEPS = 200
CAP = 128
SAMPLE = 2000
FAR = 8.0
PAGE = 20_000  # rows of a wide matrix that are looked at together


def columns(raw: ArrayLike) -> Floats:
    """Columns to learn from, n x d' from n x d. Raises ValueError naming the row with a number that is not finite."""
    given = np.asarray(raw)
    if given.ndim != 2 or given.dtype.kind not in "iuf":
        raise ValueError("Features are a matrix of numbers: a row for each task.")
    for start in range(0, len(given), PAGE):
        wrong = ~(np.abs(given[start : start + PAGE].astype(np.float64)) <= LARGEST)
        if wrong.any():
            row = start + int(wrong.any(axis=1).argmax())
            raise ValueError(f"Row {row}: a feature must be a finite number up to {LARGEST:g}.")
    if not given.size:
        return np.zeros((len(given), 0))
    mean, spread = given.mean(axis=0, dtype=np.float64), given.std(axis=0, dtype=np.float64)
    at = np.flatnonzero(spread > 1e-9 * np.maximum(np.abs(mean), 1e-140))
    turned = _components(given, mean, spread, at) if len(at) > CAP else None
    made = np.empty((len(given), len(at) if turned is None else turned.shape[1]))
    for start in range(0, len(given), PAGE):
        z = _standard(given[start : start + PAGE, at], mean[at], spread[at])
        made[start : start + PAGE] = z if turned is None else z @ turned
    return made


def _standard(given: Floats, mean: Floats, spread: Floats) -> Floats:
    z: Floats = np.clip((given - mean) / spread, -FAR, FAR)
    return z


def _components(given: Floats, mean: Floats, spread: Floats, at: Ints) -> Floats:
    """The directions in which the rows differ most (d x CAP), by the smaller of two squares."""
    rows = np.random.default_rng(0).permutation(len(given))[:SAMPLE]
    z = _standard(given[np.ix_(rows, at)], mean[at], spread[at])
    if len(z) < len(at):
        values, found = np.linalg.eigh(z @ z.T)
        keep = np.flatnonzero(values > values[-1] * 1e-9)[-CAP:]
        turned: Floats = z.T @ (found[:, keep] / np.sqrt(values[keep]))
        return turned
    _, found = np.linalg.eigh(z.T @ z)
    return np.ascontiguousarray(found[:, -CAP:])


def fit(z: Floats, y: Floats, ridge: float) -> Floats:
    """The weights, (d + 1) x K."""
    x = np.hstack([z, np.ones((len(z), 1))])
    penalty = np.full(x.shape[1], ridge)
    penalty[-1] = 1e-3
    bound = 0.5 * x.T @ x
    bound[np.diag_indices(len(bound))] += penalty
    inverse = np.linalg.inv(bound)
    w = np.zeros((x.shape[1], y.shape[1]))
    ahead, t = w, 1.0
    xt = np.ascontiguousarray(x.T)
    for _ in range(STEPS):
        slope = xt @ (softmax(x @ ahead) - y) + penalty[:, None] * ahead
        new = ahead - inverse @ slope
        move = new - w
        if float((slope * move).sum()) > 0:  # the momentum leads uphill
            ahead, t = w, 1.0
            if float(np.abs(move).max()) < 1e-4:
                break
            continue
        t, before = (1 + np.sqrt(1 + 4 * t * t)) / 2, t
        ahead, w = new + (before - 1) / t * move, new
        if float(np.abs(move).max(initial=0.0)) < 1e-4:
            break
    return w


def predict(z: Floats, w: Floats) -> Floats:
    """Probabilities, n x K."""
    return softmax(z @ w[:-1] + w[-1])
