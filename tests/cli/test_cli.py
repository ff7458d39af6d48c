"""The command line as a process: what it prints, where, and how it fails."""

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest


def neraca(home: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    known = {name: value for name, value in os.environ.items() if not name.startswith("NERACA_")}
    known.pop("DATABASE_URL", None)
    return subprocess.run(
        [sys.executable, "-c", "from neraca.cli import main; main()", *words],
        env={**known, "NERACA_HOME": str(home), **environment}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize(
    "words",
    [
        ["project", "list"],
        ["client", "list"],
        ["client", "add", "x"],
        ["import", "p", "nothing.csv", "--url", "http://127.0.0.1:9", "--key", "k"],
        ["task", "add", "p", "nothing.jsonl", "--url", "http://127.0.0.1:9", "--key", "k"],
        ["project", "create", "x", "--kind", "choice", "--config", "nothing.json"],
    ],
)
def test_failure_is_one_sentence(tmp_path: Path, words: list[str]) -> None:
    done = neraca(tmp_path, *words)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("neraca: ")
    assert done.stderr.count("\n") == 1


def test_the_key_of_the_file_goes_only_to_its_own_address(tmp_path: Path) -> None:
    (tmp_path / "first-run.json").write_text(json.dumps({"url": "http://127.0.0.1:8000", "live": "nrc_live_x"}))
    done = neraca(tmp_path, "project", "list", "--url", "http://127.0.0.1:9")
    assert done.returncode == 1
    assert "Give --key too" in done.stderr


def test_doctor_without_a_database_says_what_to_do(tmp_path: Path) -> None:
    done = neraca(tmp_path, "doctor", "--json")
    assert done.returncode == 1
    findings = {found["what"]: found for found in json.loads(done.stdout)}
    assert findings["Python"]["state"] in {"ok", "warn"}
    assert findings["database"]["state"] == "fail"
    assert "make run" in findings["database"]["detail"]


def test_help_loads_no_server(tmp_path: Path) -> None:
    program = "import sys, neraca.cli; assert not {'psycopg', 'fastapi', 'numpy', 'alembic'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
    done = neraca(tmp_path, "--help")
    assert done.returncode == 0
    assert {"serve", "client", "doctor", "project", "task", "import", "export", "wait"} <= set(done.stdout.split())


def test_the_version_is_that_of_the_installed_package(tmp_path: Path) -> None:
    done = neraca(tmp_path, "--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"neraca {version('neraca')}\n", "")


@pytest.mark.parametrize("words", [["client", "list"], ["client", "add", "x"]])
def test_a_database_that_is_gone_is_told_at_once(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "database.json").write_text(json.dumps({"dsn": f"host={tmp_path} user=neraca dbname=postgres"}))
    done = neraca(tmp_path, *words)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("neraca: The database does not answer")
    assert done.stderr.count("\n") == 1


def test_replay_tells_accuracy_and_answers_used(tmp_path: Path) -> None:
    rows = [f"t{task},w{worker},{'ab'[task % 2]}" for task in range(20) for worker in range(5)]
    (tmp_path / "labels.csv").write_text("task,worker,label\n" + "\n".join(rows) + "\n")
    unknown = json.loads(neraca(tmp_path, "replay", str(tmp_path), "--json").stdout)
    assert (unknown["answers"], unknown["accuracy"]) == (100, None)
    truth = "".join(f"t{task},{'ab'[task % 2]}\n" for task in range(20))
    (tmp_path / "truth.csv").write_text("task,label\n" + truth)
    known = json.loads(neraca(tmp_path, "replay", str(tmp_path), "--target", "0.9", "--json").stdout)
    assert known["full_accuracy"] == 1.0  # everybody agrees with the truth
    assert known["used"] <= 100
