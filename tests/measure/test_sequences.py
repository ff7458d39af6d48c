import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from neraca.measure import objects, sequences, spans
from neraca.measure.objects import Seen


def test_a_chain_beats_each_token_alone() -> None:
    rng = np.random.default_rng(0)
    lengths = rng.integers(5, 40, 60)
    skill = rng.beta(4, 3, 10)
    rows, truth, token = [], [], 0
    for length in lengths:
        tags = [int(rng.integers(4))]
        while len(tags) < length:
            tags.append(tags[-1] if rng.random() < 0.8 else int(rng.integers(4)))
        truth += tags
        for w in rng.permutation(10)[:3]:
            said = np.where(rng.random(length) < skill[w], tags, rng.integers(0, 4, length))
            rows += [(token + i, int(w), int(x)) for i, x in enumerate(said)]
        token += int(length)
    where, who, label = (np.array([r[i] for r in rows]) for i in range(3))
    found = sequences.estimate(where, who, label, lengths=lengths.tolist(), labelers=10, classes=4)
    plain = sequences.votes(where, label, tokens=token, classes=4)
    assert (found.label == truth).mean() > (plain == np.array(truth)).mean() + 0.05
    assert found.transitions.diagonal().mean() == pytest.approx(0.85, abs=0.05)  # 0.8 + 0.2 / 4


def brute(seen: list[list[float]], chain: list[list[float]], start: list[float]) -> tuple[list[list[float]], list[int]]:
    """Posteriors and the best chain by trying all chains."""
    n, k = len(seen), len(start)
    total = [[0.0] * k for _ in range(n)]
    best = (-1.0, [0])
    for code in range(k**n):
        tags = [code // k**i % k for i in range(n)]
        p = start[tags[0]]
        for i in range(n):
            p *= seen[i][tags[i]] * (chain[tags[i - 1]][tags[i]] if i else 1)
        for i in range(n):
            total[i][tags[i]] += p
        best = max(best, (p, tags), key=lambda b: b[0])
    norm = sum(total[0])
    return [[x / norm for x in row] for row in total], best[1]


def test_equals_all_chains_tried() -> None:
    rng = np.random.default_rng(1)
    lengths = [4, 2, 1]
    where = np.repeat(np.arange(7), 3)
    who, label = np.tile(np.arange(3), 7), rng.integers(0, 3, 21)
    allowed = np.array([[True, True, False], [True, True, True], [True, False, True]])
    begins = np.array([True, True, False])
    one = sequences.estimate(
        where, who, label, lengths=lengths, labelers=3, classes=3, allowed=allowed, begins=begins, iterations=1
    )
    # The second round's posteriors follow from the first round's parameters: rebuild them from a run of one round.
    layout = sequences._Layout.of(lengths)
    answers = sequences._Answers.of(where, who, label, layout, 3, 3)
    counts = np.bincount(where * 3 + label, minlength=21).reshape(7, 3)
    p = (counts + 0.1 / 3) / (counts.sum(axis=1, keepdims=True) + 0.1)
    agreed = np.array([row.argmax() if row.max() == 3 else -1 for row in counts])  # three answers a token
    seen = sequences._agreement_kept(answers.emissions(answers.confusion(p), 7), agreed)
    begin = 0
    for length in lengths:
        part = seen[begin : begin + length].tolist()
        posterior, best = brute(part, one.transitions.tolist(), one.start.tolist())
        assert one.posterior[begin : begin + length] == pytest.approx(np.array(posterior), abs=1e-9)
        assert one.label[begin : begin + length].tolist() == best
        begin += length


def test_bio() -> None:
    allowed, begins = sequences.bio(2)
    assert not allowed[0, 2]
    assert allowed[1, 2]
    assert not allowed[1, 4]
    assert begins.tolist() == [True, True, False, True, False]
    assert sequences.spans([0, 1, 2, 1, 0, 3, 4, 2, 2]) == [(1, 3, 0), (3, 4, 0), (5, 7, 1), (7, 9, 0)]
    said = [0, 2, 2, 0] * 2  # what nobody may say is repaired
    found = sequences.estimate(
        list(range(4)) * 2, [0] * 4 + [1] * 4, said, lengths=[4], labelers=2, classes=5, allowed=allowed, begins=begins
    )
    assert all(allowed[a, b] for a, b in zip(found.label, found.label[1:], strict=False))


@given(st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=6), min_size=1, max_size=5), st.integers(2, 4))
@settings(max_examples=100, deadline=None)
@example(documents=[[0, 1, 1, 2, 1, 0], [1, 2, 1, 0]], people=2)  # once the chain explained it away
def test_unanimity_and_odd_input(documents: list[list[int]], people: int) -> None:
    tags = [t for d in documents for t in d]
    n = len(tags)
    lengths = [len(d) for d in documents]
    where, who = list(range(n)) * people, [w for w in range(people) for _ in range(n)]
    found = sequences.estimate(where, who, tags * people, lengths=lengths, labelers=people, classes=3)
    assert found.label.tolist() == tags
    assert np.isfinite(found.posterior).all()
    turned = sequences.estimate(
        where[::-1], who[::-1], (tags * people)[::-1], lengths=lengths, labelers=people, classes=3
    )
    assert np.abs(turned.posterior - found.posterior).max() < 1e-6


def test_nothing_and_bad_rows() -> None:
    assert sequences.estimate([], [], [], lengths=[], labelers=0, classes=2).label.tolist() == []
    alone = sequences.estimate([], [], [], lengths=[2], labelers=1, classes=2)
    assert np.isfinite(alone.posterior).all()
    with pytest.raises(ValueError, match="Row 0: there is no token 5"):
        sequences.estimate([5], [0], [0], lengths=[2], labelers=1, classes=2)
    with pytest.raises(ValueError, match="Every class must be followed"):
        sequences.estimate([0], [0], [0], lengths=[2], labelers=1, classes=2, allowed=np.zeros((2, 2), dtype=np.bool_))
    with pytest.raises(ValueError, match="Document 0 has a negative length"):
        sequences.estimate([], [], [], lengths=[-2, 2], labelers=1, classes=2)


def test_spans_of_a_crowd_that_overlooks_and_cuts_short() -> None:
    rng = np.random.default_rng(0)
    seen: list[Seen[spans.Span]] = []
    asked, truth = [], []
    overlooks, slips = rng.beta(2, 6, 8), rng.beta(1, 3, 8)
    for t in range(60):
        starts = np.cumsum(rng.integers(6, 14, 4))
        there = [(int(s), int(s + rng.integers(2, 6)), int(rng.integers(2))) for s in starts]
        truth += [(t, s, e, k) for s, e, k in there]
        for w in (int(x) for x in rng.permutation(8)[:4]):
            asked.append((t, w))
            for s, e, k in there:
                if rng.random() < overlooks[w]:
                    continue
                cut = s + int(rng.choice([-1, 1])) if rng.random() < slips[w] else s
                long = e + int(rng.choice([-1, 1])) if rng.random() < slips[w] else e
                seen.append(Seen(t, w, k, (cut, max(long, cut + 1))))

    def f1(found: list[objects.Found[spans.Span]]) -> float:
        hits = {(f.task, *f.shape, f.label) for f in found} & set(truth)
        return 2 * len(hits) / (len(found) + len(truth))

    ours = objects.estimate(seen, asked, spans.SPAN, tasks=60, labelers=8, classes=2, least=spans.SAME)
    plain = objects.by_votes(seen, asked, spans.SPAN, tasks=60, least=spans.SAME)
    singles = [
        2 * len({(s.task, *s.shape, s.label) for s in seen if s.labeler == w} & set(truth))
        / (sum(s.labeler == w for s in seen) + 4 * sum(v == w for _, v in asked)) for w in range(8)
    ]  # fmt: skip
    assert f1(ours.there()) > f1(plain) + 0.03
    assert f1(ours.there()) > float(np.mean(singles)) + 0.1
