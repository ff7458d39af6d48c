"""`neraca aggregate` as a process, on plain files."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest


def aggregate(*words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from neraca.cli import main; main()", "aggregate", *words],
        input=given, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def labels() -> str:
    said = {"a": "cat,cat,dog", "b": "dog,dog,dog", "c": "cat,dog,cat"}
    rows = [f"{t},w{w},{one}" for t, all_of in said.items() for w, one in enumerate(all_of.split(","))]
    return "task,worker,label\n" + "\n".join(rows) + "\n"


def test_verdicts_stream_through() -> None:
    done = aggregate("-", given=labels())
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [(r["task"], r["label"]) for r in rows] == [("a", "cat"), ("b", "dog"), ("c", "cat")]
    assert all(0.5 < float(r["confidence"]) <= 1 for r in rows)
    assert "not calibrated" in done.stderr
    assert done.stderr.count("\n") == 1


def test_gold_is_kept_and_told(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text(labels())
    (tmp_path / "gold.csv").write_text("task,label\na,bird\nnobody,cat\n")
    done = aggregate(
        str(tmp_path / "labels.csv"), "--gold", str(tmp_path / "gold.csv"), "--out", str(tmp_path / "v.csv"), "--json"
    )
    told = json.loads(done.stdout)
    assert (told["gold"], told["gold_unmatched"], told["calibrated"], told["classes"]) == (
        1,
        1,
        False,
        3,
    )  # one known task calibrates nothing
    with (tmp_path / "v.csv").open() as file:
        first = next(csv.DictReader(file))
    assert first == {"task": "a", "label": "bird", "confidence": "1.000000"}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["gold.csv", "labels.csv", "v.csv"]


@pytest.mark.parametrize("method", ["majority", "wawa", "dawid-skene", "glad"])
def test_every_method_has_a_name(method: str) -> None:
    told = json.loads(aggregate("-", "--method", method, "--json", given=labels()).stdout)
    assert (told["method"], told["calibrated"]) == (method, False)
    assert [v["label"] for v in told["verdicts"]] == ["cat", "dog", "cat"]


@pytest.mark.parametrize(
    ("words", "given", "told"),
    [
        (["-"], "task,worker\na,b\n", "stdin has no column label"),
        (["-"], "task,worker,label\na,b\n", "stdin, line 2"),
        (["-"], "task,worker,label\n", "stdin has no answers"),
        (["nothing.csv"], "", "nothing.csv cannot be read"),
        (["-", "--method", "best"], labels(), "There is no method best"),
        (["-", "--gold", "-"], labels(), "Only one of"),
        (["-", "--out", "/nowhere/at/all.csv"], labels(), "/nowhere/at/all.csv cannot be written: No such file"),
    ],
)
def test_failure_is_one_sentence(words: list[str], given: str, told: str) -> None:
    done = aggregate(*words, given=given)
    assert (done.returncode, done.stdout) == (1, "")
    assert told in done.stderr
    assert done.stderr.count("\n") == 1


def test_semicolons_and_a_gold_that_fits_nothing(tmp_path: Path) -> None:
    """As a spreadsheet saves it where the comma is for decimals; a mistyped gold is told and not passed over."""
    (tmp_path / "gold.csv").write_text("\ufefftask;label\r\na;Cat\r\nz;dog\r\n", "utf-8")
    words = ("-", "--gold", str(tmp_path / "gold.csv"))
    given = labels().replace(",", ";").replace("\n", "\r\n")
    done = aggregate(*words, given=given)
    assert done.stdout.startswith("task,label,confidence\na,Cat,1.000000\n")
    assert "Tasks of the gold without answers: 1. Labels of the gold that nobody gave: 1." in done.stderr
    assert done.stderr.count("\n") == 1
    told = json.loads(aggregate(*words, "--json", given=given).stdout)
    assert (told["gold"], told["gold_unmatched"], told["gold_unsaid"], told["converged"]) == (1, 1, 1, True)


def test_gold_with_two_labels_for_a_task_is_refused(tmp_path: Path) -> None:
    (tmp_path / "gold.csv").write_text("task,label\na,cat\na,dog\n")
    done = aggregate("-", "--gold", str(tmp_path / "gold.csv"), given=labels())
    assert done.returncode == 1
    assert "gold.csv, line 3" in done.stderr
