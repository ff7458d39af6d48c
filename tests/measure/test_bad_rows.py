"""Rows that nobody can mean, in every method that takes indices: the row is named, and memory is left alone."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from neraca.measure import (
    agreement,
    alpha,
    copies,
    dawid_skene,
    existence,
    expect,
    multilabel,
    objects,
    ordinal,
    sequences,
    skills,
    spam,
    suggestions,
    text,
    tree,
)
from neraca.measure.objects import Seen

T, W, K = 20, 6, 3
SIZES: dict[str, Any] = {"tasks": T, "labelers": W, "classes": K}
ALL = (0, 1, 2)  # task, labeler, class
Run = Callable[[Any, Any, Any], object]
POINT = objects.point_geometry(5.0)
TREE = tree.tree([-1, 0, 0])
METHODS: dict[str, tuple[tuple[int, ...], Run]] = {
    "dawid-skene": (ALL, lambda t, w, v: dawid_skene.estimate(t, w, v, **SIZES)),
    "skills": (ALL, lambda t, w, v: skills.estimate(t, w, v, **SIZES)),
    "copies": (ALL, lambda t, w, v: copies.find(t, w, v, **SIZES)),
    "spam": (ALL, lambda t, w, v: spam.screen(t, w, v, **SIZES)),
    "ordinal": (ALL, lambda t, w, v: ordinal.estimate(t, w, v, **SIZES)),
    "suggestions": (ALL, lambda t, w, v: suggestions.estimate(t, w, v, np.full(np.size(t), -1), **SIZES)),
    "tree": (ALL, lambda t, w, v: tree.estimate(TREE, t, w, v, tasks=T, labelers=W)),
    "sequences": (ALL, lambda t, w, v: sequences.estimate(t, w, v, lengths=[T], labelers=W, classes=K)),
    "existence": (
        (0, 1), lambda t, w, v: existence.estimate(t, w, np.asarray(v) % 2, candidates=T, labelers=W)
    ),
    "alpha": ((0,), lambda t, _, v: alpha.alpha(t, v, resamples=0)),
    "by class": ((0, 2), lambda t, _, v: agreement.by_class(t, v, classes=K, resamples=0)),
    "by labeler": ((0, 1), lambda t, w, v: agreement.by_labeler(t, w, v, labelers=W)),
    "over time": ((0,), lambda t, _, v: agreement.over_time(t, v, np.arange(np.size(t)), resamples=0)),
}  # fmt: skip


def rows() -> list[Any]:
    rng = np.random.default_rng(0)
    return [rng.integers(0, size, 60) for size in (T, W, K)]


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e308, 0.5, -1.0, -(2**62), 2**63])
def test_the_row_is_named(name: str, value: float) -> None:
    columns, run = METHODS[name]
    for column in columns:
        given = rows()
        given[column] = np.array([*given[column][:59].tolist(), value])
        with pytest.raises(ValueError, match="Row 59: "):
            run(*given)


@pytest.mark.parametrize("name", METHODS)
def test_whole_numbers_may_be_floats_and_words_may_not(name: str) -> None:
    columns, run = METHODS[name]
    t, w, v = rows()
    run(t.astype(np.float32), w.astype(np.uint8), v.astype(np.float64))
    for column in columns:
        given = rows()
        given[column] = np.array(["cat"] * 60)
        with pytest.raises(ValueError, match="is a whole number, not <U3"):
            run(*given)


@pytest.mark.parametrize("name", METHODS)
def test_vectors_are_of_one_length_and_one_dimension(name: str) -> None:
    columns, run = METHODS[name]
    t, w, v = rows()
    with pytest.raises(ValueError, match=r"one length|one task, labeler and class for each answer"):
        run(t, w[:-1] if 1 in columns else w, v if 1 in columns else v[:-1])
    with pytest.raises(ValueError, match=r"in one vector|one task, labeler and class for each answer"):
        run(t.reshape(2, 30), w, v)


def test_the_largest_task_that_there_may_be_is_one_of_others() -> None:
    task = np.array([0, 0, 2**62 - 1, 2**62 - 1])
    (one,) = agreement.by_class(task, [1, 1, 1, 1], classes=2, resamples=0)
    assert one.alpha.alpha == 1.0
    assert len(agreement.by_labeler(task, [0, 1, 0, 1], [1, 1, 2, 1], labelers=2)) == 2


@pytest.mark.parametrize("engine", ["numpy", "numba"])
def test_both_engines_refuse_the_same(engine: dawid_skene.Engine) -> None:
    if engine == "numba":
        pytest.importorskip("numba", reason="numba is not installed")
    t, w, v = rows()
    wrong: list[tuple[Any, Any, Any, dict[str, Any], str]] = [
        (t, w[:-1], v, SIZES, "there are 60, 59, 60"), (t.reshape(2, 30), w, v, SIZES, "Give one task"),
        (t, w, v, {**SIZES, "classes": 2}, "there is no class 2; there are 2"),
        (t, w, v, {**SIZES, "tasks": -1}, "There cannot be -1 tasks"),
        (t, w, v, {**SIZES, "classes": 0}, "at least one class"),
    ]  # fmt: skip
    for task, labeler, label, sizes, told in wrong:
        with pytest.raises(ValueError, match=told):
            dawid_skene.estimate(task, labeler, label, engine=engine, **sizes)
    none = dawid_skene.estimate([], [], [], engine=engine, **SIZES)
    assert (none.label == -1).all()
    assert np.isfinite(none.posterior).all()


@pytest.mark.parametrize("gold", [[float("nan")] * T, [7] * T, [0], ["cat"] * T])
def test_gold_that_is_none_is_told(gold: list[Any]) -> None:
    for run in (spam.screen, ordinal.estimate, copies.find, skills.estimate):
        with pytest.raises(ValueError, match="Gold"):
            run(*rows(), gold=gold, **SIZES)


def test_what_is_no_tree_shape_text_or_number_is_told() -> None:
    nan = float("nan")
    nowhere: list[Seen[tuple[float, ...]]] = [Seen(0, 0, 0, (nan, 1.0))]
    number: Any = 5
    half: Any = 0.5
    box: Any = (0.0, 0.0, 1.0, 1.0)  # no Box
    for run, told in (
        (lambda: tree.tree([-1, nan]), "Node 1: there is no such parent"),
        (lambda: tree.tree([-1, 1e300]), "Node 1: there is no such parent"),
        (lambda: tree.tree(["root"]), "one root"),
        (lambda: multilabel.estimate([0], [0], np.zeros((1, 0)), tasks=1, labelers=1), "at least one label"),
        (lambda: text.estimate([0], [0], [number], tasks=1, labelers=1), "Row 0: a text is a string, not int"),
        (lambda: sequences.estimate([], [], [], lengths=[half], labelers=0, classes=2), "Row 0: a length is a whole"),
        (lambda: sequences.estimate([], [], [], lengths=[2, -1], labelers=0, classes=2), "Document 1 has"),
        (lambda: expect.of_accuracies(3, [(9, 0.8), (9, nan)], pilot=expect.Pilot(9)), "Labeler 1"),
        (lambda: expect.of_accuracies(3, [(nan, 0.8)], pilot=expect.Pilot(9)), "Labeler 0"),
        (lambda: objects.estimate([Seen(0, 0, 0, box)], [(0, 0)], objects.BOX, tasks=1, labelers=1), "Row 0: "),
        (lambda: objects.by_votes(nowhere, [(0, 0)], POINT, tasks=1), "Row 0: "),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=told):
            run()


def test_nobody_who_answered_leans_on_suggestions_that_there_are_none_of() -> None:
    found = suggestions.estimate([], [], [], [], tasks=0, labelers=2, classes=2)
    assert np.isfinite(found.skills.prior).all()
    assert np.isfinite(found.leaning).all()
    assert not found.shown.any()
