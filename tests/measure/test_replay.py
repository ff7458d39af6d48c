import random
from pathlib import Path

import pytest

from neraca.measure import replay


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
    with pytest.raises(ValueError, match="row 3, row 4"):
        replay.read_folder(tmp_path)
    (tmp_path / "labels.csv").write_text("task,label\n1,x\n", "utf-8")
    with pytest.raises(ValueError, match="no column worker"):
        replay.read_folder(tmp_path)
