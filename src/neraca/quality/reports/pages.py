"""What the page of each labeler tells, made by an estimate in its process: one JSON value for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np

from neraca.measure import labelers, skills
from neraca.measure.arrays import Floats, Ints

CELLS = 400  # of a confusion, the largest
WORTH = 0.05  # expected answers from which one is told
LEAST = 0.5  # expected tasks of a class from which its rate is told


@dataclass(frozen=True, slots=True)
class Crowd:
    """A project's answers as indices, in the order of their events: n of `task`, `labeler`, `label`, `active_ms`, `at`.

    `at` is in seconds since 1970. `gold` T is the known class, -1 where there is none; `whole` tells whether there are
    so few classes that whole confusions are told.
    """

    tasks: Sequence[UUID]
    labelers: Sequence[UUID]
    classes: Sequence[str]
    task: Ints
    labeler: Ints
    label: Ints
    active_ms: Ints
    at: Ints
    gold: Ints
    found: skills.SkillTable
    whole: bool


Signs = Mapping[int, Sequence[Mapping[str, Any]]]


def pages(crowd: Crowd, held: Ints, signs: Signs, most: int) -> dict[UUID, dict[str, Any]]:
    """For the `most` labelers with most answers; `held` T is what verdicts say, `signs` the evidence by labeler."""
    answers = np.bincount(crowd.labeler, minlength=len(crowd.labelers))
    first = np.argsort(-answers, kind="stable")[:most]
    speed, work = _speeds(crowd), _stretches(crowd, held)
    confusions = _confusions(crowd, first) if crowd.whole else {}
    return {
        crowd.labelers[w]: {
            "answers": int(answers[w]), "speed": speed.get(w), "stretches": work.get(w, []),
            "evidence": list(signs.get(w, [])), **confusions.get(w, {"classes": [], "confusion": []}),
        }
        for w in first.tolist()
    }  # fmt: skip


def _confusions(crowd: Crowd, first: Ints) -> dict[int, dict[str, Any]]:
    counts = crowd.found.counts.dense()
    by = labelers.by_class(counts)
    told = {}
    for w in first.tolist():
        cells = np.argsort(-counts[w], axis=None, kind="stable")[:CELLS]
        told[w] = {
            "classes": [
                {
                    "class": crowd.classes[c], "answers": float(by.met[w, c]), "right": float(by.rate[w, c]),
                    "low": float(by.low[w, c]), "high": float(by.high[w, c]),
                }
                for c in np.flatnonzero(by.met[w] >= LEAST).tolist()
            ],
            "confusion": [
                {"truth": crowd.classes[c], "said": crowd.classes[said], "answers": float(counts[w, c, said])}
                for c, said in zip(*(at.tolist() for at in np.unravel_index(cells, counts[w].shape)), strict=True)
                if counts[w, c, said] >= WORTH
            ],
        }  # fmt: skip
    return told


def _speeds(crowd: Crowd) -> dict[int, dict[str, Any]]:
    """Answers that were entered without a time tell nothing of it."""
    timed = crowd.active_ms > 0
    who, took = crowd.labeler[timed], crowd.active_ms[timed] / 1000
    found = labelers.paces(who, took, labelers=len(crowd.labelers))
    if found is None:
        return {}
    middle, usual = medians(who, took, len(crowd.labelers)), float(np.median(took))
    edges, crowds = found.edges.tolist(), (found.crowd / found.crowd.sum()).tolist()
    return {
        w: {
            "median_seconds": median, "crowd_median_seconds": usual, "edges": edges,
            "answers": found.counts[w].tolist(), "crowd": crowds,
        }
        for w, median in middle.items()
    }  # fmt: skip


def medians(who: Ints, took: Floats, count: int) -> dict[int, float]:
    """The median of each labeler who has any."""
    order = np.lexsort((took, who))
    size = np.bincount(who, minlength=count)
    parts = np.split(took[order], np.cumsum(size)[:-1])
    return {w: float(np.median(part)) for w, part in enumerate(parts) if len(part)}


def _stretches(crowd: Crowd, held: Ints) -> dict[int, list[dict[str, Any]]]:
    found = labelers.stretches(crowd.task, crowd.labeler, crowd.label, held, crowd.gold, labelers=len(crowd.labelers))
    agree, right = _rates(found.agree, found.judged), _rates(found.right, found.known)
    first, last = crowd.at[found.first].tolist(), crowd.at[found.last].tolist()
    told: dict[int, list[dict[str, Any]]] = {}
    for n, w in enumerate(found.labeler.tolist()):
        told.setdefault(w, []).append(
            {
                "since": first[n], "until": last[n], "answers": int(found.answers[n]), "agree": agree[n],
                "gold": right[n],
            }
        )  # fmt: skip
    return told


def _rates(right: Ints, of: Ints) -> list[dict[str, Any] | None]:
    low, high = labelers.wilson(right.astype(np.float64), of.astype(np.float64))
    return [
        None if n == 0 else {"of": n, "right": hit, "low": below, "high": above}
        for hit, n, below, above in zip(right.tolist(), of.tolist(), low.tolist(), high.tolist(), strict=True)
    ]
