"""One mask of several by how far each one's edge is off: the numbers of `numeric`, pixel by pixel in doubt.

f_w(q) = signed distance of pixel q to the edge of w's mask (inside above 0, pixels), clipped at `REACH`
f_w(q) = t(q) + b_w + noise_w,   the merged mask is t > 0

STAPLE (`staple`) sees a labeler who always paints two pixels too wide as one who errs at random; here that is a bias
b_w, found over all tasks and taken off, and who is careless counts by 1 / noise_w^2.

Shapes: a task is M x H x W booleans with its M labelers. O(M H W REACH) for the distances.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neraca.measure import numeric
from neraca.measure.arrays import Bools, Floats, Ints

REACH = 8  # pixels: further off is only "far off"
SAMPLE = 400  # pixels of a task from which bias and noise are learnt


@dataclass(frozen=True, slots=True)
class Estimate:
    """`mask` per task H x W; bias (pixels that a labeler paints too wide) and noise (pixels) W."""

    mask: list[Bools]
    bias: Floats
    noise: Floats
    iterations: int
    converged: bool


def signed_distance(mask: NDArray[np.bool_], reach: int = REACH) -> Floats:
    """Pixels to the edge, above 0 inside; exact up to `reach`, where it is clipped. O(H W reach)."""
    inside, outside = _to(~mask, reach) - 0.5, _to(mask, reach) - 0.5
    signed: Floats = np.where(mask, np.minimum(inside, reach), -np.minimum(outside, reach))
    return signed


def _to(target: NDArray[np.bool_], reach: int) -> Floats:
    """The distance of each pixel to the nearest target pixel, or `reach` + 1."""
    far = float(reach + 1)
    down = np.where(target, 0.0, far)
    for step in range(1, reach + 1):
        for to, source in ((slice(step, None), slice(None, -step)), (slice(None, -step), slice(step, None))):
            down[to] = np.where(target[source], np.minimum(down[to], step), down[to])
    square = down**2
    best = square.copy()
    for step in range(1, reach + 1):
        for to, source in ((slice(step, None), slice(None, -step)), (slice(None, -step), slice(step, None))):
            np.minimum(best[:, to], square[:, source] + step**2, out=best[:, to])
    return np.asarray(np.minimum(np.sqrt(best), far), dtype=np.float64)


def majority(masks: NDArray[np.bool_]) -> Bools:
    """The naive judge: pixels that more than half painted, of M x H x W."""
    return np.asarray(np.asarray(masks).mean(axis=0) > 0.5)


def iou(left: NDArray[np.bool_], right: NDArray[np.bool_]) -> float:
    """Pixels of both over pixels of either; 1 if both are empty."""
    if left.shape != right.shape:
        raise ValueError(f"The masks have different sizes: {left.shape} and {right.shape}.")
    either = int((left | right).sum())
    return int((left & right).sum()) / either if either else 1.0


def estimate(masks: Sequence[NDArray[np.bool_]], labelers: Sequence[Sequence[int]], *, size: int) -> Estimate:
    """One mask for each task; `labelers[t]` are those of `masks[t]`, `size` is W. Raises ValueError naming the task."""
    fields: list[Floats] = []
    people: list[Ints] = []
    doubts: list[Bools] = []
    for row, (given, who) in enumerate(zip(masks, labelers, strict=True)):
        stack = np.asarray(given)
        if stack.ndim != 3 or stack.dtype != np.bool_ or not len(stack):
            raise ValueError(f"Task {row}: the masks must be M x H x W booleans, M above 0.")
        person = np.asarray(who, dtype=np.int64)
        if len(person) != len(stack) or person.min() < 0 or person.max() >= size:
            raise ValueError(f"Task {row}: each mask needs its labeler, of 0..{size - 1}.")
        fields.append(np.stack([signed_distance(one) for one in stack]))
        people.append(person)
        doubts.append(np.asarray(stack.any(axis=0) & ~stack.all(axis=0)))
    found = _learnt(fields, people, doubts, size)
    merged = [
        _merged(field, person, doubt, found.bias, found.noise)
        for field, person, doubt in zip(fields, people, doubts, strict=True)
    ]
    return Estimate(merged, found.bias, found.noise, found.iterations, found.converged)


def _learnt(fields: Sequence[Floats], people: Sequence[Ints], doubts: Sequence[Bools], size: int) -> numeric.Estimate:
    """Bias and noise from evenly spread pixels in doubt."""
    task, who, value = [], [], []
    pixels = 0
    for field, person, doubt in zip(fields, people, doubts, strict=True):
        at = field[:, doubt]
        at = at[:, :: -(-at.shape[1] // SAMPLE) or 1]
        task.append(np.tile(np.arange(pixels, pixels + at.shape[1]), len(person)))
        who.append(np.repeat(person, at.shape[1]))
        value.append(at.ravel())
        pixels += at.shape[1]
    none = np.zeros(0, dtype=np.int64)
    return numeric.estimate(
        np.concatenate([none, *task]), np.concatenate([none, *who]), np.concatenate([np.zeros(0), *value]),
        tasks=pixels, labelers=size, tail=np.inf,
    )  # fmt: skip


def _merged(field: Floats, person: Ints, doubt: Bools, bias: Floats, noise: Floats) -> Bools:
    weight = noise[person] ** -2.0
    off = field - bias[person][:, None, None]
    mean = np.tensordot(weight, np.clip(off, -REACH, REACH), axes=1) / weight.sum()
    everybody = (field > 0).all(axis=0)
    return np.asarray(np.where(doubt, mean > 0, everybody))
