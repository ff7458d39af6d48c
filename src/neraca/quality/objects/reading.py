"""A project's answers and objects as numbers, some 60 bytes an object, and the estimate that was made from them."""

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any
from uuid import UUID

import numpy as np

from neraca.kind import Objects
from neraca.measure import drawers, online
from neraca.measure.arrays import Floats, Ints

BOX = "box"
SLACK = 0.2  # what gold may teach to add to a confidence
LARGEST = 1e9  # pixels; no picture has more


@dataclass
class Given:
    """A project's answers and objects as they are read. The truth of gold is by labeler -1."""

    tasks: dict[UUID, int] = field(default_factory=dict)
    labelers: dict[UUID, int] = field(default_factory=dict)
    asked: "array[int]" = field(default_factory=lambda: array("q"))  # task, labeler of each answer
    active_ms: "array[int]" = field(default_factory=lambda: array("q"))
    rows: "array[int]" = field(default_factory=lambda: array("q"))  # task, labeler, class of each object
    boxes: "array[float]" = field(default_factory=lambda: array("d"))  # x, y, w, h
    sure: list[int] = field(default_factory=list)
    seen: int = 0

    def answer(self, row: Mapping[str, Any], objects: Objects, number: Mapping[str, int]) -> None:
        """Takes one answer in."""
        t = self.tasks.setdefault(row["task_id"], len(self.tasks))
        w = self.labelers.setdefault(row["labeler_id"], len(self.labelers))
        self.asked.extend((t, w))
        self.active_ms.append(row["active_ms"])
        self._draw(t, w, row["value"], objects, number)

    def know(self, row: Mapping[str, Any], objects: Objects, number: Mapping[str, int]) -> None:
        """Takes in what is known of a task; of one that nobody answered it says nothing."""
        t = self.tasks.get(row["task_id"])
        if t is not None:
            self.sure.append(t)
            self._draw(t, -1, row["answer"], objects, number)

    def _draw(self, t: int, w: int, value: Mapping[str, Any], objects: Objects, number: Mapping[str, int]) -> None:
        """A class that is gone has the number after the last."""
        for one in objects.drawn(value):
            if one.shape != BOX or not all(isfinite(x) and abs(x) < LARGEST for x in one.numbers):
                continue
            if one.numbers[2] > 0 and one.numbers[3] > 0:
                self.rows.extend((t, w, number.get(one.label, len(number))))
                self.boxes.extend(one.numbers)


@dataclass(frozen=True, slots=True)
class Learnt:
    """The estimate: its tables, and all that it was made from, as indices."""

    given: Given
    marks: drawers.Marks
    boxes: Floats
    asked: Ints
    table: drawers.Table
    classes: list[str]

    def near(self, target: float) -> list[UUID]:
        """Tasks that may reach a confidence by what is believed now: what is surely there, over all that may be."""
        size = len(self.given.tasks)
        of = np.zeros(len(self.table.there), dtype=np.int64)
        of[self.marks.group] = self.marks.task
        kept = self.table.there >= drawers.HELD
        right = np.bincount(of, weights=np.where(kept, self.table.there, 0.0), minlength=size)
        other = np.where(kept, 1.0 + self.table.missed, self.table.there)
        all_ = np.bincount(of, weights=other, minlength=size)
        reached = right >= (target - SLACK) * all_
        return [name for name, t in self.given.tasks.items() if reached[t]]


def beliefs(table: drawers.Table, classes: list[str]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What is kept of an estimate, of the project and of each labeler; `rules.crowd` reads it again."""
    named, people = table.classes, len(table.finds)
    pooled = named.pooled.tolist()
    common = {
        "odds": table.odds, "empty": table.empty, "finds": table.stranger[0], "invents": table.stranger[1],
        "classes": named.pool, "shapes": {BOX: {"noise": table.crowd_noise, "bias": 0.0}},
    }  # fmt: skip
    rows = [
        {
            "answers": int(table.answers[w]), "objects": _told(table, w),
            "confusion": online.rows(named.counts[w].tolist(), pooled) if pooled else [],
        }
        for w in range(people)
    ]  # fmt: skip
    return {"classes": classes, "pooled": pooled, "prior": named.prior.tolist(), "objects": common}, rows


def _told(table: drawers.Table, w: int) -> dict[str, Any]:
    """`finds` and `invents` decide; recall and precision, each with its interval, are for people."""

    def rate(one: drawers.Rate) -> list[float]:
        return [float(one.value[w]), float(one.low[w]), float(one.high[w])]

    return {
        "finds": float(table.finds[w]), "invents": float(table.invents[w]), "drawn": int(table.drawn[w]),
        "recall": rate(table.recall), "precision": rate(table.precision), "classes": float(table.classes.accuracy[w]),
        "classes_between": [float(table.classes.low[w]), float(table.classes.high[w])],
        "shapes": {BOX: {"noise": float(table.noise[w]), "bias": float(table.bias[w])}},
    }  # fmt: skip
