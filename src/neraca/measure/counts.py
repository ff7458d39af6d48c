"""What each labeler said when the truth was what, kept by the pairs of labeler and class that occur.

C_w[c, l] is `table[p, c]` of the pair p = (w, l); of a class that a labeler never said it is 0, and kept nowhere. So
ten million labelers with an answer each cost 10^7 K numbers, and not 10^7 K^2. Shapes as in `answers`.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from neraca.measure.answers import Answers
from neraca.measure.majority import Floats, Ints


@dataclass(frozen=True)
class Counts:
    """`table` P x K of `given`: how often each pair was said when the truth was c, in expectation."""

    given: Answers
    table: Floats

    @cached_property
    def _keys(self) -> Ints:
        """P, in their order."""
        return self.given.owner * self.given.classes + self.given.said

    @cached_property
    def _sums(self) -> tuple[Ints, Floats]:
        """W' who answered, in order, and what they met, W' x K."""
        return self.given.owner[self.given.first[:-1]], self.given.sums(self.table)

    def of(self, labeler: int) -> Floats:
        """K x K of one labeler, [truth, said]."""
        full = np.zeros((self.given.classes, self.given.classes))
        start, end = np.searchsorted(self.given.owner, [labeler, labeler + 1])
        full[:, self.given.said[start:end]] = self.table[start:end].T
        return full

    def said(self, labeler: Ints, label: Ints) -> Floats:
        """N x K: for labelers and what they said, C_w[c, l] for each c."""
        return _found(self._keys, self.table, labeler * self.given.classes + label)

    def met(self, labeler: Ints) -> Floats:
        """N x K: for labelers, how many of the tasks that they answered are of class c."""
        return _found(*self._sums, labeler)

    def dense(self) -> Floats:
        """W x K x K of all."""
        return self.given.dense(self.table)


def _found(keys: Ints, rows: Floats, wanted: Ints) -> Floats:
    """The row of each wanted key, 0 where there is none; `keys` are in order."""
    if not len(keys):
        return np.zeros((len(wanted), rows.shape[1]))
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    found = rows[at]
    found[keys[at] != wanted] = 0.0
    return found
