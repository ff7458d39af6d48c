"""`neraca agreement` as a process."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

TABLE = "task,worker,label\n" + "".join(
    f"{t},w{w},{'yes' if (t + (w == 2) * (t % 5 == 0)) % 2 else 'no'}\n" for t in range(20) for w in range(3)
)


def run(*words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from neraca.cli import main; main()", "agreement", *words],
        input=stdin, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_tells_alpha_classes_and_workers(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(TABLE, "utf-8")
    told = json.loads(run(str(path), "--json").stdout)
    # w2 differs in 4 of 20 tasks: 8 of 60 values a task's worth apart, D_o = 8/60; 28 yes, 32 no of 60
    assert told["alpha"] == pytest.approx(1 - (8 / 60) / (2 * told_share(told) / (60 * 59)))
    assert min(told["by_worker"], key=lambda w: w["alpha"])["worker"] == "w2"
    assert {c["label"] for c in told["by_class"]} == {"yes", "no"}
    text = run("-", stdin=TABLE).stdout
    assert f"alpha             {told['alpha']:.4f}" in text
    assert text.startswith("stdin: 60 answers to 20 tasks by 3 workers")


def told_share(told: dict[str, list[dict[str, float]]]) -> float:
    first, second = (round(c["share"] * 60) for c in told["by_class"])
    return first * second


def test_words_in_an_order_and_numbers() -> None:
    words = (
        "label,task,worker,time\nbad,1,a,2026-01-01\ngood,1,b,2026-01-02\nfair,2,a,2026-01-03\nfair,2,b,2026-01-04\n"
    )
    told = json.loads(run("-", "--metric", "ordinal", "--order", "bad,fair,good", "--json", stdin=words).stdout)
    numbers = words.replace("bad", "0").replace("fair", "5").replace("good", "7")
    assert json.loads(run("-", "--metric", "ordinal", "--json", stdin=numbers).stdout)["alpha"] == told["alpha"]
    assert json.loads(run("-", "--metric", "interval", "--json", stdin=numbers).stdout)["alpha"] != told["alpha"]
    assert sum(s["tasks"] for s in told["over_time"]) == 2
    again = words + "good,1,a,2026-01-05\n"
    assert json.loads(run("-", "--json", stdin=again).stdout)["repeated"] == 1


@pytest.mark.parametrize(
    ("stdin", "words", "sentence"),
    [
        ("", ["-"], "stdin has no column task, worker, label"),
        ("task,worker,label\n", ["-"], "stdin has no answers"),
        ("task,worker,label\n1,a,x\n2,a\n", ["-"], "stdin, line 3: a value is missing"),
        ("task,worker,label\n1,a,x\n2,a,y\n", ["-"], "No task has two answers"),
        ("task,worker,label\n1,a,x\n", ["-", "--metric", "interval"], "'x' is not a number"),
        ("task,worker,label\n1,a,x\n", ["-", "--metric", "ordinal"], "Give --order"),
        ("task,worker,label\n1,a,nan\n", ["-", "--metric", "interval"], "'nan' is not a number"),
        ("task,worker,label\n1,a,1e308\n", ["-", "--metric", "interval"], "'1e308' is not a number up to 1e+150"),
        ("task,worker,label,time\n1,a,x,1\n1,b,x,1e308\n", ["-"], "stdin, line 3: the time '1e308' is not finite, or"),
        ("task,worker,label\n1,a,x\n", ["-", "--metric", "ordinal", "--order", "y,z"], "does not name the label 'x'"),
        ("task,worker,label,time\n1,a,x,soon\n", ["-"], "line 2: the time 'soon' is neither"),
        ("", ["nothing.csv"], "nothing.csv cannot be read"),
    ],
)
def test_failure_is_one_sentence(stdin: str, words: list[str], sentence: str) -> None:
    done = run(*words, stdin=stdin)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("neraca: ")
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
