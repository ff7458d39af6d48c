"""When a labeler's work changed: one change point in a row of right and wrong answers.

With Beta(1, 1) before and after, the evidence for a change after answer k against none is
B_k = B(1 + a, 1 + k - a) B(1 + b, 1 + n - k - b) / B(1 + a + b, 1 + n - a - b),  a right of the first k, b of the rest
B = mean of B_k over all k that leave `LEAST` answers on both sides (Chernoff & Zacks 1964; Beta-binomial evidence)

B > 20 is strong. Since the mean of B_k is a fair bet, careful labelers reach B >= 20 in at most one of 20 cases.
Answers may be right in part (0..1). O(n). Plain Python.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, fsum, isfinite, lgamma, log

LEAST = 5
STRONG = 20.0


@dataclass(frozen=True, slots=True)
class Change:
    """ln B; the likeliest `at` (answers before it), with the probability of each side's being right.

    `share` is the posterior weight of `at` among all places, given that there is a change.
    """

    log_evidence: float
    at: int
    before: float
    after: float
    share: float
    answers: int

    @property
    def strong(self) -> bool:
        """Whether a change is at least 20 times as likely to give such a row as none."""
        return self.log_evidence >= log(STRONG)


def change(right: Sequence[float]) -> Change | None:
    """The change in a row of answers in their order; None for rows too short to have one."""
    n = len(right)
    for row, r in enumerate(right):
        if not (isfinite(r) and 0 <= r <= 1):
            raise ValueError(f"Row {row}: an answer is right by 0 to 1.")
    if n < 2 * LEAST:
        return None
    total = fsum(right)
    whole = _beta(total, n)
    sums, a = [], 0.0
    for r in right:
        a += r
        sums.append(a)
    places = range(LEAST, n - LEAST + 1)
    logs = [_beta(sums[k - 1], k) + _beta(total - sums[k - 1], n - k) - whole for k in places]
    top = max(logs)
    weight = [exp(x - top) for x in logs]
    best = max(range(len(logs)), key=lambda i: (logs[i], -i))
    k = places[best]
    evidence = top + log(fsum(weight) / len(weight))
    after = (total - sums[k - 1] + 1) / (n - k + 2)
    return Change(evidence, k, (sums[k - 1] + 1) / (k + 2), after, weight[best] / fsum(weight), n)


def _beta(right: float, n: int) -> float:
    right = min(max(right, 0.0), float(n))
    return lgamma(1 + right) + lgamma(1 + n - right) - lgamma(2 + n)
