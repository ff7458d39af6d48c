"""The report of `neraca audit` as JSON values; loads NumPy, so only that command imports it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from neraca.cli import columns
from neraca.cli.speech import Refused
from neraca.measure import aggregate, replay, savings, skills, spam
from neraca.measure import report as quality
from neraca.measure.alpha import alpha
from neraca.measure.arrays import Bools, Floats, Ints

MANY = 200_000  # answers from which a fifth of the resamples is enough
CELLS = 50_000_000  # of the table of tasks and classes
CLASSES = 2_000
DOUBTS = 1_000  # rows in JSON
PAIRS = 100
LABELERS = 10_000
REPLAYED = 100_000  # answers over all random orders
LIKE = "labeler "  # how a screening calls a labeler in its sentences


def report(read: columns.Labels, known: Mapping[str, str]) -> dict[str, Any]:
    """Everything about one file. Raises Refused where nothing can be said."""
    names = sorted({*read.labels, *known.values()})
    k = len(names)
    if k > CLASSES or k * len(read.tasks) > CELLS:
        raise Refused(f"{read.name} has {k} different labels, too many to compare: are they classes?")
    place = {name: i for i, name in enumerate(names)}
    task, worker = np.asarray(read.task, dtype=np.int64), np.asarray(read.worker, dtype=np.int64)
    label = np.array([place[name] for name in read.labels])[np.asarray(read.label, dtype=np.int64)]
    gold = np.array([place[known[name]] if name in known else -1 for name in read.tasks])
    tasks, workers = len(read.tasks), len(read.workers)
    free = found = aggregate.estimate(task, worker, label, tasks=tasks, labelers=workers, classes=k)
    if (gold >= 0).any():
        found = aggregate.estimate(task, worker, label, tasks=tasks, labelers=workers, classes=k, gold=gold)
    votes = np.bincount(task * k + label, minlength=tasks * k).reshape(-1, k).astype(np.float64)
    held = quality.held_by_most(votes, found.posterior)
    unknown = np.where(gold < 0, held, -1)
    p_wrong = quality.wrong(found.posterior, unknown)
    return {
        "name": read.name, "answers": len(task), "repeated": read.repeated, "tasks": tasks,
        "workers": workers, "classes": k, "calibrated": found.calibrated,
        "agreement": _agreement(task, label), "gold": _on_gold(held, free.label, gold),
        "judged": int((unknown >= 0).sum()), "expected_wrong": float(p_wrong.sum()),
        "expected_wrong_apart": _apart(found, unknown),
        "doubtful": int((p_wrong >= quality.DOUBT).sum()),
        "doubts": _doubts(read, names, votes, found.posterior, unknown),
        "labelers": _labelers(read, task, worker, label, (votes.sum(axis=1) >= 2) | (gold >= 0), found),
        "labelers_left_out": max(workers - LABELERS, 0),
        **_screened(read, task, worker, label, gold, k),
        "confused": _confused(read, names, task, label, votes, found.posterior),
        "saving": _saving(names, task, worker, label, free.label),
    }  # fmt: skip


def _apart(found: aggregate.Aggregate, held: Ints) -> float | None:
    """How many labels would be wrong if workers erred each on their own; None where gold tells how they err."""
    return None if found.calibrated or found.apart is None else float(quality.wrong(found.apart, held).sum())


def _agreement(task: Ints, label: Ints) -> dict[str, Any] | None:
    if (np.bincount(task) < 2).all():
        return None
    got = alpha(task, label, resamples=1000 if len(task) <= MANY else 200)
    return {"alpha": got.alpha, "low": got.low, "high": got.high, "varied": got.varied, "compared": got.units}


def _on_gold(held: Ints, free: Ints, gold: Ints) -> dict[str, Any] | None:
    """How often the majority, and how often the verdict made without the gold, is right where the truth is known."""
    there = (gold >= 0) & (held >= 0)
    if not there.any():
        return None
    return {
        "tasks": int(there.sum()), "majority_right": int((held[there] == gold[there]).sum()),
        "right": int((free[there] == gold[there]).sum()),
    }  # fmt: skip


def _doubts(
    read: columns.Labels, names: list[str], votes: Floats, posterior: Floats, held: Ints
) -> list[dict[str, Any]]:
    return [
        {
            "task": read.tasks[one.task], "label": names[one.held], "wrong": one.wrong, "otherwise": names[one.better],
            "sure": one.sure, "answers": one.answers,
            "votes": {names[c]: int(votes[one.task, c]) for c in np.argsort(-votes[one.task], kind="stable")
                      if votes[one.task, c]},
        }
        for one in quality.doubts(votes, posterior, held, most=DOUBTS)
    ]  # fmt: skip


def _labelers(
    read: columns.Labels, task: Ints, worker: Ints, label: Ints, told: Bools, found: aggregate.Aggregate
) -> list[dict[str, Any]]:
    """Those with most answers first; `told` T: an answer that stands alone tells nothing, unless there is gold."""
    w = len(read.workers)
    use = told[task]
    right = np.bincount(worker[use], weights=found.posterior[task[use], label[use]], minlength=w).astype(np.float64)
    n = np.bincount(worker[use], minlength=w)
    pool = float(right.sum() / n.sum()) if n.any() else 0.5
    answers = np.bincount(worker, minlength=w)
    first = np.argsort(-answers, kind="stable")[:LABELERS]
    rate, low, high = skills.accuracies(right[first], n[first], pool)
    judged, off = quality.against(task[use], worker[use], label[use], found.label, labelers=w)
    return [
        {
            "worker": read.workers[i], "answers": int(answers[i]), "compared": int(n[i]), "accuracy": float(rate[at]),
            "low": float(low[at]), "high": float(high[at]),
            "against": int(off[i]) / int(judged[i]) if judged[i] else None,
        }
        for at, i in enumerate(first.tolist())
    ]  # fmt: skip


def _screened(read: columns.Labels, task: Ints, worker: Ints, label: Ints, gold: Ints, classes: int) -> dict[str, Any]:
    """Workers against whom something speaks, each with its sentences; on a sample where there is too much."""
    order = np.argsort(np.asarray(read.time), kind="stable") if read.time else np.arange(len(task))
    rows = order[quality.sample(task, classes=classes)[order]]
    there, who = np.unique(worker[rows], return_inverse=True)
    name = [read.workers[i] for i in there]
    found = spam.screen(
        task[rows], who, label[rows], tasks=len(read.tasks), labelers=len(there), classes=classes, gold=gold,
        ordered=bool(read.time), against=True,
    )  # fmt: skip
    suspects = [
        {
            "worker": name[one.labeler], "answers": one.answers,
            "evidence": [
                {"kind": e.kind, **_called(e.sentence, e.facts, name)} for e in one.evidence if e.against
            ],
        }
        for one in sorted(found, key=lambda one: (-one.answers, one.labeler)) if one.suspect
    ]  # fmt: skip
    return {"screened": len(rows), "suspects": suspects}


def _called(sentence: str, facts: Mapping[str, float | int | str], name: list[str]) -> dict[str, Any]:
    """A sentence and its facts, in which another labeler has the file's name and not a number."""
    other = facts.get("other")
    if not isinstance(other, str) or not other.startswith(LIKE):
        return {"sentence": sentence, "facts": dict(facts)}
    called = name[int(other.removeprefix(LIKE))]
    shown = f"{LIKE}{called[:40]!r}"
    return {"sentence": sentence.replace(other, shown, 1), "facts": {**facts, "other": called}}


def _confused(
    read: columns.Labels, names: list[str], task: Ints, label: Ints, votes: Floats, posterior: Floats
) -> list[dict[str, Any]]:
    return [
        {
            "left": names[one.left], "right": names[one.right], "left_as_right": one.left_as_right,
            "right_as_left": one.right_as_left, "share": one.share, "tasks": [read.tasks[t] for t in one.tasks],
        }
        for one in quality.confused(task, label, votes, posterior, most=PAIRS)
    ]  # fmt: skip


def _saving(names: list[str], task: Ints, worker: Ints, label: Ints, verdict: Ints) -> dict[str, Any] | None:
    """The recorded answers under the engine's own rule, in random orders; `same` against the verdict of them all."""
    found = savings.savings(task, worker, label, verdict, names, targets=[replay.TARGET], replayed=REPLAYED)
    return asdict(found[0]) if found else None
