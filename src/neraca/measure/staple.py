"""One mask of several by each labeler's sensitivity: STAPLE (Warfield, Zou & Wells 2004), over many tasks.

W_i = f a_i / (f a_i + (1 - f) b_i),   a_i = prod_w p_w^d (1 - p_w)^(1 - d),   b_i = prod_w (1 - q_w)^d q_w^(1 - d)
p_w (sensitivity) = (s p + sum_i W_i d_iw) / (s + sum_i W_i),   q_w (specificity) likewise with 1 - W_i, 1 - d_iw

The field's usual method, here with three repairs; `masks` does better where labelers paint too wide or too tight.

Only pixels on which labelers differ tell them apart: the rest are decided, and counting far background as agreement
would make every q_w nearly 1. So the sums run over the pixels that somebody but not everybody painted, and over as many
of the decided ones around them as `AROUND` says. Neighbouring pixels err together: every answer counts `TEMPER` of a
pixel, and each posterior is drawn towards its neighbours (a mean-field step of an Ising prior of strength `SMOOTH`).
The prior f stays near one half of the pixels in doubt, else it runs away.

Shapes: a task is M x H x W booleans with its M labelers; p, q are shared by all tasks. O(pixels that differ) a round.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neraca.measure.arrays import Bools, Floats, Ints

PIXELS = 50.0  # that the crowd's rates are worth against a labeler's own
START = (0.9, 0.9)
BOUNDS = (0.02, 0.98)
TEMPER = 0.7
SMOOTH = 0.6
AROUND = 2  # pixels
SHARE = (0.4, 0.6)


@dataclass(frozen=True, slots=True)
class Estimate:
    """`there` per task, H x W: the probability of each pixel; sees, spares W: p and q where in doubt.

    The mask of a task is `there > 1/2`.
    """

    there: list[Floats]
    sees: Floats
    spares: Floats
    share: float
    iterations: int
    converged: bool


def _checked(masks: NDArray[np.bool_], row: int) -> Bools:
    found = np.asarray(masks)
    if found.ndim != 3 or found.dtype != np.bool_ or not len(found):
        raise ValueError(f"Task {row}: the masks must be M x H x W booleans, M above 0.")
    return found


def estimate(
    masks: Sequence[NDArray[np.bool_]], labelers: Sequence[Sequence[int]], *, size: int,
    iterations: int = 100, tolerance: float = 1e-4,
) -> Estimate:  # fmt: skip
    """One mask for each task; `labelers[t]` are those of `masks[t]`, `size` is W. Raises ValueError naming the task."""
    tasks = [_Task.of(_checked(m, t), who, size, t) for t, (m, who) in enumerate(zip(masks, labelers, strict=True))]
    sees, spares, share = np.full(size, START[0]), np.full(size, START[1]), 0.5
    there = [task.start() for task in tasks]
    done, converged = 0, False
    for done in range(1, iterations + 1):  # noqa: B007 - reported
        before = there
        sees, spares, share = _rates(tasks, there, size)
        there = [task.posterior(p, sees, spares, share) for task, p in zip(tasks, there, strict=True)]
        moved = [float(np.abs(a - b).max(initial=0.0)) for a, b in zip(there, before, strict=True)]
        if max(moved, default=0.0) < tolerance:
            converged = True
            break
    whole = [task.whole(p) for task, p in zip(tasks, there, strict=True)]
    return Estimate(whole, sees, spares, share, done, converged)


@dataclass(frozen=True, slots=True)
class _Task:
    """The rectangle around what is in doubt: `painted` M x h x w, `doubt` h x w; all else is decided."""

    who: Ints
    painted: Bools
    doubt: Bools
    decided: Bools  # H x W, for what lies outside
    place: tuple[slice, slice]

    @classmethod
    def of(cls, masks: Bools, labelers: Sequence[int], size: int, row: int) -> "_Task":
        who = np.asarray(labelers, dtype=np.int64)
        if len(who) != len(masks) or (len(who) and (who.min() < 0 or who.max() >= size)):
            raise ValueError(f"Task {row}: each mask needs its labeler, of 0..{size - 1}.")
        count = masks.sum(axis=0)
        doubt = (count > 0) & (count < len(masks))
        rows, columns = np.flatnonzero(doubt.any(axis=1)), np.flatnonzero(doubt.any(axis=0))
        if not len(rows):
            place = (slice(0, 0), slice(0, 0))
        else:
            place = (
                slice(max(int(rows[0]) - AROUND, 0), int(rows[-1]) + 1 + AROUND),
                slice(max(int(columns[0]) - AROUND, 0), int(columns[-1]) + 1 + AROUND),
            )
        return cls(who, masks[(slice(None), *place)], _grown(doubt[place]), count * 2 > len(masks), place)

    def start(self) -> Floats:
        return np.asarray(self.painted.mean(axis=0), dtype=np.float64)

    def posterior(self, p: Floats, sees: Floats, spares: Floats, share: float) -> Floats:
        yes = np.log(sees / (1 - spares))[self.who][:, None, None]
        no = np.log((1 - sees) / spares)[self.who][:, None, None]
        score = TEMPER * np.where(self.painted, yes, no).sum(axis=0) + np.log(share / (1 - share))
        around = np.zeros_like(p)
        for axis, step in ((0, 1), (0, -1), (1, 1), (1, -1)):
            around += _shifted(2 * p - 1, axis, step)
        found = 1 / (1 + np.exp(-np.clip(score + SMOOTH * around, -500, 500)))
        return np.where(self.doubt, found, self.start())

    def whole(self, p: Floats) -> Floats:
        there = self.decided.astype(np.float64)
        there[self.place] = p
        return there


def _shifted(a: Floats, axis: int, step: int) -> Floats:
    """The neighbour of each pixel; beyond the rim the pixel itself."""
    if not a.size:
        return a
    moved = np.roll(a, step, axis=axis)
    rim: list[slice | int] = [slice(None), slice(None)]
    rim[axis] = 0 if step > 0 else -1
    moved[tuple(rim)] = a[tuple(rim)]
    return moved


def _grown(doubt: Bools) -> Bools:
    """With `AROUND` pixels around."""
    for _ in range(AROUND):
        wide = doubt.astype(np.float64)
        near = sum((_shifted(wide, axis, step) for axis, step in ((0, 1), (0, -1), (1, 1), (1, -1))), wide)
        doubt = np.asarray(near > 0)
    return doubt


def _rates(tasks: Sequence[_Task], there: Sequence[Floats], size: int) -> tuple[Floats, Floats, float]:
    yes, of, no, off = (np.zeros(size) for _ in range(4))
    total = count = 0.0
    for task, p in zip(tasks, there, strict=True):
        inside, d = p[task.doubt], task.painted[:, task.doubt]
        np.add.at(yes, task.who, d @ inside)
        np.add.at(of, task.who, inside.sum())
        np.add.at(no, task.who, ~d @ (1 - inside))
        np.add.at(off, task.who, (1 - inside).sum())
        total += float(inside.sum())
        count += len(inside)
    sees = (PIXELS * START[0] + yes.sum()) / (PIXELS + of.sum())
    spares = (PIXELS * START[1] + no.sum()) / (PIXELS + off.sum())
    return (
        np.clip((PIXELS * sees + yes) / (PIXELS + of), *BOUNDS),
        np.clip((PIXELS * spares + no) / (PIXELS + off), *BOUNDS),
        min(max((total + 1) / (count + 2), SHARE[0]), SHARE[1]),
    )
