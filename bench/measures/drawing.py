"""A crowd that draws boxes: overlooks, invents, mixes up, draws too wide and shakes. The first two are careless."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from neraca.measure import box_groups, boxes, drawers, objects
from neraca.measure.arrays import Bools, Floats, Ints
from neraca.measure.boxes import Box

MISLEADS = 0.3


@dataclass(frozen=True, slots=True)
class Crowd:
    """n boxes with who drew them; asked A x 2 (task, labeler); truth: boxes m x 4 and classes of each task.

    Of each labeler: finds and knows are shares, invents objects a task, shakes and wide in units of the size.
    """

    task: Ints
    labeler: Ints
    label: Ints
    edges: Floats
    asked: Ints
    truth: list[tuple[Floats, Ints]]
    labelers: int
    classes: int
    finds: Floats
    invents: Floats
    knows: Floats
    shakes: Floats
    wide: Floats

    def marks(self) -> drawers.Marks:
        """As the estimate takes them."""
        group = box_groups.groups(self.task, self.labeler, self.label, self.edges)
        return drawers.Marks(self.task, self.labeler, self.label, group, box_groups.outside(group, self.edges))

    def with_gold(self) -> "Crowd":
        """With the truth as one more labeler."""
        extra = [(t, c, *b) for t, (there, names) in enumerate(self.truth) for b, c in zip(there, names, strict=True)]
        rows = np.array(extra, dtype=np.float64).reshape(-1, 6)
        task = np.concatenate([self.task, rows[:, 0].astype(np.int64)])
        who = np.concatenate([self.labeler, np.full(len(rows), self.labelers)])
        order = np.lexsort((who, task))
        return replace(
            self, task=task[order], labeler=who[order],
            label=np.concatenate([self.label, rows[:, 1].astype(np.int64)])[order],
            edges=np.concatenate([self.edges, rows[:, 2:]])[order],
        )  # fmt: skip


def crowd(
    seed: int, *, tasks: int = 300, labelers: int = 12, answers: int = 5, classes: int = 3, things: float = 5,
    side: float = 1000.0, unlike: float = 0.0,
) -> Crowd:  # fmt: skip
    """`answers` labelers at random for every task, which has `things` things on average, on a square picture.

    With `unlike` > 0 errors go together: some things are hard to see for everybody (a normal shift of the log odds of
    being found with that standard deviation), and half as many places a picture mislead each labeler with 30 %.
    """
    rng = np.random.default_rng(seed)
    finds, invents = np.clip(rng.beta(14, 2, labelers), 0.1, 0.99), rng.gamma(1, 0.25, labelers)
    knows, shakes = rng.beta(14, 1.5, labelers), np.exp(rng.normal(-3.0, 0.5, labelers))
    wide = rng.normal(0, 0.04, labelers)
    finds[:2], invents[:2], knows[:2], shakes[:2] = (0.45, 0.55), (3.0, 2.0), 0.5, 0.2
    wide -= wide.mean()
    parts: list[Floats] = []
    asked, truth = [], []
    for t in range(tasks):
        there = _shapes(rng, int(rng.poisson(things)), side)
        names = rng.integers(0, classes, len(there))
        truth.append((there, names))
        clear = rng.normal(0, unlike, len(there)) if unlike else np.zeros(len(there))
        lures = _shapes(rng, int(rng.poisson(unlike / 2)), side) if unlike else there[:0]
        lured = rng.integers(0, classes, len(lures))
        for w in np.sort(rng.permutation(labelers)[:answers]):
            asked.append((t, int(w)))
            kept = rng.random(len(there)) < finds[w] / (finds[w] + (1 - finds[w]) * np.exp(-clear))
            drawn = _drawn(rng, there[kept], float(shakes[w]), float(wide[w]), side)
            said = np.where(rng.random(len(drawn)) < knows[w], names[kept], rng.integers(0, classes, len(drawn)))
            made = _shapes(rng, int(rng.poisson(invents[w])), side)
            label = np.concatenate([said, rng.integers(0, classes, len(made))])
            edges = np.concatenate([drawn, made])
            if unlike:
                bit = rng.random(len(lures)) < MISLEADS
                edges = np.concatenate([edges, _drawn(rng, lures[bit], float(shakes[w]), float(wide[w]), side)])
                label = np.concatenate([label, lured[bit]])
            parts.append(np.column_stack([np.full(len(edges), t), np.full(len(edges), w), label, edges]))
    rows = np.concatenate(parts)
    task, labeler, label = (rows[:, k].astype(np.int64) for k in range(3))
    return Crowd(
        task=task, labeler=labeler, label=label, edges=rows[:, 3:], asked=np.array(asked), truth=truth,
        labelers=labelers, classes=classes, finds=finds, invents=invents, knows=knows, shakes=shakes, wide=wide,
    )  # fmt: skip


def _shapes(rng: np.random.Generator, n: int, side: float) -> Floats:
    size = rng.uniform(0.03, 0.15, (n, 2)) * side
    return np.concatenate([rng.uniform(0, 1, (n, 2)) * (side - size), size], axis=1)


def _drawn(rng: np.random.Generator, there: Floats, shakes: float, wide: float, side: float) -> Floats:
    """Inside the picture, and never flat."""
    off = np.sqrt(there[:, 2] * there[:, 3])[:, None] * (rng.normal(0, shakes, (len(there), 4)) + wide)
    left, top = np.clip(there[:, 0] - off[:, 0], 0, side - 2), np.clip(there[:, 1] - off[:, 1], 0, side - 2)
    right = np.clip(there[:, 0] + there[:, 2] + off[:, 2], left + 1, side)
    bottom = np.clip(there[:, 1] + there[:, 3] + off[:, 3], top + 1, side)
    return np.column_stack([left, top, right - left, bottom - top])


def found(crowd: Crowd, labeler: int) -> Bools:
    """Which of the things that they could see a labeler drew, by an IoU of a half."""
    seen: list[bool] = []
    for t, w in crowd.asked.tolist():
        if w == labeler:
            there = [Box(*b) for b in crowd.truth[t][0].tolist()]
            mine = crowd.edges[(crowd.task == t) & (crowd.labeler == w)]
            met = {p.right for p in boxes.match([Box(*b) for b in mine.tolist()], there, boxes.SAME)}
            seen += [i in met for i in range(len(there))]
    return np.array(seen, dtype=np.bool_)


Objects = list[dict[str, Any]]


def names(crowd: Crowd) -> list[str]:
    """The class ids of an `image` project."""
    return [f"class-{c}" for c in range(crowd.classes)]


def drawn(crowd: Crowd, task: int, labeler: int) -> Objects:
    """What this labeler draws on this task, as an answer has it."""
    rows = np.flatnonzero((crowd.task == task) & (crowd.labeler == labeler))
    return [
        {"class": f"class-{crowd.label[i]}", "shape": "box", "box": Box(*crowd.edges[i].tolist())._asdict()}
        for i in rows
    ]  # fmt: skip


def things(crowd: Crowd, task: int) -> Objects:
    """What is there, as an answer has it."""
    return [
        {"class": f"class-{c}", "shape": "box", "box": Box(*b)._asdict()}
        for b, c in zip(crowd.truth[task][0].tolist(), crowd.truth[task][1].tolist(), strict=True)
    ]


def majority(crowd: Crowd, answers: Mapping[int, Mapping[int, Objects]]) -> dict[int, Objects]:
    """What more than half of those asked drew, in the middle, of the class of most; by task."""
    place = {t: i for i, t in enumerate(answers)}
    number = {name: c for c, name in enumerate(names(crowd))}
    seen = [
        objects.Seen(place[t], w, number[o["class"]], Box(**o["box"]))
        for t, said in answers.items() for w, drew in said.items() for o in drew
    ]  # fmt: skip
    asked = [(place[t], w) for t, said in answers.items() for w in said]
    found: dict[int, Objects] = {t: [] for t in answers}
    tasks = list(answers)
    for one in objects.by_votes(seen, asked, objects.BOX, tasks=len(tasks)):
        found[tasks[one.task]].append(
            {"class": f"class-{one.label}", "shape": "box", "box": one.shape._asdict()}
        )  # fmt: skip
    return found


def right(crowd: Crowd, task: int, said: Objects, least: float) -> int:
    """How many of the objects overlap a thing of their class by at least `least`."""
    there, labels = crowd.truth[task]
    pairs = boxes.match([Box(**o["box"]) for o in said], [Box(*b) for b in there.tolist()], least)
    return sum(said[p.left]["class"] == f"class-{labels[p.right]}" for p in pairs)


def f1(crowd: Crowd, found: Mapping[int, Objects], least: float) -> float:
    """F1 over these tasks, of objects of the right class that overlap by at least `least`."""
    good = sum(right(crowd, t, said, least) for t, said in found.items())
    total = sum(len(said) + len(crowd.truth[t][0]) for t, said in found.items())
    return 2 * good / max(total, 1)


def single(crowd: Crowd, answers: Mapping[int, Mapping[int, Objects]], least: float) -> float:
    """F1 of the best labeler, chosen with the truth, on the tasks that they answered."""
    return max(
        f1(crowd, {t: said[w] for t, said in answers.items() if w in said}, least)
        for w in {w for said in answers.values() for w in said}
    )


def share(crowd: Crowd, task: int, said: Objects) -> float:
    """What a verdict's confidence is about: right objects, of its own and of those that it lacks."""
    good = right(crowd, task, said, boxes.SAME)
    all_ = len(said) + len(crowd.truth[task][0]) - good
    return good / all_ if all_ else 1.0
