"""Recorded crowds: what stands in `numeric_wordsim`, `s_adult`, `text_crowdspeech_dev_clean` and their like."""

import csv
import gzip
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.measures.table import Row
from neraca.measure import area, masks, numeric, ordinal, pairwise, polygons, spam, text
from neraca.measure.arrays import Bools, Floats, Ints

SCALE = 0.4  # the labels of wordsim run from 0 to 10, its gold from 0 to 4
OUTER = 0.4  # pixels: LIDC's outline is drawn along the first pixels outside
CLIP = 1.0  # pixels
UTTERANCES = 600  # those for which other methods' outputs were published
CATEGORICAL = ("rte", "temp", "bluebird", "face", "weather_amt", "product", "sp_amt")


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file, zipped or not."""
    csv.field_size_limit(10**8)
    if path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8") as file:
            return list(csv.DictReader(file))
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def numbered(names: Sequence[str]) -> tuple[Ints, list[str]]:
    """Each name by its place among the names, in the order in which they come."""
    place: dict[str, int] = {}
    return np.array([place.setdefault(n, len(place)) for n in names], dtype=np.int64), list(place)


def word_similarity(folder: Path) -> list[Row]:
    """Snow et al. 2008: mean beside `numeric` (as it is, and drawn to the mean)."""
    rows = table(folder / "labels.csv")
    task, tasks = numbered([r["task"] for r in rows])
    who, people = numbered([r["worker"] for r in rows])
    x = np.array([float(r["label"]) for r in rows])
    known = {r["task"]: float(r["label"]) / SCALE for r in table(folder / "truth.csv")}
    truth = np.array([known[t] for t in tasks])

    def rmse(found: Floats, real: Floats = truth) -> float:
        return SCALE * float(np.sqrt(np.mean((found - real) ** 2)))

    def r(found: Floats, real: Floats = truth) -> float:
        return float(np.corrcoef(found, real)[0, 1])

    of = [(x[who == w], truth[task[who == w]]) for w in range(len(people))]
    plain, _ = numeric.means(task, x, tasks=len(tasks))
    ours = numeric.estimate(task, who, x, tasks=len(tasks), labelers=len(people))
    name = "numeric_wordsim"
    return [
        Row(f"{name}, shrunk", "RMSE", False, min(rmse(*one) for one in of), rmse(plain), rmse(ours.shrunk)),
        Row(name, "RMSE", False, min(rmse(*one) for one in of), rmse(plain), rmse(ours.truth)),
        Row(name, "Pearson", True, max(r(*one) for one in of), r(plain), r(ours.truth)),
    ]


def adult_sites(folder: Path) -> list[Row]:
    """Classes in order, from harmless to not: the median beside `ordinal`."""
    rows = table(folder / "labels.csv")
    task, tasks = numbered([r["task"] for r in rows])
    who, people = numbered([r["worker"] for r in rows])
    classes = sorted({int(r["label"]) for r in rows})
    said = np.array([classes.index(int(r["label"])) for r in rows])
    known = {r["task"]: classes.index(int(r["label"])) for r in table(folder / "truth.csv")}
    truth = np.array([known.get(t, -1) for t in tasks])
    there = truth >= 0
    found = ordinal.estimate(task, who, said, tasks=len(tasks), labelers=len(people), classes=len(classes))
    plain = ordinal.medians(task, said, tasks=len(tasks), classes=len(classes))
    off = [float(np.abs(labels[there] - truth[there]).mean()) for labels in (plain, found.label)]
    scored = there[task]
    singles = [
        float(np.abs(said[mine] - truth[task[mine]]).mean())
        for w in range(len(people)) if (mine := scored & (who == w)).sum() >= 20
    ]  # fmt: skip
    return [Row("s_adult (of those with 20 known)", "mean absolute error", False, min(singles), off[0], off[1])]


def speech(folder: Path) -> list[Row]:
    """CrowdSpeech: ROVER with equal weights beside `text`, over all and over the first utterances."""
    every = table(folder / "labels.csv")
    known = {int(r["task"]): r["label"].split() for r in table(folder / "truth.csv")}
    found = []
    for what, count in ((f"first {UTTERANCES}", UTTERANCES), ("all", len(known))):
        rows = [r for r in every if int(r["task"]) < count]
        task = [int(r["task"]) for r in rows]
        who, people = numbered([r["worker"] for r in rows])
        said = [r["label"] for r in rows]
        truth = [known[t] for t in range(count)]

        def rate(one: str) -> list[str]:
            return [text.plain(w) for w in text.words(one)]

        errors = []
        for rounds in (1, 20):
            e = text.estimate(task, who.tolist(), said, tasks=count, labelers=len(people), iterations=rounds)
            errors.append(text.error_rate([rate(one) for one in e.text], truth))
        singles = [
            text.error_rate([rate(said[i]) for i in mine], [truth[task[i]] for i in mine])
            for w in range(len(people)) if len(mine := np.flatnonzero(who == w)) >= count // 20
        ]  # fmt: skip
        single = min(singles) if singles else None
        found.append(Row(f"text_crowdspeech, {what}", "word error rate", False, single, errors[0], errors[1]))
    return found


def arguments(folder: Path) -> list[Row]:
    """UKPConvArg: a fifth of the pairs kept back; judgments told rightly, by Bradley-Terry and by `pairwise`."""
    rows = table(folder / "labels.csv")
    both, items = numbered([r["left"] for r in rows] + [r["right"] for r in rows])
    left, right = both[: len(rows)], both[len(rows) :]
    who, people = numbered([r["worker"] for r in rows])
    won = np.array([{"left": 1.0, "right": 0.0, "equal": 0.5}[r["label"]] for r in rows])
    pair, pairs = numbered([f"{r['left']} {r['right']}" for r in rows])
    kept = np.random.default_rng(0).random(len(pairs)) < 0.2
    train, test = ~kept[pair], kept[pair] & (won != 0.5)

    def right_share(score: Floats) -> float:
        return float(np.mean((score[left[test]] > score[right[test]]) == (won[test] == 1)))

    plain, _, _ = pairwise.bradley_terry(left[train], right[train], won[train], items=len(items))
    ours = pairwise.estimate(left[train], right[train], who[train], won[train], items=len(items), labelers=len(people))
    return [Row("pairwise_ukpconvarg", "kept-back judgments", True, None, right_share(plain), right_share(ours.score))]


Contours = Mapping[float, list[area.Polygon]]


def nodules(folder: Path) -> list[list[Contours]]:
    """LIDC: the outlines of nodules that four readers drew, matched by the places of their middles (5 mm)."""
    drawn: dict[tuple[str, str], dict[float, list[area.Polygon]]] = defaultdict(lambda: defaultdict(list))
    spacing = {}
    for r in table(folder / "contours.csv.gz"):
        if r["inclusion"] == "1":
            points = tuple((float(c), float(w)) for w, c in (p.split(",") for p in r["polygon_rowcol"].split()))
            if len(points) >= 3:
                drawn[r["scan"], r["annotation"]][float(r["z"])].append(points)
                spacing[r["scan"]] = float(r["pixel_spacing"])
    scans = defaultdict(list)
    for (scan, _), slices in drawn.items():
        points_ = np.array([p for shapes in slices.values() for shape in shapes for p in shape]) * spacing[scan]
        scans[scan].append((np.array([*points_.mean(axis=0), np.mean(list(slices))]), slices))
    found: list[list[Contours]] = []
    for things in scans.values():
        group = list(range(len(things)))
        for i in range(len(things)):
            for j in range(i):
                if np.linalg.norm(things[i][0] - things[j][0]) < 5:
                    group = [group[j] if g == group[i] else g for g in group]
        found += [[things[i][1] for i in range(len(things)) if group[i] == g] for g in sorted(set(group))]
    return [one for one in found if len(one) == 4]


def lungs(folder: Path) -> list[Row]:
    """Three readers' merge against the fourth, who is no truth: IoU in three dimensions of pixels strictly inside."""
    one, vote, ours = [], [], []
    for readers in nodules(folder):
        fields = _fields(readers)
        inside = [np.nan_to_num(f, nan=-1.0) > 0 for f in fields]
        for k in range(4):
            others = [i for i in range(4) if i != k]
            one += [masks.iou(inside[i], inside[k]) for i in others]
            vote.append(masks.iou(np.sum([inside[i] for i in others], axis=0) >= 2, inside[k]))
            ours.append(masks.iou(_mean_field([fields[i] for i in others]), inside[k]))
    return [
        Row("polygon_lidc (single: mean reader)", "IoU with a 4th reader", True, float(np.mean(one)),
            float(np.mean(vote)), float(np.mean(ours)))
    ]  # fmt: skip


def _fields(readers: Sequence[Contours]) -> list[Floats]:
    """Each reader's signed distances, slice by slice; NaN where the reader has no outline."""
    heights = sorted({z for slices in readers for z in slices})
    corners = np.array([p for slices in readers for shapes in slices.values() for shape in shapes for p in shape])
    (x0, y0), (x1, y1) = corners.min(axis=0) - 4, corners.max(axis=0) + 5
    xs, ys = np.arange(x0, x1), np.arange(y0, y1)
    grid = np.stack(np.meshgrid(xs, ys), axis=2).reshape(-1, 2)
    found = []
    for slices in readers:
        field = np.full((len(heights), len(ys), len(xs)), np.nan)
        for i, z in enumerate(heights):
            if z in slices:
                each = [polygons.signed(shape, grid).reshape(len(ys), len(xs)) for shape in slices[z]]
                field[i] = np.max(each, axis=0)
        found.append(field)
    return found


def _mean_field(fields: Sequence[Floats]) -> Bools:
    """The rule of `polygons.merged` with a bias of the outer outline; no outline is as far off as can be."""
    clipped = [np.clip(np.nan_to_num(f - OUTER, nan=-CLIP), -CLIP, CLIP) for f in fields]
    return np.asarray(np.mean(clipped, axis=0) > 0)


def suspects(folder: Path) -> str:
    """How right those are, on known tasks, against whom the screen without gold has anything, and the others."""
    lines = ["| crowd | labelers | suspects | their share right | that of the others |", "|---|--:|--:|--:|--:|"]
    for name in CATEGORICAL:
        if not (folder / name).exists():
            continue
        rows = table(folder / name / "labels.csv")
        task, tasks = numbered([r["task"] for r in rows])
        who, people = numbered([r["worker"] for r in rows])
        said, classes = numbered([r["label"] for r in rows])
        known = {r["task"]: r["label"] for r in table(folder / name / "truth.csv")}
        truth = np.array([classes.index(known[t]) if known.get(t) in classes else -1 for t in tasks])
        found = spam.screen(
            task, who, said, tasks=len(tasks), labelers=len(people), classes=len(classes), ordered=False
        )
        bad = np.array([s.suspect for s in found])
        scored = truth[task] >= 0
        right = said == truth[task]
        shares = [_share(right[scored & (bad[who] == side)]) for side in (True, False)]
        lines.append(f"| {name} | {len(people)} | {int(bad.sum())} | {shares[0]} | {shares[1]} |")
    return "\n".join(lines)


def _share(right: NDArray[np.bool_]) -> str:
    return f"{right.mean():.3f}" if len(right) else "-"


SETS = (
    ("numeric_wordsim", word_similarity), ("s_adult", adult_sites), ("text_crowdspeech_dev_clean", speech),
    ("pairwise_ukpconvarg", arguments), ("polygon_lidc", lungs),
)  # fmt: skip


def rows(folder: Path) -> tuple[list[Row], list[str]]:
    """Every set that is there, and lines about those that are not."""
    found, told = [], []
    for name, of in SETS:
        if (folder / name).exists():
            found += of(folder / name)
        else:
            told.append(f"Not run: there is no {name}.")
    return found, [*told, suspects(folder)]
