"""Copies of a labeler: how often honest crowds have any, and what it is worth to count them once."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench.measures.real import CATEGORICAL, numbered, table
from neraca.measure import aggregate, copies
from neraca.measure.answers import Answers, read
from neraca.measure.majority import Floats, Ints

HONEST = 40  # crowds of each sort
SIZES = ((400, 30, 3, 5), (400, 12, 2, 3), (1000, 20, 2, 8), (300, 60, 5, 10))
SORTS = ("careful", "weak", "easy", "half guess", "misled", "two schools", "five see more")
WEAK = 5  # labelers of a crowd who are copied, one after the other
TIMES = (2, 4, 9)


def honest() -> Iterator[str]:
    """Markdown: in how many crowds without copies some are found."""
    yield "| honest crowd | with a finding | of |"
    yield "|---|--:|--:|"
    for sort in SORTS:
        found = [
            copies.among(_crowd(seed, sort, *size), np.full(size[0], -1)).any
            for size in SIZES
            for seed in range(HONEST // len(SIZES))
        ]
        yield f"| {sort} | {sum(found)} | {len(found)} |"


def _crowd(seed: int, sort: str, tasks: int, labelers: int, classes: int, each: int) -> Answers:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, classes, tasks)
    right = rng.beta(5, 4, labelers) if sort == "weak" else rng.beta(9, 2, labelers)
    who = np.arange(labelers)
    if sort == "easy":
        right[:] = 0.985
    if sort == "half guess":
        right[who % 2 == 1] = 1 / classes
    seeing = {"misled": who < 0, "two schools": who % 2 == 1, "five see more": who < 5}
    if sort == "five see more":
        right = np.where(who < 5, 0.97, 0.8)
    task = np.repeat(np.arange(tasks), each)
    labeler = np.concatenate([rng.permutation(labelers)[:each] for _ in range(tasks)])
    label = np.where(
        rng.random(len(task)) < right[labeler], truth[task],
        (truth[task] + rng.integers(1, classes, len(task))) % classes,
    )  # fmt: skip
    if sort in seeing:  # of others seven in ten fall for some tasks, all in the same way
        odd = (rng.random(tasks) < 0.15)[task] & ~seeing[sort][labeler] & (rng.random(len(task)) < 0.7)
        label = np.where(odd, (truth[task] + 1) % classes, label)
    return read(task, labeler, label, tasks=tasks, labelers=labelers, classes=classes)


def real(folder: Path) -> Iterator[str]:
    """Markdown: how right the default is on real crowds, each copy a labeler, and counted once."""
    yield "| crowd | found | right | " + " | ".join(f"{n} copies: each, as one" for n in TIMES) + " |"
    yield "|---|--:|--:|" + "--:|" * len(TIMES)
    for name in CATEGORICAL:
        if not (folder / name).exists():
            continue
        rows = table(folder / name / "labels.csv")
        task, tasks = numbered([r["task"] for r in rows])
        who, people = numbered([r["worker"] for r in rows])
        said, classes = numbered([r["label"] for r in rows])
        known = {r["task"]: r["label"] for r in table(folder / name / "truth.csv")}
        truth = np.array([classes.index(known[t]) if known.get(t) in classes else -1 for t in tasks])
        given = read(task, who, said, tasks=len(tasks), labelers=len(people), classes=len(classes))
        free = np.full(len(tasks), -1)
        found = copies.among(given, free)
        told = [f"{100 * _right(given, truth, found):.1f}"]
        for times in TIMES:
            both = np.array([_copied(given, truth, one, times) for one in _weak(given, truth)])
            told.append(", ".join(f"{100 * one:.1f}" for one in both.mean(axis=0).tolist()))
        yield f"| {name} | {len(found.pairs)} | {' | '.join(told)} |"


def _right(given: Answers, truth: Ints, copied: copies.Copies | None) -> float:
    got = aggregate.of(given, np.full(given.tasks, -1), copied)
    return float((got.label == truth)[truth >= 0].mean())


def _weak(given: Answers, truth: Ints) -> list[int]:
    """Of the third with most answers those who are least often right."""
    who, said = given.owner[given.pair], given.said[given.pair]
    scored = truth[given.task] >= 0
    right = np.bincount(who[scored], weights=(said == truth[given.task])[scored], minlength=given.labelers)
    share: Floats = right / np.maximum(np.bincount(who[scored], minlength=given.labelers), 1)
    often = np.argsort(-given.given, kind="stable")[: max(6, given.labelers // 3)]
    return [int(w) for w in often[np.argsort(share[often], kind="stable")[:WEAK]]]


def _copied(given: Answers, truth: Ints, who: int, times: int) -> tuple[float, float]:
    """With so many more accounts that say what `who` says: each counted, and as one where that is found."""
    labeler, label = given.owner[given.pair], given.said[given.pair]
    own = np.flatnonzero(labeler == who)
    more = read(
        np.concatenate([given.task, *([given.task[own]] * times)]),
        np.concatenate([labeler, *(np.full(len(own), given.labelers + n) for n in range(times))]),
        np.concatenate([label, *([label[own]] * times)]),
        tasks=given.tasks, labelers=given.labelers + times, classes=given.classes,
    )  # fmt: skip
    return _right(more, truth, copies.none(more.labelers)), _right(more, truth, None)
