"""Accuracy with and without features at 1, 2 and 3 answers a task, beside cleanlab's CROWDLAB.

The crowds of the folder come without their items, so the answers are simulated, about real items (scikit-learn's
digits and breast cancer) and drawn ones: 60 labelers, right with Beta(6, 3), a tenth of them guess, a fifth err towards
a class of their own. In sets named *hard* three tasks in ten are so: there everybody is right less often, and who errs
says what the item looks like by its neighbours - errors that features repeat.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from bench.quality import peer
from bench.quality.bars import Bar
from neraca.measure import aggregate, calibrate, features, logistic, majority
from neraca.measure.majority import Floats, Ints

DRAWS = 3
LABELERS = 60
NOTICED = 0.5  # points that features may cost
SETS = ("digits", "digits, hard", "cancer, hard", "drawn", "drawn, hard", "noise")


@dataclass(frozen=True, slots=True)
class World:
    """Items, their truth, and what a crowd said of them."""

    items: Floats
    truth: Ints
    classes: int
    task: Ints
    labeler: Ints
    label: Ints

    @property
    def answers(self) -> dict[str, Any]:
        return {
            "task": self.task, "labeler": self.labeler, "label": self.label, "tasks": len(self.truth),
            "labelers": LABELERS, "classes": self.classes,
        }  # fmt: skip

    def right(self, p: Floats) -> float:
        return 100 * majority.split_accuracy(p, self.truth)


def _items(name: str, rng: np.random.Generator) -> tuple[Floats, Ints, int]:
    if name in {"digits", "cancer"}:
        from sklearn import datasets  # noqa: PLC0415 - only where it is measured

        found = datasets.load_digits() if name == "digits" else datasets.load_breast_cancer()
        return np.asarray(found.data, dtype=np.float64), found.target.astype(np.int64), len(found.target_names)
    truth = rng.integers(0, 4, 1500)
    apart = 0.4 if name == "drawn" else 0.0
    return apart * rng.normal(size=(4, 16))[truth] + rng.normal(size=(1500, 16)), truth, 4


def world(name: str, each: int, seed: int) -> World:
    """A set with `each` answers a task."""
    rng = np.random.default_rng(seed)
    items, truth, k = _items(name.partition(",")[0], rng)
    n = len(truth)
    skill = np.maximum(rng.beta(6, 3, LABELERS), 1 / k)
    skill[rng.random(LABELERS) < 0.1] = 1 / k
    leans, towards = rng.random(LABELERS) < 0.2, rng.integers(0, k, LABELERS)
    hard = rng.random(n) < (0.3 if name.endswith("hard") else 0.0)
    task = np.repeat(np.arange(n), each)
    labeler = np.concatenate([rng.choice(LABELERS, each, replace=False) for _ in range(n)])
    rate = np.where(hard[task], np.maximum(skill[labeler] - 0.35, 0.1), skill[labeler])
    error = np.where(hard[task], _alike(items, truth, k)[task], (truth[task] + rng.integers(1, k, len(task))) % k)
    wrong = np.where(leans[labeler], towards[labeler], error)
    label = np.where(rng.random(len(task)) < rate, truth[task], wrong)
    return World(items, truth, k, task, labeler, label.astype(np.int64))


def _alike(items: Floats, truth: Ints, k: int) -> Ints:
    """The other class that most of the 25 nearest items are."""
    z = logistic.columns(items)
    near = np.argsort(np.square(z).sum(axis=1)[None, :] - 2 * z @ z.T, axis=1)[:, 1:26]
    votes = np.stack([(truth[near] == c).sum(axis=1) for c in range(k)], axis=1)
    votes[np.arange(len(truth)), truth] = -1
    likest: Ints = votes.argmax(axis=1)
    return likest


def _crowdlab(interpreter: str, one: World) -> float:
    """Cleanlab's consensus after two rounds, from the same out-of-fold classifier; NaN where it has none."""
    z, everyone = logistic.columns(one.items), np.ones(len(one.truth), dtype=np.bool_)
    y = majority.shares(one.task, one.label, tasks=len(one.truth), classes=one.classes)
    answer: dict[str, Any] = {}
    for _ in range(2):
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder) / "crowd.npz")
            np.savez(path, task=one.task, labeler=one.labeler, label=one.label, q=features.unseen(z, y, everyone, 10.0))
            answer = peer.ask(interpreter, {"crowdlab": path})
        if "labels" not in answer:
            return float("nan")
        y = np.eye(one.classes)[answer["labels"]]
    return one.right(y)


def bars() -> Iterator[Bar]:
    """Each set at 1, 2 and 3 answers a task."""
    interpreter = peer.python("cleanlab")
    for name in SETS:
        for each in (1, 2, 3):
            with_, without, votes, theirs, errors = [], [], [], [], []
            for seed in range(DRAWS):
                one = world(name, each, seed)
                found = features.estimate(**one.answers, features=one.items).found
                with_.append(one.right(found.posterior))
                errors.append(calibrate.expected_error(found.posterior, one.truth))
                without.append(one.right(aggregate.estimate(**one.answers).posterior))
                shares = majority.shares(one.task, one.label, tasks=len(one.truth), classes=one.classes)
                votes.append(one.right(shares))
                theirs.append(_crowdlab(interpreter, one) if interpreter else float("nan"))
            peers = "" if np.isnan(theirs).any() else f", CROWDLAB {fmean(theirs):.1f}"
            yield Bar(
                f"features: {name}, {each} {'answer' if each == 1 else 'answers'} a task", fmean(with_), "%",
                least=fmean(without) - NOTICED,
                peer=f"without {fmean(without):.1f}, majority {fmean(votes):.1f}{peers};"
                f" calibration error {fmean(errors):.3f}",
            )  # fmt: skip
