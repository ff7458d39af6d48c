"""What the answers of experts make of hard tasks, where an estimate has seen them on hard tasks alone."""

import random

import numpy as np
import pytest

from neraca.measure import online, skills

TASKS, CROWD, EXPERTS, TARGET = 600, 15, 3, 0.97


@pytest.mark.parametrize(("accuracy", "k"), [(0.65, 4), (0.75, 2), (0.75, 4)])
def test_experts_decide_hard_tasks_and_are_believed_about_as_much_as_they_are_right(accuracy: float, k: int) -> None:
    rng = random.Random(1)  # noqa: S311 - repeatable
    truth = [rng.randrange(k) for _ in range(TASKS)]

    def says(task: int, share: float) -> int:
        return truth[task] if rng.random() < share else rng.choice([c for c in range(k) if c != truth[task]])

    votes, hard = [], []
    for task in range(TASKS):
        share = accuracy + rng.gauss(0, 0.12)  # some tasks are harder than others
        given = [(w, says(task, share)) for w in rng.sample(range(CROWD), 7)]
        columns = [online.start_column(k, said, accuracy) for _, said in given]
        p = online.posterior_of(online.uniform(k), columns, temper=online.together(len(columns)))
        votes.append(given)
        if max(p) < TARGET:
            hard.append((task, online.best(p)))
    asked = {task: (CROWD + rng.randrange(EXPERTS), says(task, online.EXPERT)) for task, _ in hard}
    rows = [(t, w, said) for t, given in enumerate(votes) for w, said in [*given, *([asked[t]] if t in asked else [])]]
    task, labeler, label = np.array(rows).T
    found = skills.estimate(task, labeler, label, tasks=TASKS, labelers=CROWD + EXPERTS, classes=k)
    known = [online.rows(found.counts.of(w).tolist(), found.pooled.tolist()) for w in range(CROWD + EXPERTS)]

    def column(who: int, said: int) -> list[float]:
        return [row[said] for row in known[who]]

    right, sure = [], []
    for t, (expert, said) in asked.items():
        p = online.posterior_of(
            found.prior.tolist(), [column(w, v) for w, v in votes[t]],
            temper=[online.weight(int(found.answers[w]), len(votes[t])) for w, _ in votes[t]],
        )  # fmt: skip
        seen = int(found.answers[expert])
        p = online.posterior_of(p, [online.expert_column(k, said, column(expert, said), seen)])
        right.append(online.best(p) == truth[t])
        sure.append(max(p))
    before = np.mean([best == truth[t] for t, best in hard])
    print(f"{accuracy} {k}: {len(hard)} hard tasks, {before:.3f} right, {np.mean(right):.3f} with an expert")  # noqa: T201 - the figures of docs/reference/policies.md
    assert len(hard) > 100
    assert 1 - np.mean(right) < 0.58 * (1 - before)
    assert np.mean(sure) == pytest.approx(np.mean(right), abs=0.03)
