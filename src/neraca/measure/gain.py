"""What one more answer should do for a task, by who gives it: the choice of who is asked what.

worth      W(p, E) = P(the task is decided by the answer) + SHARE * I(truth; answer)
           over what may be said, l:  m_l = sum_c p_c E[c, l],  p'_c ~ p_c E[c, l]^w,  decided if max_c p'_c >= target
           I = sum_c p_c sum_l E[c, l] ln E[c, l] - sum_l m_l ln m_l                          (Lindley 1956), in nats
advantage  W(p, E of this labeler) - W(p, E of a usual one)

A task is worth most to whom it is worth more than to others: all tasks must be decided by somebody, so what counts is
where a labeler is better than the next one, not where any answer would tell much. Figures in docs/decisions/0023.

Shapes: `p` K probabilities; `Rows` K x K, row = the truth, column = what is said. Of many classes the `TOP` likeliest
count, and whatever else may be said is one outcome: O(TOP^2). No NumPy (the API process imports this).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from neraca.measure.online import FLOOR, Rows

SHARE = 0.3  # of a decided task that a nat is worth
TOP = 4


@dataclass(frozen=True, slots=True)
class Teller:
    """Somebody who answers: E, and each E[c, l]^w and E[c, l] ln E[c, l]."""

    rows: Rows
    weight: float
    tempered: Rows
    surprise: Rows


def teller(rows: Rows, weight: float) -> Teller:
    """A labeler with this confusion whose answers count for `weight` in 0..1 (`online.weight`)."""
    safe = [[max(x, FLOOR) for x in row] for row in rows]
    return Teller(
        rows=safe, weight=weight, tempered=[[x**weight for x in row] for row in safe],
        surprise=[[x * log(x) for x in row] for row in safe],
    )  # fmt: skip


def worth(p: Sequence[float], who: Teller, target: float) -> float:
    """W, at least 0 but for rounding. `target` above 1: the answer cannot decide the task, so it is I alone."""
    k = len(p)
    top: Sequence[int] = range(k)
    if k > TOP:
        top = sorted(top, key=lambda c: -p[c])[:TOP]
        whole = sum(p[c] for c in top)
        p = [x / whole for x in p]
    told = decided = 0.0
    for said in top:
        m, z, best = 0.0, 0.0, 0.0
        for c in top:
            m += p[c] * who.rows[c][said]
            told += p[c] * who.surprise[c][said]
            after = p[c] * who.tempered[c][said]
            z += after
            best = max(best, after)
        told -= m * log(m) if m > 0.0 else 0.0
        if best >= target * z:
            decided += m
    if k > TOP:
        told += _rest(p, who, top)
    return decided + SHARE * told


def _rest(p: Sequence[float], who: Teller, top: Sequence[int]) -> float:
    """The part of I that comes from something else being said; it decides nothing."""
    told = m = 0.0
    for c in top:
        rest = max(1.0 - sum(who.rows[c][said] for said in top), FLOOR)
        told += p[c] * rest * log(rest)
        m += p[c] * rest
    return told - (m * log(m) if m > 0.0 else 0.0)


def advantage(p: Sequence[float], own: Teller, usual: Teller, target: float) -> float:
    """How much more an answer of this labeler should do for a task than a usual one's; below 0 where it does less."""
    return worth(p, own, target) - worth(p, usual, target)
