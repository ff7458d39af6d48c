"""A table of labels, read row by row: columns task, worker, label, and time if it is there; `-` is stdin."""

import csv
import io
import sys
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path
from typing import TextIO

from neraca.cli.speech import Refused

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
def _opened(path: Path) -> Iterator[TextIO]:
    if str(path) == "-":
        yield io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig", newline="")
        return
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield file


def read(path: Path) -> Labels:
    """Every answer of a CSV file; memory is three numbers an answer and each name once.

    Raises Refused with one sentence that names the line.
    """
    name = "stdin" if str(path) == "-" else path.name
    try:
        with _opened(path) as file:
            return _read(name, file)
    except (UnicodeDecodeError, csv.Error) as error:
        raise Refused(f"{name} is not a CSV file in UTF-8: {error}.") from None
    except OSError as error:
        raise Refused(f"{name} cannot be read: {error.strerror}.") from None


def _read(name: str, file: TextIO) -> Labels:
    table = csv.reader(file, strict=True)
    head = [column.strip().lower() for column in next(table, [])]
    if missing := [column for column in NEEDED if column not in head]:
        raise Refused(f"{name} has no column {', '.join(missing)}; it needs {', '.join(NEEDED)}.")
    if twice := [column for column in (*NEEDED, "time") if head.count(column) > 1]:
        raise Refused(f"{name} has the column {twice[0]} twice.")
    at = [head.index(column) for column in NEEDED]
    clock = head.index("time") if "time" in head else None
    numbers: tuple[dict[str, int], ...] = ({}, {}, {})
    columns = (array("q"), array("q"), array("q"))
    time = array("d")
    for row in table:
        if not row:
            continue
        if len(row) != len(head) or not all(row[i].strip() for i in at):
            raise Refused(f"{name}, line {table.line_num}: a value is missing or too many.")
        task, worker, label = (
            known.setdefault(row[i].strip(), len(known)) for known, i in zip(numbers, at, strict=True)
        )
        for column, number in zip(columns, (task, worker, label), strict=True):
            column.append(number)
        if clock is not None:
            time.append(_seconds(row[clock].strip(), f"{name}, line {table.line_num}"))
    if not columns[0]:
        raise Refused(f"{name} has no answers.")
    tasks, workers, labels = (list(known) for known in numbers)
    repeated = _first_answers(columns, time, len(workers))
    return Labels(name, *columns, time, tasks, workers, labels, repeated)


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


def truth(path: Path) -> dict[str, str]:
    """Known labels by task, from columns task, label. Raises Refused naming the line, or a task with two labels."""
    name = "stdin" if str(path) == "-" else path.name
    found: dict[str, str] = {}
    try:
        with _opened(path) as file:
            table = csv.reader(file, strict=True)
            head = [column.strip().lower() for column in next(table, [])]
            if missing := [column for column in ("task", "label") if column not in head]:
                raise Refused(f"{name} has no column {', '.join(missing)}; it needs task, label.")
            task, label = head.index("task"), head.index("label")
            for row in table:
                if not row:
                    continue
                if len(row) != len(head) or not row[task].strip() or not row[label].strip():
                    raise Refused(f"{name}, line {table.line_num}: a value is missing or too many.")
                said = found.setdefault(row[task].strip(), row[label].strip())
                if said != row[label].strip():
                    raise Refused(
                        f"{name}, line {table.line_num}: the task {row[task][:40]!r} has another label above."
                    )
    except (UnicodeDecodeError, csv.Error) as error:
        raise Refused(f"{name} is not a CSV file in UTF-8: {error}.") from None
    except OSError as error:
        raise Refused(f"{name} cannot be read: {error.strerror}.") from None
    return found


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
    if not isfinite(found):
        raise Refused(f"{where}: the time {text[:40]!r} is not finite.")
    return found


def number(text: str) -> float | None:
    """A label as a finite number, or None."""
    try:
        found = float(text)
    except ValueError:
        return None
    return found if isfinite(found) and "_" not in text else None
