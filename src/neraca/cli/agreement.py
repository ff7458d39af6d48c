"""`neraca agreement`: how far the answers of a crowd agree, beyond chance, and who and what makes the difference."""

import json
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neraca.cli import columns
from neraca.cli.speech import Json, Refused, app

if TYPE_CHECKING:
    from neraca.measure.arrays import Ints

MANY = 200_000  # answers from which a fifth of the resamples is enough: the interval is narrow anyway
CELLS = 50_000_000  # of the table of tasks and classes that the kappas need
SHOWN = 5


class Metric(StrEnum):
    """How far two labels are apart."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"


@app.command("agreement")
def agreement(
    labels: Annotated[Path, typer.Argument(metavar="LABELS.csv", help="Columns task, worker, label; - reads stdin.")],
    metric: Annotated[Metric, typer.Option(help="How far two labels are apart.")] = Metric.NOMINAL,
    order: Annotated[str, typer.Option(help="For ordinal: the labels from low to high, such as bad,fair,good.")] = "",
    resamples: Annotated[int, typer.Option(min=0, max=100_000, help="Of the bootstrap; 0 chooses.")] = 0,
    as_json: Json = False,
) -> None:
    """Print Krippendorff's alpha with its interval, kappas, and agreement by class, worker and time."""
    if order and metric is not Metric.ORDINAL:
        raise Refused("--order is for --metric ordinal.")
    read = columns.read(labels)
    told = _measured(read, metric, order, resamples or (1000 if len(read.task) <= MANY else 200))
    if as_json:
        print(json.dumps(told, allow_nan=False))
        return
    _print(told)


def _values(read: columns.Labels, metric: Metric, order: str) -> tuple[list[str], list[float]]:
    """The classes in order, and the value of each of the file's labels."""
    if order:
        classes = [name.strip() for name in order.split(",")]
        if len(set(classes)) < len(classes) or not all(classes):
            raise Refused("--order names a label twice, or none.")
        if unknown := [name for name in read.labels if name not in classes]:
            raise Refused(f"--order does not name the label {unknown[0][:40]!r}.")
        return classes, [float(classes.index(name)) for name in read.labels]
    numeric = {name: columns.number(name) for name in read.labels}
    if metric is not Metric.NOMINAL and (words := [name for name, x in numeric.items() if x is None]):
        hint = " Give --order with the labels from low to high." if metric is Metric.ORDINAL else ""
        raise Refused(f"The label {words[0][:40]!r} is not a number up to {columns.LARGEST:g}.{hint}")
    if metric is Metric.NOMINAL:
        classes = sorted(read.labels)
        place = {name: float(i) for i, name in enumerate(classes)}
        return classes, [place[name] for name in read.labels]
    values = {name: x for name, x in numeric.items() if x is not None}
    if metric is Metric.INTERVAL:
        return sorted(values, key=values.__getitem__), [values[name] for name in read.labels]
    rank = {x: i for i, x in enumerate(sorted(set(values.values())))}
    return [f"{x:g}" for x in rank], [float(rank[values[name]]) for name in read.labels]


def _measured(read: columns.Labels, metric: Metric, order: str, resamples: int) -> dict[str, object]:
    import numpy as np  # noqa: PLC0415 - for this command only

    from neraca.measure import agreement as measure  # noqa: PLC0415 - needs NumPy
    from neraca.measure.alpha import alpha  # noqa: PLC0415 - needs NumPy

    classes, of_label = _values(read, metric, order)
    task, worker = np.asarray(read.task, dtype=np.int64), np.asarray(read.worker, dtype=np.int64)
    value = np.asarray(of_label)[np.asarray(read.label, dtype=np.int64)]
    whole = alpha(task, value, metric.value, resamples=resamples)
    people = measure.by_labeler(task, worker, value, metric.value, labelers=len(read.workers))
    told: dict[str, object] = {
        "name": read.name, "metric": metric.value, "answers": len(task), "tasks": len(read.tasks),
        "compared": whole.units, "workers": len(read.workers), "classes": len(classes), "repeated": read.repeated,
        "alpha": whole.alpha, "low": whole.low, "high": whole.high, "varied": whole.varied, "resamples": resamples,
        "by_worker": [
            {"worker": read.workers[p.labeler], "answers": p.answers, "compared": p.tasks, "alpha": p.alpha,
             "low": p.low, "high": p.high} for p in people
        ],
    }  # fmt: skip
    if metric is not Metric.INTERVAL and len(read.tasks) * len(classes) <= CELLS:
        told |= _kappas(task, value.astype(np.int64), len(read.tasks), len(classes), metric)
    if metric is Metric.NOMINAL:
        few = min(resamples, 200 if len(task) <= MANY else 50)
        found = measure.by_class(task, value.astype(np.int64), classes=len(classes), resamples=few)
        told["by_class"] = [
            {"label": classes[c.label], "share": c.share, "alpha": c.alpha.alpha, "low": c.alpha.low,
             "high": c.alpha.high} for c in found
        ]  # fmt: skip
    if read.time:
        stretches = measure.over_time(task, value, np.asarray(read.time), metric.value, resamples=min(resamples, 200))
        told["over_time"] = [
            {"start": s.start, "end": s.end, "tasks": s.tasks, "alpha": s.alpha.alpha, "low": s.alpha.low,
             "high": s.alpha.high} for s in stretches
        ]  # fmt: skip
    return told


def _kappas(task: "Ints", label: "Ints", tasks: int, classes: int, metric: Metric) -> dict[str, object]:
    import numpy as np  # noqa: PLC0415 - for this command only

    from neraca.measure import kappa  # noqa: PLC0415 - needs NumPy

    counts = np.bincount(task * classes + label, minlength=tasks * classes).reshape(tasks, classes)
    weighted: kappa.Weights = "none" if metric is Metric.NOMINAL else "quadratic"
    return {"fleiss": kappa.fleiss(counts, weighted), "gwet": kappa.of_counts(counts, "gwet", weighted)}


def _print(told: dict[str, object]) -> None:
    print(
        f"{told['name']}: {told['answers']} answers to {told['tasks']} tasks by {told['workers']} workers,"
        f" {told['classes']} different labels, metric {told['metric']}"
    )
    if told["repeated"]:
        print(f"left out          {told['repeated']} answers to a task that the worker had answered before")
    print(f"tasks compared    {told['compared']} with two or more answers")
    print(f"alpha             {told['alpha']:.4f} (95 % interval {told['low']:.4f} to {told['high']:.4f})")
    if not told["varied"]:
        print("                  everybody always said the same: chance cannot be told from agreement")
    if "fleiss" in told:
        nominal = told["metric"] == "nominal"
        print(f"Fleiss' kappa     {told['fleiss']:.4f}{'' if nominal else ' (quadratic weights)'}")
        print(f"Gwet's {'AC1' if nominal else 'AC2'}        {told['gwet']:.4f}")
    _table("label", told.get("by_class"), "share")
    _table("lowest workers", told["by_worker"], "compared")
    _table("time", told.get("over_time"), "tasks")


def _table(what: str, rows: object, beside: str) -> None:
    """One line a row; of workers only those whose agreement is lowest, first those about whom most is known."""
    if not isinstance(rows, list) or not rows:
        return
    if what == "lowest workers":
        rows = sorted((r for r in rows if r["alpha"] is not None), key=lambda r: (r["high"], r["worker"]))
    if what != "time":
        rest = len(rows) - 4 * SHOWN if what == "label" else 0
        rows = rows[: 4 * SHOWN] if what == "label" else rows[:SHOWN]
    else:
        rest = 0
    print(f"\n{what:24} {'alpha':>8}  95 % interval      {beside}")
    for row in rows:
        shown = row[beside] if isinstance(row[beside], int) else f"{row[beside]:.3f}"
        print(f"{_name(row):24} {row['alpha']:8.4f}  {row['low']:8.4f} {row['high']:8.4f}  {shown}")
    if rest > 0:
        print(f"and {rest} more: see --json")


def _name(row: dict[str, object]) -> str:
    if "start" in row:
        start = float(str(row["start"]))
        if 1e8 < start < 1e11:  # seconds since 1970, not since the beginning of a session
            return datetime.fromtimestamp(start, UTC).isoformat(sep=" ", timespec="minutes")[:16]
        return f"from {start:g}"
    text = str(row.get("label", row.get("worker")))
    return text if len(text) <= 24 else text[:23] + "…"
