"""`neraca aggregate` with features and with a model's probabilities, as a process on plain files."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.cli.test_aggregate import aggregate

NAMES = ("cat", "dog", "fox")


@pytest.fixture
def crowd(tmp_path: Path) -> dict[str, str]:
    """300 tasks with two answers each by people who are right in two of three; the last 20 have features only."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 320)
    items = 1.2 * rng.normal(size=(3, 6))[truth] + rng.normal(size=(320, 6))
    with (tmp_path / "labels.csv").open("w") as file:
        file.write("task,worker,label\n")
        for task in range(300):
            for worker in rng.choice(25, 2, replace=False):
                said = truth[task] if rng.random() < 0.55 else rng.integers(0, 3)
                file.write(f"t{task},w{worker},{NAMES[said]}\n")
    rows = "".join(f"t{n}," + ",".join(f"{x:.4f}" for x in row) + "\n" for n, row in enumerate(items))
    (tmp_path / "features.csv").write_text("task," + ",".join(f"f{n}" for n in range(6)) + "\n" + rows)
    np.savez(tmp_path / "features.npz", task=[f"t{n}" for n in range(320)], rows=items.astype(np.float32))
    model = 2 * np.eye(3)[truth] + 3 * rng.dirichlet(np.ones(3), 320)
    rows = "".join(f"t{n}," + ",".join(f"{x:.4f}" for x in row) + "\n" for n, row in enumerate(model[:, [2, 0, 1]]))
    (tmp_path / "model.csv").write_text("task,fox,cat,dog\n" + rows)
    return {f"t{n}": NAMES[one] for n, one in enumerate(truth)}


def right(path: Path, truth: dict[str, str]) -> tuple[float, float]:
    """The share that is right of the tasks with answers, and of the others."""
    with path.open() as file:
        rows = list(csv.DictReader(file))
    hits = {r["task"]: r["label"] == truth[r["task"]] for r in rows}
    asked, rest = ([hit for task, hit in hits.items() if (int(task[1:]) < 300) is of] for of in (True, False))
    return float(np.mean(asked)), float(np.mean(rest)) if rest else -1.0


def test_features_help_and_answer_for_tasks_without_answers(tmp_path: Path, crowd: dict[str, str]) -> None:
    labels, out = str(tmp_path / "labels.csv"), tmp_path / "v.csv"
    assert aggregate(labels, "--out", str(out)).returncode == 0
    plain, _ = right(out, crowd)
    found = []
    for words in (
        ["--features", "features.csv"], ["--features", "features.npz"], ["--probabilities", "model.csv"],
        ["--features", "features.csv", "--probabilities", "model.csv"],
    ):  # fmt: skip
        files = [str(tmp_path / word) if "." in word else word for word in words]
        done = aggregate(labels, *files, "--out", str(out), "--json")
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        assert (told["method"], told["items"]["on"], told["tasks"], told["items"]["unanswered"]) == (
            "features", True, 320, 20,
        )  # fmt: skip
        found.append(right(out, crowd))
    assert all(asked > plain + 0.05 for asked, _ in found)
    assert all(rest > 0.6 for _, rest in found)
    assert found[0] == found[1]  # the same numbers in another file


def test_useless_features_are_left_out_and_said_to_be(tmp_path: Path, crowd: dict[str, str]) -> None:
    rng = np.random.default_rng(1)
    rows = "".join(f"{task},{rng.normal():.4f}\n" for task in crowd)
    plain = aggregate(str(tmp_path / "labels.csv"))
    done = aggregate(str(tmp_path / "labels.csv"), "--features", "-", given="task,f\n" + rows)
    assert "does not foretell the answers" in done.stderr
    assert done.stdout == plain.stdout


@pytest.mark.parametrize(
    ("words", "given", "told"),
    [
        (["--features", "-"], "task,f\nt0,1\nt1,nan\n", "stdin, line 3: the feature 'nan' is not a finite number"),
        (["--features", "-"], "task,f\nt0,1\nt1,1e300\n", "stdin, line 3: the feature '1e300'"),
        (["--features", "-"], "task,f\nt0,one\n", "stdin, line 2: the feature 'one' is no number"),
        (["--features", "-"], "task,f\nt0,1\nt0,1\n", "stdin, line 3: the task 't0' is there twice"),
        (["--features", "-"], "task;f;g\nt0;1;2\nt1;1,5;2\n", "line 3: the feature '1,5' is no number: write it with"),
        (["--features", "-"], "task,f\nt0,1_0\n", "stdin, line 2: the feature '1_0' is not a finite number"),
        (["--features", "-"], "task,f\nt0,1,2\n", "stdin, line 2: a value is too many; there are 3"),
        (["--features", "-"], "task,f,g\nt0,1,2\nt1,1\n", "stdin, line 3: a value is missing; there are 2"),
        (["--features", "-"], "task\tf\tg\nt0\t1\t\n", "stdin, line 2: the g is empty"),
        (["--features", "-"], 'task,f\nt0,"1\nt1,2\n', "stdin, line 2: this is not CSV: a quoted value begins here"),
        (["--features", "-"], "f,task\n1,t0\n", "needs a first line that names its columns: task, then"),
        (["--features", "-"], "", "needs a first line that names its columns"),
        (["--features", "-"], "task;f;f\n", "the column 'f' twice"),
        (["--features", "-"], "task,f\n", "has no rows"),
        (["--probabilities", "-"], "task,cat,dog\nt0,1,0\nt1,-0.1,1\n", "stdin, line 3: a probability is not negative"),
        (["--features", "-", "--method", "wawa"], "task,f\nt0,1\n", "--method auto"),
        (["--features", "-", "--gold", "-"], "", "Only one of"),
        (["--features", "f.parquet"], "", "take CSV, or NPZ"),
        (["--features", "nothing.csv"], "", "nothing.csv cannot be read"),
    ],
)
def test_failure_is_one_sentence(
    tmp_path: Path, crowd: dict[str, str], words: list[str], given: str, told: str
) -> None:  # fmt: skip
    done = aggregate(str(tmp_path / "labels.csv"), *words, given=given)
    assert (done.returncode, done.stdout) == (1, "")
    assert told in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("name", ["features.csv", "model.csv"])
def test_a_file_is_read_as_labels_are(tmp_path: Path, crowd: dict[str, str], name: str) -> None:
    labels, option = str(tmp_path / "labels.csv"), "--features" if name == "features.csv" else "--probabilities"
    plain, path = (tmp_path / name).read_text(), tmp_path / "other.csv"
    expected = aggregate(labels, option, str(tmp_path / name))
    assert expected.returncode == 0
    for text in (
        plain.replace(",", ";"), "\ufeff" + plain.replace(",", "\t").replace("\n", "\r\n"),
        "\n" .join(" " + line.replace(",", " , ") for line in plain.splitlines()).replace("task", "Task"),
    ):  # fmt: skip
        path.write_text(text, encoding="utf-8", newline="")
        done = aggregate(labels, option, str(path))
        assert (done.returncode, done.stdout) == (0, expected.stdout)
    path.write_bytes(plain.encode() + "tä,1\n".encode("latin-1"))
    done = aggregate(labels, option, str(path))
    assert done.returncode == 1
    assert done.stderr == "neraca: other.csv, line 322: this is not UTF-8; save the file as CSV in UTF-8.\n"
    path.write_bytes(plain.encode("utf-16"))
    assert "other.csv, line 1: this is not UTF-8" in aggregate(labels, option, str(path)).stderr


def test_a_packed_file_is_checked(tmp_path: Path, crowd: dict[str, str]) -> None:
    labels, path = str(tmp_path / "labels.csv"), tmp_path / "x.npz"
    for arrays, told in (
        ({"task": ["t0"]}, "no array rows"),
        ({"task": ["t0", "t1"], "rows": [[1.0]]}, "a row for each of 2 tasks"),
        ({"task": ["t0", "t1"], "rows": [[1.0], [float("inf")]]}, "row 1: a feature must be a finite number"),
        ({"task": ["t0", "t0"], "rows": [[1.0], [2.0]]}, "a task twice"),
    ):
        packed: dict[str, Any] = {name: np.array(value) for name, value in arrays.items()}
        np.savez(path, **packed)
        done = aggregate(labels, "--features", str(path))
        assert done.returncode == 1
        assert told in done.stderr
    whole = path.read_bytes()
    with path.open("wb") as file:
        np.save(file, np.eye(2))
    one = path.read_bytes()
    for raw, told in ((b"no archive", "no NPZ file"), (whole[:200], "no NPZ file"), (one, "one array and no NPZ file")):
        path.write_bytes(raw)
        done = aggregate(labels, "--features", str(path))
        assert (done.returncode, done.stderr.count("\n")) == (1, 1)
        assert told in done.stderr
