"""Simulated crowds that draw: who overlooks, invents, draws too wide, or carelessly."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from neraca.measure import boxes
from neraca.measure.objects import Found, Seen

S = TypeVar("S", bound=tuple[object, ...])


def of_boxes(
    seed: int, *, tasks: int = 60, labelers: int = 12, answers: int = 5, classes: int = 3
) -> tuple[list[Seen[boxes.Box]], list[tuple[int, int]], list[list[tuple[boxes.Box, int]]]]:
    """What was seen, who was asked, and the boxes with their classes that are there in each task."""
    rng = np.random.default_rng(seed)
    recall, right = rng.beta(8, 2, labelers), rng.beta(6, 2, labelers)
    wide, careless = rng.normal(0, 0.06, labelers), 0.05 * np.exp(rng.normal(0, 0.7, labelers))
    seen: list[Seen[boxes.Box]] = []
    asked, truth = [], []
    for t in range(tasks):
        there = apart(rng, int(rng.poisson(4)) + 1)
        truth.append([(b, int(rng.integers(classes))) for b in there])
        for w in (int(x) for x in rng.permutation(labelers)[:answers]):
            asked.append((t, w))
            for box, label in truth[-1]:
                if rng.random() < recall[w]:
                    said = label if rng.random() < right[w] else int(rng.integers(classes))
                    seen.append(Seen(t, w, said, moved(rng, box, float(wide[w]), float(careless[w]))))
            seen += [
                Seen(t, w, int(rng.integers(classes)), apart(rng, 1)[0])
                for _ in range(rng.poisson((1 - recall[w]) * 0.9))
            ]
    return seen, asked, truth


def apart(rng: np.random.Generator, count: int) -> list[boxes.Box]:
    found: list[boxes.Box] = []
    for _ in range(count * 20):
        w, h = (float(x) for x in rng.uniform(30, 120, 2))
        box = boxes.Box(float(rng.uniform(0, 800 - w)), float(rng.uniform(0, 600 - h)), w, h)
        if len(found) < count and all(boxes.iou(box, other) < 0.1 for other in found):
            found.append(box)
    return found


def moved(rng: np.random.Generator, box: boxes.Box, wide: float, careless: float) -> boxes.Box:
    size = (box.w * box.h) ** 0.5
    left, top, right, bottom = (float(x) for x in size * (wide + careless * rng.normal(size=4)))
    return boxes.Box(box.x - left, box.y - top, max(box.w + left + right, 3.0), max(box.h + top + bottom, 3.0))


def score(
    found: Sequence[Found[S]], truth: Sequence[Sequence[tuple[S, int]]], alike: Callable[[S, S], float], least: float
) -> tuple[float, float]:
    """F1 of things that are at least so much alike, and how much alike those are on average."""
    matched: list[float] = []
    for t, there in enumerate(truth):
        mine = [f for f in found if f.task == t]
        pairs = sorted(
            ((alike(f.shape, shape), i, j) for i, f in enumerate(mine) for j, (shape, _) in enumerate(there)),
            reverse=True,
        )
        used: tuple[set[int], set[int]] = (set(), set())
        for likeness, i, j in pairs:
            if likeness >= least and i not in used[0] and j not in used[1]:
                used[0].add(i)
                used[1].add(j)
                matched.append(likeness)
    total = len(found) + sum(len(there) for there in truth)
    return 2 * len(matched) / max(total, 1), float(np.mean(matched)) if matched else 0.0
