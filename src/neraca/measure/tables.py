"""A CSV file row by row: the wanted columns, found by the names in its first line.

UTF-8, with or without a mark at its beginning; the separator is the comma, semicolon or tab that the first line shows.
A refusal is a ValueError with one sentence that names the file and the line.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Protocol, TextIO

SEPARATORS = ",;\t"
FIRST_LINE = 1 << 20  # characters
SHOWN = 5  # wrong lines that are named

Row = tuple[int, list[str]]


class _Lines(Protocol):
    """What `csv.reader` makes."""

    @property
    def line_num(self) -> int: ...
    def __iter__(self) -> Iterator[list[str]]: ...


def table(
    name: str, file: TextIO, wanted: Sequence[str], optional: Sequence[str] = ()
) -> tuple[list[str], Iterator[Row]]:
    """The columns that are there, the wanted ones first, and the rows: (line, their values, stripped).

    `file` is opened with `newline=""`. Of a wanted column no value is empty.
    """
    first = _first(name, file)
    reach = {mark: len(_named(first, mark).intersection(wanted)) for mark in SEPARATORS}
    mark = max(SEPARATORS, key=reach.__getitem__)
    if reach[mark] < len(set(wanted)):
        missing = ", ".join(column for column in wanted if column not in _named(first, mark))
        raise ValueError(f"{name} has no column {missing}; it needs {', '.join(wanted)}, named in its first line.")
    lines = csv.reader(chain([first], file), delimiter=mark, strict=True)
    head = _head(next(lines))
    if twice := [column for column in (*wanted, *optional) if head.count(column) > 1]:
        raise ValueError(f"{name} has the column {twice[0]} twice.")
    columns = [*wanted, *(column for column in optional if column in head)]
    return columns, _rows(name, lines, head, columns, len(wanted))


def matrix(name: str, file: TextIO, key: str) -> tuple[list[str], Iterator[Row]]:
    """Every column of a file whose first one is `key`, named as in its first line, and the rows; no value is empty.

    Nothing is named where there is no column but `key`, or another one is first.
    """
    first = _first(name, file)
    wide = {mark: len(names) for mark in SEPARATORS if (names := _split(first, mark)) and _head(names)[0] == key}
    if max(wide.values(), default=0) < 2:
        return [], iter(())
    lines = csv.reader(chain([first], file), delimiter=max(wide, key=wide.__getitem__), strict=True)
    head = [column.strip() for column in next(lines)]
    if twice := [column for column, n in Counter(head).items() if n > 1]:
        raise ValueError(f"{name} has the column {twice[0][:40]!r} twice.")
    return head, _rows(name, lines, head, head, len(head))


def known(name: str, file: TextIO) -> dict[str, str]:
    """Known labels by task, from columns task, label."""
    found: dict[str, str] = {}
    for line, (task, label) in table(name, file, ("task", "label"))[1]:
        if found.setdefault(task, label) != label:
            raise ValueError(f"{name}, line {line}: the task {task[:40]!r} has another label above.")
    return found


def _head(names: Sequence[str]) -> list[str]:
    return [name.strip().lower() for name in names]


def _named(first: str, mark: str) -> set[str]:
    """What the first line names, if this is the separator."""
    return set(_head(_split(first, mark)))


def _split(first: str, mark: str) -> list[str]:
    try:
        return next(csv.reader([first], delimiter=mark), [])
    except csv.Error:
        return []


def _first(name: str, file: TextIO) -> str:
    try:
        return file.readline(FIRST_LINE)
    except UnicodeDecodeError as error:
        raise _not_text(name, 0, error) from None


def _rows(name: str, lines: _Lines, head: list[str], columns: list[str], needed: int) -> Iterator[Row]:
    place = {column: i for i, column in enumerate(head)}
    at = [place[column] for column in columns]
    wrong: list[str] = []
    more, line = 0, lines.line_num + 1
    try:
        for row in lines:
            if row:
                values = [row[i].strip() if i < len(row) else "" for i in at]
                if len(row) == len(head) and all(values[:needed]):
                    yield line, values
                elif len(wrong) < SHOWN:
                    wrong.append(_fault(line, row, head, values, columns))
                else:
                    more += 1
            line = lines.line_num + 1
    except UnicodeDecodeError as error:
        raise _not_text(name, lines.line_num, error) from None
    except csv.Error as error:
        why = "a quoted value begins here and never ends" if "end of data" in str(error) else f"{error}"
        raise ValueError(f"{name}, line {line}: this is not CSV: {why}.") from None
    if wrong:
        others = [one.partition(":")[0] for one in wrong[1:]] + ([f"{more} more"] if more else [])
        raise ValueError(f"{name}, {wrong[0]}{'; wrong too: ' if others else ''}{', '.join(others)}.")


def _fault(line: int, row: Sequence[str], head: Sequence[str], values: Sequence[str], columns: Sequence[str]) -> str:
    if len(row) != len(head):
        what = "missing" if len(row) < len(head) else "too many"
        return f"line {line}: a value is {what}; there are {len(row)}, and the first line names {len(head)} columns"
    return f"line {line}: the {columns[values.index('')]} is empty"


def _not_text(name: str, before: int, error: UnicodeDecodeError) -> ValueError:
    """The decoder is ahead of the reader: in the line that comes next, or further on in the same piece of bytes."""
    piece = error.object[: error.start]
    ends = piece.count(b"\n") or piece.count(b"\r")
    return ValueError(f"{name}, line {before + 1 + ends}: this is not UTF-8; save the file as CSV in UTF-8.")
