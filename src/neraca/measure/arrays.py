"""What goes into a measure: integer indices that are in range, numbers that are finite, vectors of one length.

Every refusal is a ValueError that names the first row at fault, counted from 0.
"""

from collections.abc import Sequence
from math import isfinite

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LARGEST = 1e150  # squares of numbers up to here are finite
MANY = 2**62  # things that are not counted have numbers below


def indices(raw: ArrayLike, size: int | None, what: str) -> Ints:
    """A vector of whole numbers in 0..size-1 (any that is not negative if `size` is None)."""
    given = np.asarray(raw)
    if given.size == 0:
        return np.zeros(0, dtype=np.int64)
    if given.ndim != 1:
        raise ValueError(f"Give one {what} for each answer, in one vector, and not in {given.ndim} dimensions.")
    if given.dtype.kind not in "iuf":
        raise ValueError(f"A {what} is a whole number, not {given.dtype}.")
    if given.dtype.kind == "f" and (broken := given != np.floor(given)).any():  # NaN differs from itself too
        row = int(broken.argmax())
        raise ValueError(f"Row {row}: a {what} is a whole number, not {given[row]}.")
    wrong = (given < 0) | (given >= (MANY if size is None else size))
    if wrong.any():
        row = int(wrong.argmax())
        there = f"; there are {size}" if size is not None else ""
        raise ValueError(f"Row {row}: there is no {what} {given[row]}{there}.")
    return given.astype(np.int64, copy=False)


def numbers(raw: ArrayLike, what: str) -> Floats:
    """An array of finite numbers, none so large that its square is not; the row is the first index."""
    try:
        found = np.asarray(raw, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"The {what}s must be numbers.") from None
    if found.ndim == 0:
        raise ValueError(f"The {what}s must be an array.")
    wrong = ~(np.abs(found) <= LARGEST)
    if wrong.any():
        row = int(np.argwhere(wrong)[0][0])
        raise ValueError(f"Row {row}: a {what} must be a finite number up to {LARGEST:g}.")
    return found


def number(value: float, row: int, what: str) -> float:
    """One finite number; `row` is only told."""
    if not isfinite(value) or abs(value) > LARGEST:
        raise ValueError(f"Row {row}: a {what} must be a finite number up to {LARGEST:g}.")
    return float(value)


def same_length(**vectors: Sequence[object] | NDArray[np.generic]) -> int:
    """The length that all have. Raises ValueError telling the lengths otherwise."""
    sizes = {name: len(vector) for name, vector in vectors.items()}
    if len(set(sizes.values())) > 1:
        told = ", ".join(f"{size} {name}s" for name, size in sizes.items())
        raise ValueError(f"All vectors must have one length; there are {told}.")
    return next(iter(sizes.values()))
