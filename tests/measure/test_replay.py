import random
from pathlib import Path

import numpy as np
import pytest

from neraca.measure import online, replay, savings


def test_a_simulated_crowd_saves_answers(tmp_path: Path) -> None:
    rng = random.Random(1)  # noqa: S311 - repeatable
    lines, truth = ["task,worker,label"], ["task,label", "nobody,0"]
    for t in range(200):
        right = rng.randrange(3)
        truth.append(f"{t},{right}")
        lines += [f"{t},w{w},{right if rng.random() < 0.8 else rng.randrange(3)}" for w in rng.sample(range(20), 10)]
    lines.append(lines[1])
    (tmp_path / "labels.csv").write_text("\n".join(lines), "utf-8")
    (tmp_path / "truth.csv").write_text("\n".join(truth), "utf-8")
    data = replay.read_folder(tmp_path)
    assert (data.repeated, data.unmatched) == (1, 1)
    found = replay.replay(data, orders=2)
    assert found.saved > 0.35
    assert found.accuracy > found.full_accuracy - 0.03
    assert found == replay.replay(data, orders=2)


def test_dirty_rows_are_named(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("task,worker,label\n1,a,x\n2,,x\n3,a\n", "utf-8")
    with pytest.raises(ValueError, match="line 3: the worker is empty; wrong too: line 4"):
        replay.read_folder(tmp_path)
    (tmp_path / "labels.csv").write_text("task,label\n1,x\n", "utf-8")
    with pytest.raises(ValueError, match="no column worker"):
        replay.read_folder(tmp_path)


def test_truth_is_one_label_a_task(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("task;worker;label\r\n1;a;x\r\n1;b;y\r\n", "utf-8")
    (tmp_path / "truth.csv").write_text("task,label\n1,x\n1,y\n", "utf-8")
    with pytest.raises(ValueError, match=r"truth\.csv, line 3: the task '1' has another label above"):
        replay.read_folder(tmp_path)
    (tmp_path / "truth.csv").write_text("task,label\n1,x\n", "utf-8")
    assert replay.read_folder(tmp_path).classes == ["x", "y"]


def test_more_labels_than_a_replay_can_hold_are_refused() -> None:
    rows = [(str(t), f"w{n}", f"text {t} {n}") for t in range(400) for n in (t, t + 400)]
    with pytest.raises(ValueError, match="free text has 800 different labels by 800 workers, too many to replay"):
        replay.replay(replay.crowd("free text", rows, {}))


def crowd(seed: int, tasks: int, each: int, share: float) -> replay.Crowd:
    rng = random.Random(seed)  # noqa: S311 - repeatable
    truth = {str(t): rng.choice("ab") for t in range(tasks)}
    rows = [
        (t, f"w{w}", right if rng.random() < share else "ab"[right == "a"])
        for t, right in truth.items() for w in rng.sample(range(15), each)
    ]  # fmt: skip
    return replay.crowd("simulated", rows, truth)


def test_a_stated_confidence_is_met_with_gold() -> None:
    data = crowd(3, 600, 9, 0.75)
    how = online.Target(0.95, 2, 10)
    got = replay.replay(data, how, orders=2, gold=0.1)
    assert got.gold == 60
    closed = sum(order.met_known for order in got.orders)
    assert closed > 200
    assert got.met_accuracy >= 0.95 - 0.01 - (0.95 * 0.05 / (closed / 2)) ** 0.5
    assert all(order.met + order.escalated + order.exhausted == 600 for order in got.orders)


def test_what_cannot_get_there_is_escalated_early_or_exhausted() -> None:
    """A policy that passes tasks on saves answers on them, and loses nothing on those that it meets."""
    data = crowd(6, 400, 7, 0.72)
    alone = replay.replay(data, online.Target(0.97, 2, 7), orders=2)
    passing = replay.replay(data, online.Target(0.97, 2, 7, escalate=online.Escalate("judge")), orders=2)
    assert alone.escalated_share < 0.02  # recordings of 7 answers end with the policy's 7
    assert all(order.exhausted > 80 and order.met + order.exhausted + order.escalated == 400 for order in alone.orders)
    assert all(order.exhausted == 0 for order in passing.orders)
    assert passing.escalated_share == pytest.approx(1 - passing.met_share)
    assert passing.used < 0.95 * alone.used
    assert passing.met_share > alone.met_share - 0.03


def test_a_told_verdict_stays() -> None:
    data = crowd(4, 120, 9, 0.8)
    run = replay._Run(data, online.Target(0.9, 2, 10), np.full(120, -1))
    told: dict[int, int] = {}
    for i in random.Random(5).sample(range(len(data.task)), len(data.task)):  # noqa: S311 - repeatable
        run.take(i)
        for t in np.flatnonzero(~run.open).tolist():
            assert told.setdefault(t, int(run.verdict[t])) == run.verdict[t]
    assert len(told) > 60
    before = run.verdict.copy()
    run.estimate()
    assert all(run.verdict[t] == before[t] for t in told)


def test_what_could_be_saved_is_what_a_replay_of_the_verdicts_tells() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 60)
    task, worker = np.repeat(np.arange(60), 6), np.tile(np.arange(6), 60)
    label = np.where(rng.random(360) < 0.8, truth[task], rng.integers(0, 3, 360))
    (found,) = savings.savings(task, worker, label, truth, "abc", targets=[0.95], replayed=1_000)
    data = replay.Crowd("", task, worker, label, truth, list(map(str, range(60))), list("uvwxyz"), list("abc"), 0, 0)
    got = replay.replay(data, online.Target(0.95, 2, 7), orders=2)
    assert (found.tasks, found.answers, found.orders) == (60, 360, 2)
    assert (found.used, found.saved, found.same, found.met) == (got.used, got.saved, got.accuracy, got.met_share)
    assert 0 < found.saved < 1
