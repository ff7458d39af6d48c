import csv
import os
import random
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neraca.measure import text

CROWDS = "NERACA_CROWDS"  # a folder of recorded crowds, one folder each with labels.csv


def test_rover_by_hand() -> None:
    said = ["the cat sat on a mat", "the cat sat on the mat", "cat sat on the mat", "the bat sat on the mat today"]
    assert text.rover(said) == "the cat sat on the mat"
    assert text.rover(["Hello, world!", "hello world", "Hello, world"]) == "Hello, world"
    assert text.rover(["a b", "a b", "a x b"]) == "a b"
    assert text.rover(["", "", "a"]) == ""
    assert text.rover([]) == ""


def test_distance_equals_the_definition() -> None:
    assert text.distance("kitten", "sitting") == 3
    assert text.distance("", "abc") == 3
    assert text.error_rate([["a", "b"], ["c"]], [["a"], ["c", "d"]]) == pytest.approx(2 / 3)


def test_words_are_compared_without_case_and_punctuation() -> None:
    assert [text.plain(w) for w in text.words("“Don\u2019t” — STOP!")] == ["don't", "stop"]


phrases = st.lists(st.sampled_from("abcde"), max_size=6)


@given(phrases, phrases, phrases)
@settings(max_examples=80, deadline=None)
def test_distance_is_a_metric(a: list[str], b: list[str], c: list[str]) -> None:
    assert text.distance(a, b) == text.distance(b, a)
    assert text.distance(a, a) == 0
    assert text.distance(a, c) <= text.distance(a, b) + text.distance(b, c)
    slots = text.graph([a, b])
    assert [w for x, _ in slots if (w := x)] == a
    assert [w for _, x in slots if (w := x)] == b
    assert sum(x != y for x, y in slots) == text.distance(a, b)  # two answers are aligned with the fewest changes


@given(st.lists(phrases, min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_no_order_and_unanimity(answers: list[list[str]]) -> None:
    said = [" ".join(a) for a in answers]
    assert len({text.rover(order) for order in permutations(said)}) == 1
    assert text.rover([said[0]] * 3) == said[0]


def noisy(rng: random.Random, words: list[str], error: float) -> str:
    said = []
    for word in words:
        fate = rng.random()
        if fate < error / 3:
            continue
        said.append(rng.choice("xyzuvw") if fate < error else word)
        if rng.random() < error / 3:
            said.append(rng.choice("xyzuvw"))
    return " ".join(said)


def test_good_labelers_are_heard() -> None:
    rng = random.Random(3)  # noqa: S311 - repeatable
    truth = [[rng.choice("abcdefghijkl") for _ in range(15)] for _ in range(80)]
    rate = [0.03, 0.03, 0.3, 0.3, 0.45, 0.45]
    rows = [(t, w, noisy(rng, truth[t], rate[w])) for t in range(80) for w in rng.sample(range(6), 3)]
    task, who, said = ([r[i] for r in rows] for i in (0, 1, 2))
    found = text.estimate(task, who, said, tasks=81, labelers=7)  # type: ignore[arg-type]  # columns of mixed rows
    plain = [text.rover([s for u, _, s in rows if u == t]).split() for t in range(80)]
    ours = text.error_rate([one.split() for one in found.text[:80]], truth)
    assert ours < 0.8 * text.error_rate(plain, truth)
    assert found.text[80] == ""
    assert found.error[:2] == pytest.approx([0.03, 0.03], abs=0.02)
    assert found.error[4] > 0.3
    assert found.converged
    assert all(0 <= s <= 1 for s in found.support)


def test_bad_rows_are_named() -> None:
    with pytest.raises(ValueError, match="Row 1: there is no task 3"):
        text.estimate([0, 3], [0, 0], ["a", "b"], tasks=1, labelers=1)
    with pytest.raises(ValueError, match="too long to be aligned: 3000 x 3000"):
        text.rover(["a " * 3000, "b " * 3000])


def test_the_real_crowd() -> None:
    folder = Path(os.environ.get(CROWDS, "")) / "text_crowdspeech_dev_clean"
    if CROWDS not in os.environ or not folder.exists():
        pytest.skip(f"{CROWDS} names no folder with text_crowdspeech_dev_clean")
    with (folder / "labels.csv").open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if int(r["task"]) < 600]
    with (folder / "truth.csv").open(encoding="utf-8") as file:
        known = {int(r["task"]): r["label"].split() for r in csv.DictReader(file)}
    task, who = [int(r["task"]) for r in rows], [int(r["worker"][1:]) for r in rows]
    errors = []
    for rounds in (1, 20):
        found = text.estimate(task, who, [r["label"] for r in rows], tasks=600, labelers=748, iterations=rounds)
        said = [[text.plain(w) for w in text.words(one)] for one in found.text]
        errors.append(text.error_rate(said, [known[t] for t in range(600)]))
    assert errors[1] < 0.95 * errors[0] < 0.07
