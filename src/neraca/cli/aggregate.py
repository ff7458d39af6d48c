"""`neraca aggregate`: one verdict a task, with its confidence, from labels made anywhere."""

import csv
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from neraca.cli import columns, item_rows
from neraca.cli.speech import Json, Refused, app

if TYPE_CHECKING:
    from neraca.measure.aggregate import Aggregate
    from neraca.measure.features import Voice

NOT_CALIBRATED = "not calibrated: give --gold with known answers of 20 tasks or more"


@app.command("aggregate")
def aggregate(
    labels: Annotated[Path, typer.Argument(metavar="LABELS.csv", help="Columns task, worker, label; - reads stdin.")],
    method: Annotated[str, typer.Option(help="auto, or one of the methods in docs/reference/measure.md.")] = "auto",
    gold: Annotated[Path | None, typer.Option(metavar="FILE", help="Known answers: columns task, label.")] = None,
    features: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Numbers of each task (CSV or NPZ): column task, then numbers.")
    ] = None,
    probabilities: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A model's: column task, then one for each class.")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to write the verdicts; else stdout.")] = None,
    as_json: Json = False,
) -> None:
    """Turn several people's labels into one a task: columns task, label, confidence."""
    if [str(path) for path in (labels, gold, features, probabilities)].count("-") > 1:
        raise Refused("Only one of the files can be stdin.")
    beside = [item_rows.read(features, "feature")] if features else []
    beside += [item_rows.read(probabilities, "probability")] if probabilities else []
    if beside and method != "auto":
        raise Refused("--features and --probabilities go with --method auto.")
    read = columns.read(labels)
    known = {} if gold is None else columns.truth(gold)
    names = sorted({*read.labels, *known.values(), *(n for one in beside for n in one.names if one.what != "feature")})
    tasks = list(dict.fromkeys([*read.tasks, *(task for one in beside for task in one.tasks)]))
    found, voice = _found(read, tasks, names, known, method, beside)
    told = {
        "method": found.method, "answers": len(read.task), "repeated": read.repeated, "copied": found.repeated,
        "tasks": len(tasks), "workers": len(read.workers), "classes": len(names),
        "gold": sum(t in known for t in tasks), "gold_unmatched": len(set(known).difference(tasks)),
        "gold_unsaid": len(set(known.values()).difference(read.labels)), "calibrated": found.calibrated,
        "iterations": found.iterations, "converged": found.converged,
    }  # fmt: skip
    if voice is not None:
        told["items"] = {
            "on": voice.on, "weight": voice.weight, "gain": voice.gain, "tasks": voice.heard,
            "unanswered": len(tasks) - len(read.tasks),
        }  # fmt: skip
    rows = [
        (task, names[one], float(p))
        for task, one, p in zip(tasks, found.label, found.confidence, strict=True)
        if one >= 0
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
    tasks_ = "1 task" if len(rows) == 1 else f"{len(rows)} tasks"
    rounds = "" if found.converged else f", not at rest after {found.iterations} rounds"
    print(
        f"{tasks_} by {found.method}{rounds}; confidences are {sure}.{_heard(voice)}{_strange(told)}", file=sys.stderr
    )


def _strange(told: Mapping[str, object]) -> str:
    """What of the gold can hardly be meant so."""
    few = f" Tasks of the gold without answers: {told['gold_unmatched']}." if told["gold_unmatched"] else ""
    typo = f" Labels of the gold that nobody gave: {told['gold_unsaid']}." if told["gold_unsaid"] else ""
    return few + typo


def _heard(voice: "Voice | None") -> str:
    if voice is None:
        return ""
    if not voice.on:
        return " What is known of items does not foretell the answers: it was left out."
    return f" Items have a say of weight {voice.weight:.1f}: {voice.gain / voice.heard:.2f} nats a task are gained."


def _found(
    read: columns.Labels, tasks: Sequence[str], names: list[str], known: Mapping[str, str], method: str,
    beside: Sequence[item_rows.Rows],
) -> "tuple[Aggregate, Voice | None]":  # fmt: skip
    import numpy as np  # noqa: PLC0415 - for this command only

    from neraca.measure import aggregate as measure  # noqa: PLC0415 - needs NumPy
    from neraca.measure import features  # noqa: PLC0415 - needs NumPy

    place = {name: i for i, name in enumerate(names)}
    label = np.array([place[name] for name in read.labels])[np.asarray(read.label, dtype=np.int64)]
    gold = np.array([place[known[task]] if task in known else -1 for task in tasks])
    answers = np.asarray(read.task, dtype=np.int64), np.asarray(read.worker, dtype=np.int64), label
    sizes = {"tasks": len(tasks), "labelers": len(read.workers), "classes": len(names)}
    if not beside:
        return measure.estimate(*answers, **sizes, method=method, gold=gold), None
    numbers = item_rows.together(beside, tasks, names)
    got = features.estimate(
        *answers, **sizes, features=numbers.features, probabilities=numbers.probabilities, of=numbers.of, gold=gold
    )  # fmt: skip
    return got.found, got.voice


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
    except OSError as error:
        raise Refused(f"{out} cannot be written: {error.strerror}.") from None
    finally:
        part.unlink(missing_ok=True)
