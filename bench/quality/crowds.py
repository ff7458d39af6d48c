"""Accuracy, calibration and adaptive stopping on the crowds of a folder."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import fmean

import numpy as np

from bench.quality import peer
from bench.quality.bars import Bar
from neraca.measure import aggregate, calibrate, majority, replay
from neraca.measure.majority import Ints

DRAWS = 10  # of the gold
SAID = 0.9  # of the truth must be something that somebody said: words and numbers are other kinds
ENOUGH = 500  # true labels from which a calibration error is a bar
CLOSED = 200  # tasks an order from which a met confidence is a bar


def read(folder: Path, only: Sequence[str]) -> list[replay.Crowd]:
    """Every crowd with labels.csv and truth.csv whose labels are by task."""
    found = []
    for one in sorted(folder.iterdir()):
        head = (one / "labels.csv").open().readline().strip() if (one / "labels.csv").exists() else ""
        wanted = not only or one.name in only
        if wanted and head == "task,worker,label" and (one / "truth.csv").exists():
            crowd = replay.read_folder(one)
            truth = crowd.truth[crowd.truth >= 0]
            if len(crowd.classes) <= 100 and np.isin(truth, crowd.label).mean() >= SAID:
                found.append(crowd)
    return found


def _found(crowd: replay.Crowd, gold: Ints | None = None, method: str = "auto") -> aggregate.Aggregate:
    return aggregate.estimate(
        crowd.task, crowd.worker, crowd.label, tasks=len(crowd.tasks), labelers=len(crowd.workers),
        classes=len(crowd.classes), method=method, gold=gold,
    )  # fmt: skip


def accuracy(crowds: Sequence[replay.Crowd], folder: Path) -> Iterator[Bar]:
    """The default beside majority and the peer's methods, per set and in the mean."""
    interpreter = peer.python()
    ours, gaps, below = [], [], []
    theirs: dict[str, list[float]] = {}
    for crowd in crowds:
        votes = majority.shares(crowd.task, crowd.label, tasks=len(crowd.tasks), classes=len(crowd.classes))
        tied = 100 * majority.split_accuracy(votes, crowd.truth)
        mine = 100 * majority.split_accuracy(_found(crowd).posterior, crowd.truth)
        ours.append(mine)
        gaps.append(tied - mine)
        told = f"majority {tied:.1f}"
        if interpreter:
            answer = peer.ask(interpreter, {"folder": str(folder / crowd.name)})
            points = {name: 100 * x for name, x in answer.items() if isinstance(x, float)}
            for name in peer.METHODS:
                theirs.setdefault(name, []).append(points.get(name, float("nan")))
            best = max(points, key=points.__getitem__)
            below.append(points[best] - mine)
            told += f", {best} {points[best]:.1f}, DawidSkene {points.get('DawidSkene', float('nan')):.1f}"
        yield Bar(f"accuracy {crowd.name}", mine, "%", peer=told)
    yield Bar("points below majority, worst set", max(gaps), "points", most=0.5)
    if theirs:
        means = {name: fmean(x) for name, x in theirs.items() if not np.isnan(x).any()}
        best = max(means, key=means.__getitem__)
        yield Bar("points below the best crowd-kit method of the set, worst set", max(below), "points", most=1.5)
        yield Bar("accuracy, mean", fmean(ours), "%", least=means[best], peer=f"{best} {means[best]:.2f}")
    else:
        yield Bar("accuracy, mean", fmean(ours), "%", peer="crowd-kit is not installed")


def calibration(crowds: Sequence[replay.Crowd]) -> Iterator[Bar]:
    """Expected calibration error without gold and with a tenth of the truth as gold, beside Dawid-Skene's."""
    free, plain, with_gold = [], [], []
    for crowd in crowds:
        free.append(calibrate.expected_error(_found(crowd).posterior, crowd.truth))
        plain.append(calibrate.expected_error(_found(crowd, method="dawid-skene").posterior, crowd.truth))
        known = np.flatnonzero(crowd.truth >= 0)
        errors = []
        for draw in range(DRAWS):
            at = np.random.default_rng(draw).choice(known, len(known) // 10, replace=False)
            gold = np.full(len(crowd.tasks), -1, dtype=np.int64)
            gold[at] = crowd.truth[at]
            rest = np.where(gold < 0, crowd.truth, -1)
            errors.append(calibrate.expected_error(_found(crowd, gold).posterior, rest))
        mine = fmean(errors)
        bar = 0.05 if len(known) >= ENOUGH else None
        with_gold.append(mine)
        yield Bar(
            f"calibration error {crowd.name}, a tenth as gold ({DRAWS} draws)", mine, "", most=bar,
            peer=f"without gold {free[-1]:.3f}, Dawid-Skene {plain[-1]:.3f}",
        )  # fmt: skip
    yield Bar(
        "calibration error without gold, mean", fmean(free), "", most=0.09, peer=f"Dawid-Skene {fmean(plain):.3f}"
    )


def stopping(crowds: Sequence[replay.Crowd], orders: int) -> Iterator[Bar]:
    """One rule for all sets, replayed in random orders; loss against plain Dawid-Skene with every answer."""
    losses, saved = [], []
    for crowd in crowds:
        got = replay.replay(crowd, orders=orders)
        loss = 100 * (got.full_accuracy - got.accuracy)
        losses.append(loss)
        saved.append(100 * got.saved)
        yield Bar(
            f"loss {crowd.name}", loss, "points", most=max(1.0, 100 * got.error),
            peer=f"saved {100 * got.saved:.0f} %, met {100 * got.met_share:.0f} %, Dawid-Skene"
            f" {100 * got.full_accuracy:.1f}, default with all answers {100 * got.default_accuracy:.1f}",
        )  # fmt: skip
    yield Bar("loss, mean", fmean(losses), "points", most=0.5)
    yield Bar("answers saved, mean", fmean(saved), "%", least=45.0)


def confidence(crowds: Sequence[replay.Crowd], orders: int, target: float) -> Iterator[Bar]:
    """Among tasks closed as met, with a tenth of the truth as gold: are they right as often as was stated?"""
    for crowd in crowds:
        how = replay.default_policy(crowd)
        got = replay.replay(crowd, type(how)(target, how.min, how.max), orders=orders, gold=0.1)
        closed = sum(order.met_known for order in got.orders)
        escalated = 1 - got.met_share
        if closed < CLOSED * orders:
            told = f"{closed} tasks closed as met in {orders} orders, {100 * escalated:.0f} % escalated"
            yield Bar(f"met at {target}, {crowd.name}", 100 * got.met_accuracy, "%", peer=f"too few: {told}")
            continue
        error = float(np.sqrt(target * (1 - target) / (closed / orders)))
        yield Bar(
            f"met at {target}, {crowd.name}", 100 * got.met_accuracy, "%", least=100 * (target - 0.01 - error),
            peer=f"{closed} in {orders} orders, {100 * escalated:.0f} % escalated",
        )  # fmt: skip
