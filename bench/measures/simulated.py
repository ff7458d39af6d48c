"""Simulated crowds with a known truth: means over `SEEDS` crowds."""

from collections.abc import Callable, Sequence
from math import cos, pi, sin

import numpy as np

from bench.measures import crowds
from bench.measures.table import Row
from neraca.measure import (
    area,
    boxes,
    cuboids,
    lines,
    masks,
    multilabel,
    numeric,
    objects,
    ordinal,
    pairwise,
    polygons,
    rankings,
    sequences,
    spans,
    staple,
    text,
    tree,
)  # fmt: skip
from neraca.measure.arrays import Bools, Floats, Ints
from neraca.measure.objects import Found, Geometry, Seen

SEEDS = 5
Three = tuple[float | None, float, float]  # single, majority, ours


def mean(what: str, figure: str, of: Callable[[int], Three], *, higher: bool = True, seeds: int = SEEDS) -> Row:
    """The row of a crowd, averaged over seeds."""
    found = [of(seed) for seed in range(seeds)]
    singles = [f[0] for f in found if f[0] is not None]
    return Row(
        what, figure, higher, float(np.mean(singles)) if singles else None, float(np.mean([f[1] for f in found])),
        float(np.mean([f[2] for f in found])),
    )  # fmt: skip


def design(rng: np.random.Generator, tasks: int, labelers: int, answers: int) -> tuple[Ints, Ints]:
    """Who answers what: `answers` labelers at random for every task."""
    who = np.concatenate([rng.permutation(labelers)[:answers] for _ in range(tasks)])
    return np.repeat(np.arange(tasks), answers), who


def numbers(bias: float, unlike: float, wild: float) -> Callable[[int], Three]:
    """RMSE of 300 tasks, 5 answers each by 20 labelers; majority = the better of mean and median."""

    def of(seed: int) -> Three:
        rng = np.random.default_rng(seed)
        truth, b, s = rng.normal(0, 3, 300), rng.normal(0, bias, 20), np.exp(rng.normal(0, unlike, 20))
        task, who = design(rng, 300, 20, 5)
        x = truth[task] + b[who] - b.mean() + rng.normal(0, 1, len(task)) * s[who]
        far = rng.random(len(x)) < wild
        x[far] = rng.uniform(-50, 50, int(far.sum()))

        def error(found: Floats, real: Floats = truth) -> float:
            return float(np.sqrt(np.mean((found - real) ** 2)))

        single = min(error(x[who == w], truth[task[who == w]]) for w in range(20))
        plain = min(error(f(task, x, tasks=300)[0]) for f in (numeric.means, numeric.medians))
        return single, plain, error(numeric.estimate(task, who, x, tasks=300, labelers=20).truth)

    return of


def ordered(seed: int) -> Three:
    """Mean absolute error of 300 tasks with 5 classes in order; majority = the median."""
    rng = np.random.default_rng(seed)
    truth, noise, bias = rng.binomial(4, 0.5, 300), 0.7 * np.exp(rng.normal(0, 0.6, 20)), rng.normal(0, 0.4, 20)
    task, who = design(rng, 300, 20, 5)
    said = np.clip(np.rint(truth[task] + bias[who] + noise[who] * rng.normal(size=len(task))), 0, 4).astype(np.int64)
    single = min(float(np.abs(said[who == w] - truth[task[who == w]]).mean()) for w in range(20))
    plain = float(np.abs(ordinal.medians(task, said, tasks=300, classes=5) - truth).mean())
    found = ordinal.estimate(task, who, said, tasks=300, labelers=20, classes=5)
    return single, plain, float(np.abs(found.label - truth).mean())


def labels(seed: int) -> Three:
    """F1 of label sets: 200 tasks, 8 labels, 5 answers by 15 labelers."""
    rng = np.random.default_rng(seed)
    there = rng.random((200, 8)) < rng.uniform(0.05, 0.5, 8)
    skill = rng.normal(0, 1, 15)[:, None]
    sees = 1 / (1 + np.exp(-(1.0 + skill + rng.normal(0, 0.5, (15, 8)))))
    invents = 1 / (1 + np.exp(2.0 + skill + rng.normal(0, 0.5, (15, 8))))
    task, who = design(rng, 200, 15, 5)
    said = rng.random((1000, 8)) < np.where(there[task], sees[who], invents[who])

    def f1(chosen: Bools, real: Bools = there) -> float:
        return float(2 * (chosen & real).sum() / max(chosen.sum() + real.sum(), 1))

    single = max(f1(said[who == w], there[task[who == w]]) for w in range(15))
    plain = f1(multilabel.shares(task, said, tasks=200) > 0.5)
    return single, plain, f1(multilabel.estimate(task, who, said, tasks=200, labelers=15).chosen)


PARENT = [-1, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]


def trees(seed: int) -> Three:
    """The share of leaves that are right; labelers err at each fork and may stop at an inner class."""
    rng = np.random.default_rng(seed)
    shape = tree.tree(PARENT)
    truth, skill = rng.choice(shape.leaves, 300), rng.beta(5, 2, 12)
    task, who = design(rng, 300, 12, 6)
    said = np.array([walk(rng, int(truth[t]), float(skill[w])) for t, w in zip(task, who, strict=True)])
    single = max(float((said[who == w] == truth[task[who == w]]).mean()) for w in range(12))
    plain = float((tree.votes(shape, task, said, tasks=300) == truth).mean())
    return single, plain, float((tree.estimate(shape, task, who, said, tasks=300, labelers=12).best == truth).mean())


def walk(rng: np.random.Generator, leaf: int, skill: float) -> int:
    """One labeler's answer to a task of that leaf."""
    node = 0
    while children := [c for c, p in enumerate(PARENT) if p == node]:
        if node and rng.random() < 0.15:
            break
        good = [c for c in children if leaf == c or PARENT[leaf] == c]
        others = [c for c in children if c not in good]
        node = good[0] if good and rng.random() < skill else int(rng.choice(others if good else children))
    return node


def box_crowd(answers: int, least: float) -> Callable[[int], Three]:
    """F1 of boxes that overlap the true one by at least `least`."""

    def of(seed: int) -> Three:
        seen, asked, truth = crowds.of_boxes(seed, answers=answers)
        return _drawn(seen, asked, objects.BOX, truth, boxes.iou, least, classes=3)

    return of


def _drawn(
    seen: Sequence[Seen[crowds.S]], asked: Sequence[tuple[int, int]], geometry: Geometry[crowds.S],
    truth: Sequence[Sequence[tuple[crowds.S, int]]], alike: Callable[[crowds.S, crowds.S], float], least: float, *,
    classes: int = 1, same: float = objects.SAME, classed: bool = False,
) -> Three:  # fmt: skip
    """F1 of the best labeler, the majority and ours; with `classed`, only for those whose class is right."""
    tasks, labelers = len(truth), max(w for _, w in asked) + 1

    def f1(found: Sequence[Found[crowds.S]], real: Sequence[Sequence[tuple[crowds.S, int]]]) -> float:
        if not classed:
            return crowds.score(found, real, alike, least)[0]
        parts = [
            ([f for f in found if f.label == c], [[o for o in there if o[1] == c] for there in real])
            for c in range(classes)
        ]
        return float(np.mean([crowds.score(f, r, alike, least)[0] for f, r in parts]))

    singles = []
    for w in range(labelers):
        mine = {t for t, v in asked if v == w}
        drawn = [Found(s.task, [], 1.0, s.label, 1.0, s.shape) for s in seen if s.labeler == w]
        singles.append(f1(drawn, [truth[t] if t in mine else [] for t in range(tasks)]))
    plain = objects.by_votes(seen, asked, geometry, tasks=tasks, least=same)
    ours = objects.estimate(seen, asked, geometry, tasks=tasks, labelers=labelers, classes=classes, least=same)
    return max(singles), f1(plain, truth), f1(ours.there(), truth)


def outlines(seed: int) -> Three:
    """IoU of one polygon a task, drawn too wide or too tight, with unlike care; majority = pixels of half the votes."""
    rng = np.random.default_rng(seed)
    wide, care = rng.normal(0, 1.5, 8), np.exp(rng.normal(-0.3, 0.6, 8))
    wide -= wide.mean()
    grid = np.stack(np.meshgrid(np.arange(15.0, 86, 1), np.arange(15.0, 86, 1)), axis=2).reshape(-1, 2)
    seen: list[Seen[area.Polygon]] = []
    asked, truth, votes = [], [], []
    for t in range(15):
        waves = rng.normal(0, 1.5, 3)
        truth.append(_blob(waves, 0, np.zeros(5)))
        inside = np.zeros(len(grid))
        for w in (int(x) for x in rng.permutation(8)[:4]):
            asked.append((t, w))
            seen.append(Seen(t, w, 0, _blob(waves, float(wide[w]), rng.normal(0, 1, 5) * care[w])))
            inside += polygons.signed(seen[-1].shape, grid) > 0
        votes.append(masks.iou(inside > 2, polygons.signed(truth[-1], grid) > 0))
    found = objects.estimate(seen, asked, objects.POLYGON, tasks=15, labelers=8)
    single = max(np.mean([area.iou(s.shape, truth[s.task]) for s in seen if s.labeler == w]) for w in range(8))
    return (
        float(single),
        float(np.mean(votes)),
        float(np.mean([area.iou(f.shape, truth[f.task]) for f in found.there()])),
    )


def _blob(waves: Floats, wide: float, wobble: Floats) -> area.Polygon:
    turns = [2 * pi * i / 48 for i in range(48)]
    reach = [
        20 + wide + sum(float(c) * cos((k + 2) * a) for k, c in enumerate(waves))
        + sum(float(c) * cos((k + 1) * a + k) for k, c in enumerate(wobble)) for a in turns
    ]  # fmt: skip
    return tuple((50 + r * cos(a), 50 + r * sin(a)) for r, a in zip(reach, turns, strict=True))


def painted(of_ours: str) -> Callable[[int], Three]:
    """IoU of one mask a task; majority = pixels of half the votes."""

    def of(seed: int) -> Three:
        rng = np.random.default_rng(seed)
        wide, care = rng.normal(0, 2, 8), np.exp(rng.normal(0.6, 0.6, 8))
        wide -= wide.mean()
        y, x = np.mgrid[:64, :64]
        given, people, truth = [], [], []
        for _ in range(40):
            cx, cy = rng.uniform(24, 40, 2)
            angle, away, waves = np.arctan2(y - cy, x - cx), np.hypot(x - cx, y - cy), rng.normal(0, 1.5, 3)
            edge = 14 + sum(waves[k] * np.cos((k + 1) * angle) for k in range(3))
            who = [int(w) for w in rng.permutation(8)[:5]]
            given.append(np.array([away < edge + wide[w] + _wave(rng, angle, float(care[w])) for w in who]))
            people.append(who)
            truth.append(away < edge)
        ours = (
            masks.estimate(given, people, size=8).mask if of_ours == "masks"
            else [p > 0.5 for p in staple.estimate(given, people, size=8).there]
        )  # fmt: skip
        single = max(
            float(
                np.mean([masks.iou(g[p.index(w)], t) for g, p, t in zip(given, people, truth, strict=True) if w in p])
            )
            for w in range(8)
        )
        vote = float(np.mean([masks.iou(masks.majority(g), t) for g, t in zip(given, truth, strict=True)]))
        return single, vote, float(np.mean([masks.iou(m, t) for m, t in zip(ours, truth, strict=True)]))

    return of


def _wave(rng: np.random.Generator, angle: Floats, care: float) -> Floats:
    size, turn = rng.normal(0, 1, 6) * care / 2, rng.uniform(0, 6, 6)
    waves: Floats = np.sum([size[k] * np.cos((k + 1) * angle + turn[k]) for k in range(6)], axis=0)
    return waves


def cars(seed: int) -> Three:
    """IoU in space of one cuboid a task; too long or too short, front and back mixed up."""
    rng = np.random.default_rng(seed)
    wide, care = rng.normal(0, 0.08, 8), 0.1 * np.exp(rng.normal(0, 0.7, 8))
    wide -= wide.mean()
    seen: list[Seen[cuboids.Cuboid]] = []
    asked, truth = [], []
    for t in range(60):
        x, y, yaw = (float(v) for v in rng.uniform([0, 0, -3], [50, 50, 3]))
        truth.append([(cuboids.Cuboid(x, y, 0.8, 4.5, 1.9, 1.6, yaw), 0)])
        for w in (int(v) for v in rng.permutation(8)[:4]):
            asked.append((t, w))
            e = [float(v) for v in rng.normal(0, care[w], 7)]
            grow = [float(np.exp(wide[w] + v / 4)) for v in e[3:6]]
            turn = yaw + e[6] / 3 + (pi if rng.random() < 0.1 else 0.0)
            shape = cuboids.Cuboid(
                x + e[0], y + e[1], 0.8 + e[2] / 2, 4.5 * grow[0], 1.9 * grow[1], 1.6 * grow[2], turn
            )
            seen.append(Seen(t, w, 0, shape))
    return _drawn(seen, asked, objects.CUBOID, truth, cuboids.iou, 0.8, same=0.3)


def points(seed: int) -> Three:
    """Mean distance in pixels of a keypoint a task; each labeler is off in a direction of their own."""
    rng = np.random.default_rng(seed)
    shift, care = rng.normal(0, 3, (8, 2)), np.exp(rng.normal(0.5, 0.6, 8))
    shift -= shift.mean(axis=0)
    truth = rng.uniform(0, 500, (80, 2))
    task, who = design(rng, 80, 8, 4)
    seen = [
        Seen(int(t), int(w), 0, tuple(float(v) for v in truth[t] + shift[w] + rng.normal(0, care[w], 2)))
        for t, w in zip(task, who, strict=True)
    ]
    asked = [(s.task, s.labeler) for s in seen]
    found = objects.estimate(seen, asked, objects.point_geometry(60), tasks=80, labelers=8)
    plain = objects.by_votes(seen, asked, objects.point_geometry(60), tasks=80)

    def off(rows: Sequence[tuple[int, tuple[float, ...]]]) -> float:
        return float(np.mean([np.hypot(*(np.array(p) - truth[t])) for t, p in rows]))

    single = min(off([(s.task, s.shape) for s in seen if s.labeler == w]) for w in range(8))
    return single, off([(f.task, f.shape) for f in plain]), off([(f.task, f.shape) for f in found.there()])


def lanes(seed: int) -> Three:
    """Mean distance of a lane a task; labelers of unlike care, one in eight runs it the other way."""
    rng = np.random.default_rng(seed)
    care = np.exp(rng.normal(0.7, 0.7, 8))
    task, who = design(rng, 60, 8, 4)
    seen: list[Seen[lines.Line]] = []
    truth: list[lines.Line] = [tuple((20.0 * i, 100.0 * t + 15 * sin(i / 2 + t)) for i in range(12)) for t in range(60)]
    for t, w in zip(task.tolist(), who.tolist(), strict=True):
        drawn = tuple((x, y + float(rng.normal(0, care[w]))) for x, y in truth[t])
        seen.append(Seen(t, w, 0, drawn[::-1] if rng.random() < 1 / 8 else drawn))
    asked = [(s.task, s.labeler) for s in seen]
    found = objects.estimate(seen, asked, objects.line_geometry(40), tasks=60, labelers=8).there()
    plain = [lines.merged([s.shape for s in seen if s.task == t]) for t in range(60)]
    single = min(
        float(np.mean([lines.distance(s.shape, truth[s.task]) for s in seen if s.labeler == w])) for w in range(8)
    )
    return (
        single, float(np.mean([lines.distance(p, t) for p, t in zip(plain, truth, strict=True)])),
        float(np.mean([lines.distance(f.shape, truth[f.task]) for f in found])),
    )  # fmt: skip


def names(seed: int) -> Three:
    """F1 of spans with exact ends and class; labelers overlook some, mix up classes, slip at the ends."""
    rng = np.random.default_rng(seed)
    overlooks, slips, mixes = rng.beta(2, 6, 8), rng.beta(1, 3, 8), rng.beta(1, 6, 8)
    seen: list[Seen[spans.Span]] = []
    asked: list[tuple[int, int]] = []
    truth: list[list[tuple[spans.Span, int]]] = []
    for t in range(60):
        starts = np.cumsum(rng.integers(6, 14, 4))
        truth.append([((float(s), float(s + rng.integers(2, 6))), int(rng.integers(2))) for s in starts])
        for w in (int(x) for x in rng.permutation(8)[:4]):
            asked.append((t, w))
            for (start, end), label in truth[-1]:
                if rng.random() < overlooks[w]:
                    continue
                begin = start + float(rng.choice([-1, 1])) if rng.random() < slips[w] else start
                until = end + float(rng.choice([-1, 1])) if rng.random() < slips[w] else end
                said = int(rng.integers(2)) if rng.random() < mixes[w] else label
                seen.append(Seen(t, w, said, (begin, max(until, begin + 1))))
    return _drawn(seen, asked, spans.SPAN, truth, spans.iou, 1.0, classes=2, same=spans.SAME, classed=True)


def chains(seed: int) -> Three:
    """The share of tokens that are right; tags that tend to stay."""
    rng = np.random.default_rng(seed)
    lengths, skill = rng.integers(5, 40, 60), rng.beta(4, 3, 10)
    rows: list[tuple[int, int, int]] = []
    tags: list[int] = []
    for length in lengths.tolist():
        begin = len(tags)
        for i in range(length):
            tags.append(tags[-1] if i and rng.random() < 0.8 else int(rng.integers(4)))
        for w in rng.permutation(10)[:3]:
            said = np.where(rng.random(length) < skill[w], tags[begin:], rng.integers(0, 4, length))
            rows += [(begin + i, int(w), int(x)) for i, x in enumerate(said)]
    token, who, label = (np.array([r[i] for r in rows]) for i in range(3))
    truth = np.array(tags)
    single = max(float((label[who == w] == truth[token[who == w]]).mean()) for w in range(10))
    plain = float((sequences.votes(token, label, tokens=len(tags), classes=4) == truth).mean())
    found = sequences.estimate(token, who, label, lengths=lengths.tolist(), labelers=10, classes=4)
    return single, plain, float((found.label == truth).mean())


def transcripts(seed: int) -> Three:
    """Word error rate; majority = ROVER with equal weights."""
    rng = np.random.default_rng(seed)
    letters = list("abcdefghijklmnop")
    truth = [[str(x) for x in rng.choice(letters, 15)] for _ in range(60)]
    rate = rng.beta(1.2, 4, 8)
    task, who = design(rng, 60, 8, 4)
    said = []
    for t, w in zip(task, who, strict=True):
        fate = rng.random(15)
        kept = [(x, f) for x, f in zip(truth[t], fate, strict=True) if f >= rate[w] / 3]
        said.append(" ".join(x if f >= rate[w] else str(rng.choice(letters)) for x, f in kept))
    ours = text.estimate(task.tolist(), who.tolist(), said, tasks=60, labelers=8)
    plain = text.estimate(task.tolist(), who.tolist(), said, tasks=60, labelers=8, iterations=1)
    single = min(
        text.error_rate(
            [s.split() for s, v in zip(said, who, strict=True) if v == w], [truth[t] for t in task[who == w]]
        )
        for w in range(8)
    )
    errors = [text.error_rate([one.split() for one in e.text], truth) for e in (plain, ours)]
    return single, errors[0], errors[1]


def battles(seed: int) -> Three:
    """The share of item pairs in the right order; majority = Bradley-Terry without labelers."""
    rng = np.random.default_rng(seed)
    score = rng.normal(0, 1.5, 50)
    a = rng.integers(0, 50, 2000)
    b = (a + rng.integers(1, 50, 2000)) % 50
    who = rng.integers(0, 30, 2000)
    right = rng.random(2000) < 1 / (1 + np.exp(score[b] - score[a]))
    said = np.where(who < 9, rng.random(2000) < 0.7, np.where(who < 12, ~right, right)).astype(np.float64)
    i, j = np.triu_indices(50, 1)

    def order(found: Floats) -> float:
        return float(np.mean(np.sign(found[i] - found[j]) == np.sign(score[i] - score[j])))

    singles = [order(pairwise.bradley_terry(a[who == w], b[who == w], said[who == w], items=50)[0]) for w in range(30)]
    plain, _, _ = pairwise.bradley_terry(a, b, said, items=50)
    return max(singles), order(plain), order(pairwise.estimate(a, b, who, said, items=50, labelers=30).score)


def orders(seed: int) -> Three:
    """Kendall distance of rankings of 5; majority = Borda; a third of the labelers guesses."""
    rng = np.random.default_rng(seed)
    truth = [[int(x) for x in rng.permutation(5)] for _ in range(80)]
    task, who = design(rng, 80, 12, 5)
    said = []
    for t, w in zip(task, who, strict=True):
        worth = np.empty(5)
        worth[truth[t]] = np.arange(5)[::-1]
        seen = rng.normal(size=5) if w % 3 == 0 else worth + rng.gumbel(size=5) * 1.2
        said.append([int(x) for x in np.argsort(-seen)])
    task_, who_ = task.tolist(), who.tolist()

    def off(found: Sequence[tuple[int, list[int]]]) -> float:
        return float(np.mean([rankings.kendall(order, truth[t]) for t, order in found]))

    single = min(off([(t, s) for t, v, s in zip(task_, who_, said, strict=True) if v == w]) for w in range(12))
    plain = off(list(enumerate(rankings.borda(task_, said, [5] * 80))))
    ours = rankings.estimate(task_, who_, said, sizes=[5] * 80, labelers=12)
    return single, plain, off(list(enumerate(ours.order)))


def rows() -> list[Row]:
    """Every simulated comparison."""
    return [
        mean("numbers, alike labelers", "RMSE", numbers(0, 0, 0), higher=False),
        mean("numbers, unlike noise", "RMSE", numbers(0, 0.8, 0), higher=False),
        mean("numbers, bias and unlike noise", "RMSE", numbers(1, 0.8, 0), higher=False),
        mean("numbers, one in ten wild", "RMSE", numbers(0.5, 0.5, 0.1), higher=False),
        mean("ordered classes", "mean absolute error", ordered, higher=False),
        mean("label sets", "F1", labels),
        mean("tree of classes", "share right", trees),
        mean("boxes, 5 answers", "F1 at IoU 0.5", box_crowd(5, 0.5)),
        mean("boxes, 5 answers", "F1 at IoU 0.8", box_crowd(5, 0.8)),
        mean("boxes, 3 answers", "F1 at IoU 0.8", box_crowd(3, 0.8)),
        mean("polygons", "IoU", outlines, seeds=3),
        mean("cuboids", "F1 at IoU 0.8", cars),
        mean("points", "distance, px", points, higher=False),
        mean("lines", "distance, px", lanes, higher=False),
        mean("masks (ours: `masks`)", "IoU", painted("masks"), seeds=3),
        mean("masks (ours: `staple`)", "IoU", painted("staple"), seeds=3),
        mean("spans", "F1, exact", names),
        mean("tags in a chain", "share right", chains),
        mean("text", "word error rate", transcripts, higher=False),
        mean("pairs, a third guess, some contrary", "pairs in order", battles),
        mean("rankings, a third guess", "Kendall distance", orders, higher=False),
    ]
