"""Wald's and Page's tests, change points: by hand, and at the error rates they promise."""

import random
from collections.abc import Callable
from math import comb, log

import pytest

from neraca.measure import changes, sequential, timing


def answers(seed: int, rate: float, n: int) -> list[float]:
    rng = random.Random(seed)  # noqa: S311 - repeatable
    return [float(rng.random() < rate) for _ in range(n)]


def test_wald_by_hand() -> None:
    # K = 2, good 0.9: a right answer adds ln(.5 / .9) = -0.588, a wrong one ln(.5 / .1) = 1.609;
    # flag at ln(.95 / .01) = 4.554, clear at ln(.05 / .99) = -2.986: six right clear, three wrong flag
    assert list(sequential.steps(0.9, 0.5)) == pytest.approx([-0.587787, 1.609438], abs=1e-6)
    cleared = sequential.sprt([1] * 9, good=0.9, bad=0.5)
    assert (cleared.verdict, cleared.answers) == ("clear", 6)
    assert cleared.flag_at == pytest.approx(4.554, abs=1e-3)
    assert cleared.clear_at == pytest.approx(-2.986, abs=1e-3)
    flagged = sequential.sprt([0] * 9, good=0.9, bad=0.5)
    assert (flagged.verdict, flagged.answers) == ("flag", 3)
    assert sequential.sprt([1, 0, 1], good=0.9, bad=0.5).verdict == "open"
    assert sequential.sprt([], good=0.9, bad=0.5).verdict == "open"


@pytest.mark.parametrize(
    ("k", "good", "clears", "flags"),
    [(2, 0.9, 9.0, 9.6), (2, 0.8, 16.7, 20.9), (4, 0.85, 4.4, 5.4), (10, 0.85, 2.8, 3.7)],  # simulated elsewhere
)
def test_wald_keeps_its_word(k: int, good: float, clears: float, flags: float) -> None:
    careful = [sequential.sprt(answers(i, good, 300), good=good, bad=1 / k) for i in range(800)]
    guessing = [sequential.sprt(answers(i, 1 / k, 300), good=good, bad=1 / k) for i in range(800)]
    assert sum(t.verdict == "flag" for t in careful) <= 0.01 * 800 + 3 * (0.01 * 800) ** 0.5
    assert sum(t.verdict == "flag" for t in guessing) >= 0.95 * 800 - 3 * (0.05 * 800) ** 0.5
    needed = [t.answers for t in careful if t.verdict == "clear"]
    assert sum(needed) / len(needed) == pytest.approx(clears, rel=0.12)
    caught = [t.answers for t in guessing if t.verdict == "flag"]
    assert sum(caught) / len(caught) == pytest.approx(flags, rel=0.12)


def test_page_waits_and_then_sees() -> None:
    runs = [sequential.cusum(answers(i, 0.9, 20_000), good=0.9, bad=0.5) for i in range(40)]
    assert sum(r.at + 1 for r in runs) / len(runs) > sequential.RUN
    found = [sequential.cusum([1] * 100 + answers(i, 0.5, 100), good=0.9, bad=0.5) for i in range(100)]
    assert all(f.alarm for f in found)
    assert sorted(f.at for f in found)[50] < 125
    assert sorted(f.since for f in found)[50] in range(98, 106)
    quiet = sequential.cusum([1, 1, 0, 1], good=0.9, bad=0.5)
    assert not quiet.alarm


def test_change_by_hand() -> None:
    # Five wrong, five right; only k = 5 leaves five on both sides: B(1, 6)^2 / B(6, 6) = (1/6)^2 / (1/2772)
    found = changes.change([0] * 5 + [1] * 5)
    assert found is not None
    assert found.log_evidence == pytest.approx(log(2772 / 36))
    assert (found.at, found.share) == (5, 1.0)
    assert [found.before, found.after] == pytest.approx([1 / 7, 6 / 7])
    assert changes.change([1] * 9) is None


def test_changes_are_found_and_seldom_invented() -> None:
    steady = [changes.change(answers(i, 0.8, 60)) for i in range(500)]
    assert sum(c is not None and c.strong for c in steady) <= 25
    turned = [changes.change(answers(i, 0.9, 40) + answers(1000 + i, 0.4, 40)) for i in range(100)]
    assert sum(c is not None and c.strong for c in turned) > 85
    assert sorted(c.at for c in turned if c)[50] in range(36, 45)


def test_tail_equals_the_sum() -> None:
    exact = sum(comb(12, i) * 0.1**i * 0.9 ** (12 - i) for i in range(4, 13))
    assert timing.tail(12, 4, 0.1) == pytest.approx(exact, rel=1e-12)
    assert timing.tail(5, 0, 0.1) == 1


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: sequential.sprt([1, 2], good=0.9, bad=0.5), "Row 1: an answer is right by 0 to 1"),
        (lambda: sequential.sprt([1], good=0.5, bad=0.9), "below the good one"),
        (lambda: sequential.sprt([1], good=1.0, bad=0.9), "above 0 and below 1"),
        (lambda: sequential.cusum([1], good=0.9, bad=0.5, run=1), "above 1"),
        (lambda: changes.change([float("nan")] * 12), "Row 0"),
        (lambda: timing.speeds([0], [0.0], labelers=1), "Row 0: an answer takes more than 0 seconds"),
        (lambda: timing.speeds([0], [float("inf")], labelers=1), "Row 0: a time must be a finite"),
    ],
)
def test_bad_input(call: Callable[[], object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
