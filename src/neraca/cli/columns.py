"""A table of labels, read row by row: columns task, worker, label, and time if it is there; `-` is stdin."""

import io
import sys
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from neraca.cli.speech import Refused
from neraca.measure import tables

LARGEST = 1e150  # of times and of labels that are numbers: their squares are finite
NEEDED = ("task", "worker", "label")


@dataclass(frozen=True, slots=True)
class Labels:
    """n answers as indices into the names, and their times in seconds (none if there is no such column).

    A worker's first answer to a task counts; `repeated` tells how many others were left out.
    """

    name: str
    task: "array[int]"
    worker: "array[int]"
    label: "array[int]"
    time: "array[float]"
    tasks: list[str]
    workers: list[str]
    labels: list[str]
    repeated: int


@contextmanager
def opened(path: Path) -> Iterator[tuple[str, TextIO]]:
    """What a file is called, and its text."""
    if str(path) == "-":
        yield "stdin", io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig", newline="")
        return
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield path.name, file
    except OSError as error:
        raise Refused(f"{path.name} cannot be read: {error.strerror}.") from None


def read(path: Path) -> Labels:
    """Every answer of a CSV file; memory is three numbers an answer and each name once.

    Raises one sentence, as Refused or ValueError, that names the line.
    """
    with opened(path) as (name, file):
        return _read(name, file)


def truth(path: Path) -> dict[str, str]:
    """Known labels by task, from columns task, label. Raises as `read` does, also for a task with two labels."""
    with opened(path) as (name, file):
        return tables.known(name, file)


def _read(name: str, file: TextIO) -> Labels:
    columns, rows = tables.table(name, file, NEEDED, ("time",))
    numbers: tuple[dict[str, int], ...] = ({}, {}, {})
    found = (array("q"), array("q"), array("q"))
    time = array("d")
    timed = "time" in columns
    for line, row in rows:
        for column, known, value in zip(found, numbers, row[:3], strict=True):
            column.append(known.setdefault(value, len(known)))
        if timed:
            time.append(_seconds(row[3], f"{name}, line {line}"))
    if not found[0]:
        raise Refused(f"{name} has no answers.")
    tasks, workers, labels = (list(known) for known in numbers)
    repeated = _first_answers(found, time, len(workers))
    return Labels(name, *found, time, tasks, workers, labels, repeated)


def _first_answers(columns: "Sequence[array[int]]", time: "array[float]", workers: int) -> int:
    """Keeps a worker's first answer to each task, in place; how many others there were. A set would be most memory."""
    import numpy as np  # noqa: PLC0415 - for commands that read labels only

    given = [np.array(column, dtype=np.int64) for column in columns]
    _, first = np.unique(given[0] * workers + given[1], return_index=True)
    repeated = len(given[0]) - len(first)
    if repeated:
        first.sort()
        for column, values in zip(columns, given, strict=True):
            column[:] = array("q", values[first].tobytes())
        if time:
            time[:] = array("d", np.array(time)[first].tobytes())
    return repeated


def _seconds(text: str, where: str) -> float:
    """A number of seconds, or a date and time in ISO 8601 (UTC if it names no zone)."""
    try:
        found = float(text)
    except ValueError:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise Refused(f"{where}: the time {text[:40]!r} is neither seconds nor ISO 8601.") from None
        found = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    if not abs(found) <= LARGEST:
        raise Refused(f"{where}: the time {text[:40]!r} is not finite, or beyond {LARGEST:g}.")
    return found


def number(text: str) -> float | None:
    """A label as a number up to `LARGEST`, or None."""
    try:
        found = float(text)
    except ValueError:
        return None
    return found if abs(found) <= LARGEST and "_" not in text else None
