"""Crowd-kit and cleanlab in an interpreter of their own: another scikit-learn than ours, and a gigabyte of packages.

`python -m bench.quality.peer` answers one question on stdin, as JSON. Set up by `make bench-quality` in .venv-peer;
NERACA_PEER_PYTHON names another interpreter that has crowd-kit 1.4.2, cleanlab 2.9.0 and scikit-learn 1.5.2.
"""

import json
import os
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

OWN = Path(__file__).parents[2] / ".venv-peer" / "bin" / "python"
METHODS = ("MajorityVote", "Wawa", "ZeroBasedSkill", "OneCoinDawidSkene", "DawidSkene", "GLAD", "MACE", "MMSR", "KOS")
GLAD_ANSWERS = 30_000  # more take it many minutes


def python(library: str = "crowdkit") -> str | None:
    """The interpreter with the library, or None."""
    named = os.environ.get("NERACA_PEER_PYTHON") or str(OWN)
    if not Path(named).exists():
        return None
    done = subprocess.run([named, "-c", f"import {library}"], capture_output=True, check=False)
    return named if done.returncode == 0 else None


def ask(interpreter: str, question: dict[str, object]) -> dict[str, Any]:
    """One answer of the peer, on one thread."""
    one = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [interpreter, str(Path(__file__).resolve())], input=json.dumps(question), capture_output=True, text=True,
        env={**os.environ, **one}, check=False,
    )  # fmt: skip
    if done.returncode:
        return {"failed": done.stderr.strip().splitlines()[-1:] or [f"exit {done.returncode}"]}
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def peak() -> int:
    """The most memory that this process has used since it was started, in kB (getrusage counts its parent's too)."""
    (line,) = (one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("VmHWM"))
    return int(line.split()[1])


def _accuracies(folder: Path) -> dict[str, float | None]:
    pd, aggregation = import_module("pandas"), import_module("crowdkit.aggregation")
    labels = pd.read_csv(folder / "labels.csv", dtype=str).drop_duplicates(["task", "worker"])
    truth = pd.read_csv(folder / "truth.csv", dtype=str).set_index("task")["label"]
    truth = truth[truth.index.isin(labels["task"])]
    settings: dict[str, dict[str, object]] = {
        "DawidSkene": {"n_iter": 100}, "OneCoinDawidSkene": {"n_iter": 100}, "GLAD": {"n_iter": 30},
        "MACE": {"n_restarts": 5, "n_iter": 50, "random_state": 0}, "KOS": {"random_state": 0},
    }  # fmt: skip
    found: dict[str, float | None] = {}
    for name in METHODS:
        if (name == "KOS" and labels["label"].nunique() != 2) or (name == "GLAD" and len(labels) > GLAD_ANSWERS):
            found[name] = None
            continue
        try:
            said = getattr(aggregation, name)(**settings.get(name, {})).fit_predict(labels)
        except Exception:  # noqa: BLE001 - a method of the peer that fails has no figure
            found[name] = None
        else:
            found[name] = float((said.reindex(truth.index) == truth).mean())
    return found


def _crowdlab(path: str) -> dict[str, object]:
    """Cleanlab's consensus of labels (n rows of task, labeler, label) and a classifier's probabilities `q`."""
    np, pd = import_module("numpy"), import_module("pandas")
    multiannotator = import_module("cleanlab.multiannotator")
    with np.load(path) as given:
        frame = pd.DataFrame({name: given[name] for name in ("task", "labeler", "label")})
        q = given["q"]
    table = frame.pivot_table(index="task", columns="labeler", values="label")
    got = multiannotator.get_label_quality_multiannotator(
        table.reset_index(drop=True), q, verbose=False, return_detailed_quality=False, return_annotator_stats=False
    )
    return {"labels": [int(one) for one in got["label_quality"]["consensus_label"]]}


def _speed(path: str, iterations: int, repeats: int) -> dict[str, object]:
    pd, np, aggregation = import_module("pandas"), import_module("numpy"), import_module("crowdkit.aggregation")
    start = peak()
    with np.load(path) as given:
        frame = pd.DataFrame({name: given[name] for name in ("task", "worker", "label")})
    walls, cpus = [], []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        found = aggregation.DawidSkene(n_iter=iterations, tol=-1e300).fit(frame)
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    more = peak() - start
    p = found.probas_.sort_index()
    np.save(path + ".peer.npy", p[sorted(p.columns)].to_numpy())
    return {"wall": min(walls), "cpu": min(cpus), "peak_kb": more}


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    if "folder" in asked:
        print(json.dumps(_accuracies(Path(asked["folder"]))))
    elif "crowdlab" in asked:
        print(json.dumps(_crowdlab(asked["crowdlab"])))
    else:
        print(json.dumps(_speed(asked["path"], asked["iterations"], asked["repeats"])))
