"""CSV files as people have them: what is read, and which line a refusal names."""

import csv
import io
from collections.abc import Iterator
from typing import TextIO

import pytest

from neraca.measure import tables

GOOD = "task,worker,label\na,w,cat\nb,v,dog\n"
WANTED = ("task", "worker", "label")


def text(raw: bytes) -> TextIO:
    """As a file is opened."""
    return io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8-sig", newline="")


@pytest.fixture(autouse=True)
def _limit() -> Iterator[None]:
    """The process's longest field as Python starts with it: the engine's imports, loaded by other tests, raise it."""
    before = csv.field_size_limit(131_072)
    yield
    csv.field_size_limit(before)


def rows(raw: bytes) -> list[tables.Row]:
    return list(tables.table("f.csv", text(raw), WANTED, ("time",))[1])


@pytest.mark.parametrize(
    "raw",
    [
        GOOD.encode(),
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.replace("\n", "\r").encode(),
        GOOD.replace(",", ";").encode(),
        GOOD.replace(",", "\t").encode(),
        b"\xef\xbb\xbf" + GOOD.replace(",", ";").replace("\n", "\r\n").encode(),
        GOOD.replace("task,worker,label", " Task ,WORKER, Label").encode(),
        GOOD.replace(",", " , ").encode(),
        GOOD.replace("dog", '"dog"').replace("task", '"task"').encode(),
        GOOD.removesuffix("\n").encode(),
    ],
)
def test_marks_separators_and_ends_of_lines(raw: bytes) -> None:
    assert rows(raw) == [(2, ["a", "w", "cat"]), (3, ["b", "v", "dog"])]


def test_columns_in_any_order_blank_lines_and_a_value_over_two_lines() -> None:
    raw = b'label;x;time;worker;task\n\n"one; two";;5;w;t\n"three\nfour";x;;v;t\n'
    columns, found = tables.table("f.csv", text(raw), WANTED, ("time", "pace"))
    assert columns == [*WANTED, "time"]
    assert list(found) == [(3, ["t", "w", "one; two", "5"]), (4, ["t", "v", "three\nfour", ""])]


LONG = "".join(f"task {n},w,cat\n" for n in range(5000))


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", "has no column task, worker, label; it needs task, worker, label, named in its first line"),
        (b"a,w,cat\n", "has no column task, worker, label"),
        (b"task,label\na,cat\n", "has no column worker"),
        (b"task;label\na;cat\n", "has no column worker"),
        (b"task,worker,label,Label\na,w,c,d\n", "has the column label twice"),
        (GOOD.encode() + b"c,w\n", "line 4: a value is missing; there are 2, and the first line names 3 columns"),
        (GOOD.encode() + b"c,w,x,y\n", "line 4: a value is too many; there are 4"),
        (GOOD.encode() + b"c, ,x\n", "line 4: the worker is empty."),
        (GOOD.encode() + b"c,,x\n" * 2 + b"d,w,x\n" + b"e,w\n" * 9, "the worker is empty; wrong too: line 5, line 7,"),
        (GOOD.encode() + b"c,,x\n" * 9, "the worker is empty; wrong too: line 5, line 6, line 7, line 8, 4 more."),
        (GOOD.encode() + b'c,w,"x\nd,w,y\n', "line 4: this is not CSV: a quoted value begins here and never ends"),
        (GOOD.encode() + b'c,w,"x"y\n', "line 4: this is not CSV"),
        (GOOD.encode() + b"c,w," + b"x" * 200_000 + b"\n", "line 4: this is not CSV: field larger"),
        (GOOD.encode() + "c,wé,x\n".encode("latin-1"), "line 4: this is not UTF-8; save the file as CSV in UTF-8"),
        ((GOOD + LONG).encode() + b"c,\xff,x\n", "line 5004: this is not UTF-8"),
        ((GOOD + LONG).replace("\n", "\r\n").encode() + b"c,\xff,x\r\n", "line 5004: this is not UTF-8"),
        ((GOOD + LONG).replace("\n", "\r").encode() + b"c,\xff,x\r", "line 5004: this is not UTF-8"),
        (b"task,w\xf6rker,label\n", "line 1: this is not UTF-8"),
        (GOOD.encode("utf-16"), "line 1: this is not UTF-8"),
        (bytes(2_000_000), "has no column task, worker, label"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_with_its_line(raw: bytes, told: str) -> None:
    with pytest.raises(ValueError, match=r"^f\.csv") as refused:
        rows(raw)
    assert told in str(refused.value)
    assert len(str(refused.value)) < 200


def test_a_task_is_known_once() -> None:
    assert tables.known("f.csv", text(b"task,label\na,cat\nb,dog\na,cat\n")) == {"a": "cat", "b": "dog"}
    assert tables.known("f.csv", text(b"task,label\n")) == {}
    with pytest.raises(ValueError, match=r"f\.csv, line 4: the task 'a' has another label above\."):
        tables.known("f.csv", text(b"task,label\na,cat\nb,dog\na,dog\n"))
