"""What every kind obeys, tested once for all: over its examples and over random subsets of them."""

import json
import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neraca import kinds
from neraca.kind import NOBODY, Crowd, Flaw, Kind, Vote, check
from neraca.measure.belief import Drawer, Hand

FOLDER = Path(kinds.__file__).parent


def examples(kind: Kind) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / kind.id / "examples" / "answers.json").read_text("utf-8"))
    return found


def flaws(kind: Kind, answer: object, shown: dict[str, Any]) -> list[Flaw]:
    config, wrong = check(kind.config, shown["config"])
    assert wrong == []
    params, wrong = check(kind.params, shown["params"])
    assert wrong == []
    model, wrong = check(kind.answer, answer)
    return wrong if model is None else kind.flaws(model, params, config)


every = pytest.mark.parametrize("kind", kinds.all(), ids=lambda kind: kind.id)


@every
def test_configuration_and_parameters_have_no_flaw(kind: Kind) -> None:
    shown = examples(kind)
    config, _ = check(kind.config, shown["config"])
    params, _ = check(kind.params, shown["params"])
    assert kind.config_flaws(config) == []
    assert kind.params_flaws(params, config) == []


@every
def test_valid_answers_have_no_flaw_and_are_stored_as_given(kind: Kind) -> None:
    shown = examples(kind)
    for answer in shown["valid"]:
        assert flaws(kind, answer, shown) == []
        model, _ = check(kind.answer, answer)
        assert model is not None
        assert model.model_dump(mode="json", exclude_none=True) == answer


@every
def test_flawed_answers_have_exactly_their_flaws(kind: Kind) -> None:
    shown = examples(kind)
    for case in shown["flawed"]:
        found = [[f.code, f.pointer] for f in flaws(kind, case["answer"], shown)]
        assert found == case["flaws"]


@every
def test_distance_is_a_symmetric_share(kind: Kind) -> None:
    shown = examples(kind)
    for left in shown["valid"]:
        assert kind.distance(left, left, shown["config"]) == 0
        for right in shown["valid"]:
            d = kind.distance(left, right, shown["config"])
            assert 0 <= d <= 1
            assert d == kind.distance(right, left, shown["config"])


CROWDS = (
    NOBODY,
    Crowd(stranger=Drawer(recall=0.9, invents=0.02, hands={"box": Hand(0.05, 0.1)}), odds=0.2, empty=0.1, learnt=True),
    Crowd(stranger=Drawer(recall=0.3, invents=0.3, weight=0.4, accuracy=0.6), odds=1e-3, empty=0.9, learnt=True),
)


@every
@pytest.mark.parametrize("crowd", CROWDS, ids=["nobody known", "careful", "careless"])
def test_merging_one_answer_or_the_same_one_gives_it_back(kind: Kind, crowd: Crowd) -> None:
    shown = examples(kind)
    for answer in shown["valid"]:
        for n in (1, 2, 5):
            votes = [Vote(answer, f"labeler-{i}", f"answer-{i}") for i in range(n)]
            agreed = kind.agree(votes, shown["config"], crowd)
            assert kind.merge(agreed, shown["config"]) == answer
            assert 0 <= kind.confidence(agreed) <= 1


@every
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_order_makes_no_difference(kind: Kind, data: st.DataObject) -> None:
    shown = examples(kind)
    chosen = data.draw(st.lists(st.sampled_from(shown["valid"]), min_size=1, max_size=5))
    votes = [Vote(answer, f"labeler-{i}", f"answer-{i}") for i, answer in enumerate(chosen)]
    mixed = data.draw(st.permutations(votes))
    config = shown["config"]
    assert kind.judgments(votes, config) == kind.judgments(mixed, config)
    for crowd in (NOBODY, unlike(data.draw(st.integers(0, 9)))):
        agreed = kind.agree(votes, config, crowd)
        assert agreed == kind.agree(mixed, config, crowd)
        assert all(0 <= a.confidence <= 1 for a in agreed)
        assert 0 <= kind.confidence(agreed) <= 1
        assert flaws(kind, kind.merge(agreed, config), shown) == []


def unlike(seed: int) -> Crowd:
    """Labelers of all sorts."""
    dice = random.Random(seed)  # noqa: S311 - a seed, no secret
    drawers = {
        f"labeler-{i}": Drawer(
            recall=dice.uniform(0.2, 0.99), invents=dice.uniform(0.01, 0.4), weight=dice.random(),
            accuracy=dice.uniform(0.3, 1), hands={"box": Hand(dice.uniform(0.01, 0.5), dice.uniform(-0.5, 0.5))},
        )
        for i in range(5)
    }  # fmt: skip
    return Crowd(drawers=drawers, odds=dice.uniform(0.01, 10), empty=dice.uniform(0.01, 0.99), learnt=True)


@every
def test_lossless_formats_read_what_they_write(kind: Kind) -> None:
    shown = examples(kind)
    rows = [{"id": f"t{i}", "params": shown["params"], "answer": a} for i, a in enumerate(shown["valid"])]
    for form in kind.formats.values():
        if form.lossless:
            assert list(form.read("".join(form.write(rows, shown["config"])), shown["config"])) == rows


@every
def test_old_answers_upgrade(kind: Kind) -> None:
    shown = examples(kind)
    for old in shown["old"]:
        assert flaws(kind, kind.upgrade(old["answer"], old["version"]), shown) == []
    with pytest.raises(ValueError, match="no version"):
        kind.upgrade({}, kind.version + 1)


def test_kinds_are_found_by_their_folder() -> None:
    ids = [kind.id for kind in kinds.all()]
    assert {"choice", "image"} <= set(ids)
    assert all(a < b for a, b in pairwise(ids))
    assert kinds.get("nothing") is None
