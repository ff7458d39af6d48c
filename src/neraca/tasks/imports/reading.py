"""Rows of a file with their byte positions, in constant memory."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from neraca.kit import strictjson
from neraca.kit.problems import CATALOGUE, Fault

ROW_LIMIT = 1 << 20
csv.field_size_limit(ROW_LIMIT)
BOM = b"\xef\xbb\xbf"
DELIMITERS = ",;\t"


@dataclass(slots=True)
class Row:
    """One row: its value, or what is wrong with it; `end` is the byte after it."""

    end: int
    value: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


class HeaderError(ValueError):
    """The first line of a CSV cannot be used; `faults` names everything about it."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__(faults[0].detail)


def refused(code: str, **facts: Any) -> Fault:
    """A fault of the row as a whole, in the words of the error catalogue (which speak of the body)."""
    return Fault(
        "#", code, CATALOGUE[code](**facts).detail.replace("The body", "The row").replace("the body", "the row")
    )


def _too_long() -> Fault:
    return Fault("#", "row-too-long", f"The row is longer than {ROW_LIMIT} bytes.")


class _Lines:
    """The file's lines; one beyond the limit is passed over to its end."""

    def __init__(self, file: BinaryIO, offset: int) -> None:
        self._file = file
        self.offset = offset
        file.seek(offset)

    def next(self) -> tuple[bytes, bool] | None:
        """The next line with its end, and whether it is whole."""
        line = self._file.readline(ROW_LIMIT)
        if not line:
            return None
        self.offset += len(line)
        whole = True
        part = line
        while len(part) == ROW_LIMIT and not part.endswith(b"\n"):
            part = self._file.readline(ROW_LIMIT)
            self.offset += len(part)
            whole = whole and not part
        return line, whole


def jsonl(file: BinaryIO, offset: int) -> Iterator[Row]:
    """One JSON object a line; empty lines are passed over."""
    lines = _Lines(file, offset)
    while (found := lines.next()) is not None:
        line, whole = found
        if lines.offset == len(line):
            line = line.removeprefix(BOM)
        line = line.strip(b" \t\r\n")
        if not line:
            continue
        row = Row(lines.offset)
        if not whole:
            row.faults.append(_too_long())
        else:
            try:
                value = strictjson.loads(line)
            except strictjson.Refused as wrong:
                row.faults.append(refused(wrong.code, **wrong.facts))
            else:
                if isinstance(value, dict):
                    row.value = value
                else:
                    row.faults.append(Fault("#", "wrong-type", "A row is a JSON object."))
        yield row


class Table:
    """A CSV file with a header line: RFC 4180, UTF-8, comma, semicolon or tab."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        lines = _Lines(file, 0)
        found = lines.next()
        line, whole = found if found is not None else (b"", True)
        try:
            text = line.removeprefix(BOM).decode("utf-8").rstrip("\r\n") if whole else ""
        except UnicodeDecodeError:
            raise HeaderError([Fault("#/0", "invalid-encoding", "The first line is not UTF-8.")]) from None
        self.delimiter = max(DELIMITERS, key=text.count)
        try:
            cells = next(csv.reader([text], delimiter=self.delimiter, strict=True), [])
        except csv.Error:
            cells = []
        self.columns = [c.strip() for c in cells]
        self.begin = lines.offset
        if not any(self.columns):
            raise HeaderError([Fault("#/0", "no-header", "The first line must name the columns.")])

    def rows(self, offset: int) -> Iterator[tuple[int, list[str] | None, Fault | None]]:
        """(end, cells, fault) of every row from a row's beginning on; empty lines are passed over."""
        lines = _Lines(self._file, max(offset, self.begin))
        while True:
            feed = _Feed(lines)
            reader = csv.reader(feed, delimiter=self.delimiter, strict=True)
            try:
                for cells in reader:
                    fault = feed.fault
                    feed.reset()
                    if fault is not None:
                        yield lines.offset, None, fault
                    elif cells:
                        yield lines.offset, cells, None
            except (csv.Error, _TooLong) as wrong:
                fault = (
                    _too_long()
                    if isinstance(wrong, _TooLong)
                    else Fault("#", "malformed-csv", "The row is not valid CSV: a quotation mark is out of place.")
                )
                yield lines.offset, None, fault
                continue
            return


class _TooLong(Exception):
    pass


class _Feed:
    """Lines for the csv module, which asks for one more only while a quoted cell is open."""

    def __init__(self, lines: _Lines) -> None:
        self._lines = lines
        self._bytes = 0
        self.fault: Fault | None = None

    def reset(self) -> None:
        self._bytes, self.fault = 0, None

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        found = self._lines.next()
        if found is None:
            raise StopIteration
        line, whole = found
        self._bytes += len(line)
        if not whole or self._bytes > ROW_LIMIT:
            raise _TooLong
        if b"\0" in line:
            self.fault = refused("nul-not-allowed", where="#")
            line = line.replace(b"\0", b"")
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError as wrong:
            self.fault = refused("invalid-encoding", at=wrong.start)
            return line.decode("utf-8", "replace")
