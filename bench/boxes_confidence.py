"""`python -m bench.boxes_confidence`: what verdicts of boxes say of themselves, and how much of them is right.

Simulated crowds of 200 pictures whose errors go together more and more (see `drawing.crowd`), decided by the engine's
own rule from the engine's own estimate: with evidence tempered as it is, without, and calibrated by 40 gold tasks more.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bench.measures import drawing
from neraca.kind import Crowd, Kind, Vote
from neraca.kinds import image
from neraca.measure import drawers, object_calibration
from neraca.quality.objects import rules, teaching
from neraca.quality.objects.reading import beliefs

TASKS, LABELERS, SEEDS = 200, 12, 3
GOLD = 40
SURE = 0.9
UNLIKE = (0.0, 1.0, 2.0)
ANSWERS = (2, 3, 5)
IMAGE: Kind = image.KIND


@dataclass(frozen=True, slots=True)
class Row:
    """Means: stated, right, share of tasks that state at least `SURE` and what of those is right, F1."""

    stated: float
    right: float
    sure: float
    sure_right: float
    f1: float


def learnt(crowd: drawing.Crowd) -> Crowd:
    """What the estimate makes of a crowd, as it is stored and read."""
    table = drawers.estimate(
        crowd.marks(), crowd.asked[:, 0], crowd.asked[:, 1], tasks=len(crowd.truth), labelers=crowd.labelers,
        classes=crowd.classes,
    )  # fmt: skip
    project, people = beliefs(table, drawing.names(crowd))
    return rules.crowd(project, [{"labeler_id": w, **one} for w, one in enumerate(people)])


def untempered(crowd: Crowd) -> Crowd:
    """The same beliefs, every answer at its full weight."""
    return replace(crowd, drawers={name: replace(who, weight=1.0) for name, who in crowd.drawers.items()})


def calibrated(crowd: drawing.Crowd, believed: Crowd) -> Crowd:
    """With what the first `GOLD` tasks teach."""
    known = [
        {"objects": drawing.things(crowd, t)} for t in range(GOLD)
    ]  # fmt: skip
    how = object_calibration.fit(
        [
            teaching.judge(IMAGE, config(crowd), IMAGE.agree(votes(crowd, t), config(crowd), believed), known[t])
            for t in range(GOLD)
        ]
    )
    assert how is not None
    return replace(believed, tau=how.tau, bias=how.bias, lacking=how.lacking, calibrated_on=how.gold)


def config(crowd: drawing.Crowd) -> dict[str, Any]:
    """What the kind needs of a project."""
    return {"classes": [{"id": name} for name in drawing.names(crowd)]}


def votes(crowd: drawing.Crowd, task: int) -> list[Vote]:
    """The answers to a task."""
    who = crowd.asked[crowd.asked[:, 0] == task, 1].tolist()
    return [Vote({"objects": drawing.drawn(crowd, task, w)}, str(w), str(w)) for w in who]


def judged(crowd: drawing.Crowd, believed: Crowd) -> Row:
    """Every task decided but those that may be gold."""
    stated, right, verdicts = [], [], {}
    for t in range(GOLD, len(crowd.truth)):
        agreed = IMAGE.agree(votes(crowd, t), config(crowd), believed)
        verdicts[t] = IMAGE.merge(agreed, config(crowd))["objects"]
        stated.append(IMAGE.confidence(agreed))
        right.append(drawing.share(crowd, t, verdicts[t]))
    sure = np.array(stated) >= SURE
    reached = float(np.array(right)[sure].mean()) if sure.any() else float("nan")
    return Row(
        float(np.mean(stated)), float(np.mean(right)), float(sure.mean()), reached, drawing.f1(crowd, verdicts, 0.5)
    )


def rows() -> Iterator[tuple[float, int, str, Row]]:
    """The mean over crowds for each setting."""
    for unlike in UNLIKE:
        for answers in ANSWERS:
            crowds = [
                drawing.crowd(seed, tasks=GOLD + TASKS, labelers=LABELERS, answers=answers, unlike=unlike)
                for seed in range(SEEDS)
            ]
            believed = [learnt(crowd) for crowd in crowds]
            taught = [calibrated(c, b) for c, b in zip(crowds, believed, strict=True)]
            ways = (("tempered", believed), ("not", [untempered(one) for one in believed]), ("gold", taught))
            for how, of in ways:
                yield unlike, answers, how, mean([judged(c, b) for c, b in zip(crowds, of, strict=True)])


def mean(found: Sequence[Row]) -> Row:
    """Over crowds; a share that no task reached does not count."""
    reached = [one.sure_right for one in found if one.sure > 0]
    return Row(
        float(np.mean([one.stated for one in found])), float(np.mean([one.right for one in found])),
        float(np.mean([one.sure for one in found])), float(np.mean(reached)) if reached else float("nan"),
        float(np.mean([one.f1 for one in found])),
    )  # fmt: skip


def main() -> None:
    """A table in Markdown."""
    print(f"| errors go together | answers | evidence | stated | right | state {SURE} | of them right | F1 |")
    print("|--:|--:|---|--:|--:|--:|--:|--:|")
    for unlike, answers, how, one in rows():
        figures = " | ".join(f"{x:.3f}" for x in (one.stated, one.right, one.sure, one.sure_right, one.f1))
        print(f"| {unlike:.0f} | {answers} | {how} | {figures} |")


if __name__ == "__main__":
    main()
