"""A tag for every token (parts of speech, sleep stages, BIO), given by several people: the crowd's hidden chain.

The true tags of a document are a Markov chain (HMM-Crowd, Nguyen et al. 2017), and what a labeler says of a token hangs
on its tag and on what they said of the token before (BSC-seq, Simpson & Gurevych 2019): who overlooks a name of three
words has made one mistake and not three.

P(z_1..z_n) = pi(z_1) prod A[z_i-1, z_i],   P(w says l after m | z) = E_w[z, m, l]
E: forward-backward     M: E_w[c, m, :] = (s G[c, m, :] + C_w[c, m, :]) / (s + sum),  G pooled over labelers, s = 2

Made for tags that everybody gives to every token (stages, parts of speech). Names that are overlooked whole, or cut
short, are better taken as `spans`: on simulated crowds of that sort these were right where the chain was not.

`allowed` rules transitions out (`bio` makes those of BIO tags); the answer is the best whole chain (Viterbi), so it
always keeps them. A token without answers takes its tag from its neighbours. One on which two or more say the same and
nobody differs keeps that tag: in a short document the chain could otherwise explain agreement away.

Shapes: documents by their `lengths`, N = their sum; n answers as vectors, `token` counted through all documents.
O(n K + N K^2) an iteration, documents side by side.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from neraca.measure.arrays import Bools, Floats, Ints, indices, same_length

STRENGTH = 2.0
CELLS = 50_000_000  # of the tables with contexts; above, what was said before is left out
CHAIN = 1.0  # pseudo-counts of a row of A
TINY = 1e-12
AGREED = 1e-9  # likelihood of any other tag where all agree, against the one that they say


@dataclass(frozen=True, slots=True)
class Estimate:
    """posterior N x K; label N; confusion W x K x K (over all contexts); transitions K x K, start K."""

    posterior: Floats
    label: Ints
    confusion: Floats
    transitions: Floats
    start: Floats
    iterations: int
    converged: bool


def bio(kinds: int) -> tuple[Bools, Bools]:
    """What BIO tags may follow each other, and what may begin: 0 = O, 1 + 2 k = B of kind k, 2 + 2 k = I of kind k."""
    k = 1 + 2 * kinds
    allowed = np.ones((k, k), dtype=np.bool_)
    for kind in range(kinds):
        inside = 2 + 2 * kind
        allowed[:, inside] = False
        allowed[[inside - 1, inside], inside] = True
    begins = np.ones(k, dtype=np.bool_)
    begins[2::2] = False
    return allowed, begins


def spans(tags: Sequence[int]) -> list[tuple[int, int, int]]:
    """(start, end, kind) of BIO tags; an I that follows nothing of its kind begins a span."""
    found: list[tuple[int, int, int]] = []
    before = 0
    for i, tag in enumerate(tags):
        kind = (tag - 1) // 2
        goes_on = tag > 0 and tag % 2 == 0 and before > 0 and (before - 1) // 2 == kind
        if goes_on:
            found[-1] = (found[-1][0], i + 1, kind)
        elif tag > 0:
            found.append((i, i + 1, kind))
        before = tag
    return found


def votes(token: ArrayLike, label: ArrayLike, *, tokens: int, classes: int) -> Ints:
    """The naive judge: the most named tag of each token, the first of equals; -1 without answers."""
    where, said = indices(token, tokens, "token"), indices(label, classes, "class")
    same_length(token=where, label=said)
    counts = np.bincount(where * classes + said, minlength=tokens * classes).reshape(tokens, classes)
    return np.where(counts.sum(axis=1) > 0, counts.argmax(axis=1), -1)


def estimate(
    token: ArrayLike, labeler: ArrayLike, label: ArrayLike, *, lengths: Sequence[int], labelers: int, classes: int,
    allowed: Bools | None = None, begins: Bools | None = None, iterations: int = 100, tolerance: float = 1e-4,
) -> Estimate:  # fmt: skip
    """Until no posterior moves by more than `tolerance`. Raises ValueError naming a row out of range."""
    if (wrong := next((i for i, n in enumerate(lengths) if n < 0), None)) is not None:
        raise ValueError(f"Document {wrong} has a negative length.")
    tokens = int(indices(lengths, None, "length").sum())
    where, who = indices(token, tokens, "token"), indices(labeler, labelers, "labeler")
    said = indices(label, classes, "class")
    same_length(token=where, labeler=who, label=said)
    ways = np.ones((classes, classes), dtype=np.bool_) if allowed is None else allowed
    first = np.ones(classes, dtype=np.bool_) if begins is None else begins
    if ways.shape != (classes, classes) or first.shape != (classes,) or not first.any() or not ways.any(axis=1).all():
        raise ValueError("Every class must be followed by one, and one must begin.")
    layout = _Layout.of(lengths)
    answers = _Answers.of(where, who, said, layout, labelers, classes)
    counts = np.bincount(where * classes + said, minlength=tokens * classes).reshape(tokens, classes)
    agreed = np.where((counts.sum(axis=1) >= 2) & ((counts > 0).sum(axis=1) == 1), counts.argmax(axis=1), -1)
    p = (counts + 0.1 / classes) / (counts.sum(axis=1, keepdims=True) + 0.1)
    chain = start = np.zeros(0)
    confusion = answers.confusion(p)
    pairs = p[layout.before].T @ p[layout.after]
    done, converged = 0, False
    for done in range(1, iterations + 1):  # noqa: B007 - reported
        before = p
        confusion = answers.confusion(p)
        chain = _rows(pairs, ways)
        start = _rows(p[layout.first].sum(axis=0)[None, :], first[None, :])[0]
        seen = _agreement_kept(answers.emissions(confusion, tokens), agreed)
        p, pairs = _forward_backward(layout, seen, chain, start)
        if float(np.abs(p - before).max(initial=0.0)) <= tolerance:
            converged = True
            break
    seen = _agreement_kept(answers.emissions(confusion, tokens), agreed)
    best = _viterbi(layout, seen, chain, start) if tokens else where
    return Estimate(p, best, answers.rows(p), chain, start, done, converged)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the tokens of a position stand: of step i those of all documents with more than i tokens."""

    steps: list[Ints]  # tokens at each position, the longest documents first
    first: Ints
    before: Ints  # every token that has one after it, and that one
    after: Ints

    @classmethod
    def of(cls, lengths: Sequence[int]) -> "_Layout":
        size = np.asarray(lengths, dtype=np.int64)
        begin = np.cumsum(size) - size
        order = np.argsort(-size, kind="stable")
        begin, size = begin[order], size[order]
        steps = [begin[size > i] + i for i in range(int(size.max(initial=0)))]
        first = steps[0] if steps else begin[:0]
        before = np.concatenate([begin[:0], *[steps[i][: len(steps[i + 1])] for i in range(len(steps) - 1)]])
        after = np.concatenate([begin[:0], *steps[1:]])
        return cls(steps, first, before, after)


def _rows(counts: Floats, ways: Bools) -> Floats:
    kept = np.where(ways, counts + CHAIN / counts.shape[1], 0.0)
    return np.asarray(kept / kept.sum(axis=1, keepdims=True), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class _Answers:
    """n answers; `said_before` is what the labeler said of the token before, K for nothing (0 for all if too many)."""

    token: Ints
    labeler: Ints
    said: Ints
    said_before: Ints
    labelers: int
    classes: int
    contexts: int

    @classmethod
    def of(cls, token: Ints, who: Ints, said: Ints, layout: _Layout, labelers: int, k: int) -> "_Answers":
        if labelers * k * k * (k + 1) > CELLS:
            return cls(token, who, said, np.zeros_like(said), labelers, k, 1)
        order = np.lexsort((token, who))
        follows = np.zeros(int(token.max(initial=-1)) + 2, dtype=np.bool_)
        follows[layout.after[layout.after < len(follows)]] = True
        before = np.full(len(said), k, dtype=np.int64)
        left, right = order[:-1], order[1:]
        goes_on = (who[left] == who[right]) & (token[left] + 1 == token[right]) & follows[token[right]]
        before[right[goes_on]] = said[left[goes_on]]
        return cls(token, who, said, before, labelers, k, k + 1)

    def _counts(self, p: Floats, contexts: int) -> Floats:
        k = self.classes
        cell = (self.labeler * contexts + (self.said_before if contexts > 1 else 0)) * k + self.said
        size = self.labelers * contexts * k
        counts = [np.bincount(cell, weights=p[self.token, c], minlength=size) for c in range(k)]
        return np.stack(counts, axis=1).reshape(self.labelers, contexts, k, k).transpose(0, 3, 1, 2).astype(np.float64)

    def confusion(self, p: Floats) -> Floats:
        """W x K x contexts x K."""
        return _shrunk(self._counts(p, self.contexts))

    def rows(self, p: Floats) -> Floats:
        """W x K x K, whatever was said before."""
        return _shrunk(self._counts(p, 1))[:, :, 0, :]

    def emissions(self, confusion: Floats, tokens: int) -> Floats:
        """P(all that was said of a token | its tag), N x K, up to a factor for each token."""
        logs = np.log(np.maximum(confusion, TINY))
        score = np.empty((tokens, self.classes))
        for c in range(self.classes):
            of = logs[self.labeler, c, self.said_before, self.said]
            score[:, c] = np.bincount(self.token, weights=of, minlength=tokens)
        top: Floats = score.max(axis=1, keepdims=True, initial=-np.inf)
        return np.asarray(np.exp(np.maximum(score - top, -600)), dtype=np.float64)


def _agreement_kept(seen: Floats, agreed: Ints) -> Floats:
    """The likelihoods with those tokens made plain on which all agree (`agreed` N, -1 elsewhere)."""
    plain = np.flatnonzero(agreed >= 0)
    kept = seen.copy()
    kept[plain] = np.minimum(kept[plain], AGREED)
    kept[plain, agreed[plain]] = 1.0
    return kept


def _shrunk(counts: Floats) -> Floats:
    k = counts.shape[1]
    start = np.where(np.eye(k, dtype=np.bool_), 0.75 * k, 0.25)[:, None, :]
    pooled = counts.sum(axis=0) + start / counts.shape[2]
    pooled /= pooled.sum(axis=2, keepdims=True)
    rows: Floats = counts + STRENGTH * pooled
    return np.asarray(rows / rows.sum(axis=3, keepdims=True), dtype=np.float64)


def _forward_backward(layout: _Layout, seen: Floats, chain: Floats, start: Floats) -> tuple[Floats, Floats]:
    """Posteriors N x K and expected transitions K x K."""
    ahead, back = np.empty_like(seen), np.ones_like(seen)
    for i, here in enumerate(layout.steps):
        row = seen[here] * (start if i == 0 else ahead[layout.steps[i - 1][: len(here)]] @ chain)
        row = np.maximum(row, 1e-300)
        ahead[here] = row / row.sum(axis=1, keepdims=True)
    for i in range(len(layout.steps) - 1, 0, -1):
        here = layout.steps[i]
        row = np.maximum((seen[here] * back[here]) @ chain.T, 1e-300)
        back[layout.steps[i - 1][: len(here)]] = row / row.sum(axis=1, keepdims=True)
    p = ahead * back
    p /= p.sum(axis=1, keepdims=True)
    to = seen[layout.after] * back[layout.after]
    scale = ((ahead[layout.before] @ chain) * to).sum(axis=1, keepdims=True)
    pairs = chain * (ahead[layout.before].T @ (to / np.maximum(scale, 1e-300)))
    return p, pairs


def _viterbi(layout: _Layout, seen: Floats, chain: Floats, start: Floats) -> Ints:
    """The best whole chain of every document."""
    with np.errstate(divide="ignore"):  # what is not allowed has log 0
        steps, first, said = np.log(chain), np.log(start), np.log(seen)
    best = np.empty_like(seen)
    came = np.zeros(seen.shape, dtype=np.int64)
    for i, here in enumerate(layout.steps):
        if i == 0:
            best[here] = first + said[here]
            continue
        way = best[layout.steps[i - 1][: len(here)]][:, :, None] + steps[None, :, :]
        came[here] = way.argmax(axis=1)
        best[here] = way.max(axis=1) + said[here]
    label = np.zeros(len(seen), dtype=np.int64)
    for i in range(len(layout.steps) - 1, -1, -1):
        here = layout.steps[i]
        later = len(layout.steps[i + 1]) if i + 1 < len(layout.steps) else 0
        label[here[later:]] = best[here[later:]].argmax(axis=1)
        if later:
            after = layout.steps[i + 1]
            label[here[:later]] = came[after, label[after]]
    return label
