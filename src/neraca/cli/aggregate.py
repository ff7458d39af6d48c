"""`neraca aggregate`: one verdict a task, with its confidence, from labels made anywhere."""

import csv
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from neraca.cli import columns
from neraca.cli.speech import Json, Refused, app

if TYPE_CHECKING:
    from neraca.measure.aggregate import Aggregate

NOT_CALIBRATED = "not calibrated: give --gold with known answers of 20 tasks or more"


@app.command("aggregate")
def aggregate(
    labels: Annotated[Path, typer.Argument(metavar="LABELS.csv", help="Columns task, worker, label; - reads stdin.")],
    method: Annotated[str, typer.Option(help="auto, or one of the methods in docs/reference/measure.md.")] = "auto",
    gold: Annotated[Path | None, typer.Option(metavar="FILE", help="Known answers: columns task, label.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to write the verdicts; else stdout.")] = None,
    as_json: Json = False,
) -> None:
    """Turn several people's labels into one a task: columns task, label, confidence."""
    if gold is not None and str(gold) == str(labels) == "-":
        raise Refused("Only one of LABELS.csv and --gold can be stdin.")
    read = columns.read(labels)
    known = {} if gold is None else columns.truth(gold)
    names = sorted({*read.labels, *known.values()})
    found = _found(read, names, known, method)
    told = {
        "method": found.method, "answers": len(read.task), "repeated": read.repeated, "tasks": len(read.tasks),
        "workers": len(read.workers), "classes": len(names), "gold": sum(t in known for t in read.tasks),
        "gold_unmatched": len(set(known).difference(read.tasks)), "calibrated": found.calibrated,
        "iterations": found.iterations, "converged": found.converged,
    }  # fmt: skip
    rows = [
        (task, names[one], float(p)) for task, one, p in zip(read.tasks, found.label, found.confidence, strict=True)
    ]
    if out is not None or not as_json:
        with _written(out) as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(("task", "label", "confidence"))
            table.writerows((task, label, f"{p:.6f}") for task, label, p in rows)
    if as_json:
        verdicts = [{"task": task, "label": label, "confidence": p} for task, label, p in rows]
        print(json.dumps(told if out is not None else told | {"verdicts": verdicts}, allow_nan=False))
        return
    sure = "calibrated on gold" if found.calibrated else NOT_CALIBRATED
    print(f"{told['tasks']} tasks by {found.method}; confidences are {sure}.", file=sys.stderr)


def _found(read: columns.Labels, names: list[str], known: Mapping[str, str], method: str) -> "Aggregate":
    import numpy as np  # noqa: PLC0415 - for this command only

    from neraca.measure import aggregate as measure  # noqa: PLC0415 - needs NumPy

    place = {name: i for i, name in enumerate(names)}
    label = np.array([place[name] for name in read.labels])[np.asarray(read.label, dtype=np.int64)]
    gold = np.array([place[known[task]] if task in known else -1 for task in read.tasks])
    return measure.estimate(
        np.asarray(read.task, dtype=np.int64), np.asarray(read.worker, dtype=np.int64), label, tasks=len(read.tasks),
        labelers=len(read.workers), classes=len(names), method=method, gold=gold,
    )  # fmt: skip


@contextmanager
def _written(out: Path | None) -> Iterator[TextIO]:
    """Stdout, or a file that is there whole or not at all."""
    if out is None or str(out) == "-":
        yield sys.stdout
        return
    part = out.with_name(out.name + ".part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
