"""`python -m bench.boxes_confidence`: what verdicts of boxes say of themselves, and how much of them is right.

Simulated crowds of 200 pictures whose errors go together more and more (see `drawing.crowd`), decided by the engine's
own rule from the engine's own estimate, once with tempered evidence as it is, once without.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bench.measures import drawing
from neraca import kinds
from neraca.kind import Crowd, Vote
from neraca.measure import drawers
from neraca.quality.objects import rules
from neraca.quality.objects.reading import beliefs

TASKS, LABELERS, SEEDS = 200, 12, 3
SURE = 0.9
UNLIKE = (0.0, 1.0, 2.0)
ANSWERS = (2, 3, 5)


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


def judged(crowd: drawing.Crowd, believed: Crowd) -> Row:
    """Every task decided."""
    kind = kinds.get("image")
    assert kind is not None
    config = {"classes": [{"id": name} for name in drawing.names(crowd)]}
    stated, right, verdicts = [], [], {}
    for t in range(len(crowd.truth)):
        who = crowd.asked[crowd.asked[:, 0] == t, 1].tolist()
        votes = [Vote({"objects": drawing.drawn(crowd, t, w)}, str(w), str(w)) for w in who]
        agreed = kind.agree(votes, config, believed)
        verdicts[t] = kind.merge(agreed, config)["objects"]
        stated.append(kind.confidence(agreed))
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
                drawing.crowd(seed, tasks=TASKS, labelers=LABELERS, answers=answers, unlike=unlike)
                for seed in range(SEEDS)
            ]
            believed = [learnt(crowd) for crowd in crowds]
            for how, of in (("tempered", believed), ("not", [untempered(one) for one in believed])):
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
