"""`neraca audit` as a process, on a crowd whose truth is known."""

import csv
import io
import json
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

ANIMALS = ("cat", "dog", "fox")


def audit(*words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from neraca.cli import main; main()", "audit", *words],
        input=given, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def report(*words: str, given: str = "") -> dict[str, Any]:
    done = audit("-", "--json", *words, given=given)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def crowd() -> tuple[str, dict[str, str]]:
    """Four careful workers who take a fox for a dog at times, one who guesses, and one who copies the first."""
    draw = random.Random(3)  # noqa: S311 - repeatable, not secret
    truth = {f"t{n}": ANIMALS[n % 3] for n in range(240)}
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(("task", "worker", "label"))
    for task, right in truth.items():
        first = ""
        for w in range(4):
            likely = {"cat": (0.94, 0.03, 0.03), "dog": (0.03, 0.85, 0.12), "fox": (0.03, 0.25, 0.72)}[right]
            said = draw.choices(ANIMALS, likely)[0]
            first = first or said
            table.writerow((task, f"w{w}", said))
        table.writerow((task, "copycat", first))
        table.writerow((task, "guesser", draw.choice(ANIMALS)))
    return out.getvalue(), truth


def test_it_names_the_errors_the_odd_workers_and_the_confused_labels() -> None:
    given, truth = crowd()
    told = report(given=given)
    assert (told["answers"], told["tasks"], told["workers"], told["classes"]) == (1440, 240, 6, 3)
    assert told["agreement"]["low"] < told["agreement"]["alpha"] < told["agreement"]["high"]
    errors = [one["label"] != truth[one["task"]] for one in told["doubts"]]
    # Of 240 labels 16 are wrong (26 where a copy's vote counts in ties), most among the first 30: the place to look.
    assert sum(errors) < 20
    assert sum(errors[:30]) > 0.6 * sum(errors)
    assert sum(errors[80:]) == 0
    # These workers err each on their own, but for the copy; most crowds do not, and without gold that is not known.
    assert 10 < told["expected_wrong_apart"] < 20 < told["expected_wrong"] < 45
    wrong = [one["wrong"] for one in told["doubts"]]
    assert wrong == sorted(wrong, reverse=True)
    assert all(sum(one["votes"].values()) == one["answers"] == 6 for one in told["doubts"])
    odd = {one["worker"]: one["evidence"] for one in told["suspects"]}
    assert set(odd) == {"copycat", "guesser", "w0"}
    assert [e["kind"] for e in odd["guesser"]] == ["agreement"]
    copied = next(e for e in odd["copycat"] if e["kind"] == "copies")
    assert copied["facts"]["other"] == "w0"
    assert "240 of 240 answers are the same as those of labeler 'w0'" in copied["sentence"]
    assert {told["confused"][0]["left"], told["confused"][0]["right"]} == {"dog", "fox"}
    assert told["confused"][0]["tasks"]
    people = {one["worker"]: one for one in told["labelers"]}
    assert min(people, key=lambda w: people[w]["accuracy"]) == "guesser"
    assert all(one["low"] < one["accuracy"] < one["high"] for one in people.values())
    assert 0.5 < people["guesser"]["against"] < 0.8
    assert 0 < told["saving"]["saved"] < 1
    assert told["saving"]["same"] > 0.88  # a replay finds the copy only on the way


def test_it_reads_well() -> None:
    done = audit("-", given=crowd()[0])
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("stdin: 1440 answers to 240 tasks by 6 workers, 3 different labels\nagreement ")
    for part in (
        "if workers err each on their own, ",
        "of tied ones the likelier",
        "not calibrated",
        "likely wrong",
        "  guesser, 240 answers\n    - ",
        "dog and fox",
        "% saved)",
    ):
        assert part in done.stdout, part
    assert done.stderr == ""


def test_gold_is_kept_apart_and_calibrates(tmp_path: Path) -> None:
    given, truth = crowd()
    known = dict(list(truth.items())[:60])
    (tmp_path / "gold.csv").write_text("task,label\n" + "".join(f"{t},{c}\n" for t, c in known.items()))
    told = report("--gold", str(tmp_path / "gold.csv"), given=given)
    assert told["calibrated"]
    assert (told["gold"]["tasks"], told["judged"], told["expected_wrong_apart"]) == (60, 180, None)
    wrong = sum(one["label"] != truth[one["task"]] for one in told["doubts"])
    assert abs(told["expected_wrong"] - wrong) < 6  # gold tells how far they err together
    said: dict[str, Counter[str]] = {}
    for row in csv.DictReader(io.StringIO(given)):
        said.setdefault(row["task"], Counter())[row["label"]] += 1
    best = {t: [c for c, n in said[t].items() if n == max(said[t].values())] for t in known}
    alone, tied = (
        sum(right in best[t] and (len(best[t]) == 1 or ties) for t, right in known.items()) for ties in (0, 1)
    )
    assert alone <= told["gold"]["majority_right"] <= tied
    assert 30 < told["gold"]["right"] <= 60
    assert known.keys().isdisjoint(one["task"] for one in told["doubts"])
    odd = {one["worker"]: {e["kind"] for e in one["evidence"]} for one in told["suspects"]}
    assert "checks" in odd["guesser"]


@pytest.mark.parametrize(
    "rows",
    ["a,x,1", "a,x,1\na,y,1", "a,x,1\nb,y,2", "a,x,1\na,y,2\na,z,3", "\U0001f40d,w\x07,\u202e"],
    ids=["one answer", "one class", "nobody meets", "nobody agrees", "odd names"],
)
def test_small_and_odd_files_have_a_report(rows: str) -> None:
    given = f"task,worker,label\n{rows}\n"
    told = report(given=given)
    assert told["suspects"] == []
    assert all(0 <= one["wrong"] <= 1 for one in told["doubts"])
    shown = audit("-", given=given)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert all(c.isprintable() or c == "\n" for c in shown.stdout)


@pytest.mark.parametrize(
    ("words", "given", "told"),
    [
        (["-"], "task,worker\na,b\n", "stdin has no column label"),
        (["-"], "task,worker,label\na,b\n", "stdin, line 2"),
        (["-"], "task,worker,label\n", "stdin has no answers"),
        (["-"], "task,worker,label,time\na,b,c,nan\n", "stdin, line 2: the time 'nan' is not finite"),
        (
            ["-"],
            "task,worker,label\n" + "".join(f"t{n},w,free text {n}\n" for n in range(2001)),
            "2001 different labels",
        ),
        (["nothing.csv"], "", "nothing.csv cannot be read"),
        (["-", "--gold", "-"], crowd()[0], "Only one of"),
    ],
)
def test_failure_is_one_sentence(words: list[str], given: str, told: str) -> None:
    done = audit(*words, given=given)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("neraca: ")
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
