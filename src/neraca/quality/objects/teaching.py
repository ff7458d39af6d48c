"""What gold teaches of the confidences of objects: each gold task as the project's rule would have closed it.

Skills know the gold, as those that decide do; each is a mean over all tasks of its labeler, so one task's own truth
weighs little in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from neraca.accounts import Cell, House
from neraca.kind import Agreed, Answer, Crowd, Kind, Vote
from neraca.measure import calibrate, object_calibration, online
from neraca.measure.boxes import SAME, Box, match
from neraca.measure.object_calibration import Judged, Map
from neraca.quality.objects import queries, rules
from neraca.quality.objects.reading import Learnt, beliefs

PAGE = 100  # gold tasks whose answers are read at a time
MOST = 500  # gold tasks that are judged


async def taught(
    house: House, cell: Cell, kind: Kind, project: Mapping[str, Any], found: Learnt, live: Sequence[Mapping[str, Any]],
    before: Crowd,
) -> Map | None:  # fmt: skip
    """The map of this project, or None where too few gold tasks have answers. `before` has the map until now."""
    known: dict[UUID, Answer] = {row["task_id"]: row["answer"] for row in live if row["task_id"] in found.given.tasks}
    if len(known) < calibrate.ENOUGH:
        return None
    stored, people = beliefs(found.table, found.classes)
    named = [{"labeler_id": name, **one} for name, one in zip(found.given.labelers, people, strict=True)]
    crowd = rules.crowd(stored, named)
    how = online.policy(project["policy"])
    judged = []
    wanted = sorted(known)[:MOST]  # ids are random
    for start in range(0, len(wanted), PAGE):
        async with house.inside(cell) as db:
            rows = await queries.answers_of(db, wanted[start : start + PAGE])
        votes: dict[UUID, list[Vote]] = {}
        for row in rows:
            votes.setdefault(row["task_id"], []).append(
                Vote(row["value"], str(row["labeler_id"]), str(row["id"]))
            )  # fmt: skip
        for task, said in votes.items():
            agreed = closed(kind, project["config"], said, how, (crowd, before))
            judged.append(judge(kind, project["config"], agreed, known[task]))
    return object_calibration.fit(judged)


def closed(
    kind: Kind, config: Mapping[str, Any], votes: Sequence[Vote], how: online.Policy, crowds: tuple[Crowd, Crowd]
) -> list[Agreed]:
    """What was agreed, uncalibrated, when the rule closed the task; with all its answers where it would still ask."""
    crowd, before = crowds
    told = replace(
        crowd, tau=before.tau, bias=before.bias, lacking=before.lacking, calibrated_on=before.calibrated_on
    )  # fmt: skip
    for n in range(1, len(votes)):
        stated = kind.confidence(kind.agree(votes[:n], config, told))
        if online.decide(how, [stated], n) != "ask":
            return kind.agree(votes[:n], config, crowd)
    return kind.agree(votes, config, crowd)


def judge(kind: Kind, config: Mapping[str, Any], agreed: Sequence[Agreed], known: Answer) -> Judged:
    """What was agreed beside what is known."""
    assert kind.objects is not None
    kept = [one for one in agreed if one.value is not None]
    said, truth = kind.objects.drawn(kind.merge(agreed, config)), kind.objects.drawn(known)
    pairs = match([Box(*one.numbers) for one in said], [Box(*one.numbers) for one in truth], SAME)
    right = {p.left for p in pairs if said[p.left].label == truth[p.right].label}
    return Judged(
        stated=[one.confidence for one in kept], right=[i in right for i in range(len(kept))],
        lacking=len(truth) - len(right), believed=sum(1 - one.confidence for one in agreed if one.value is None),
    )  # fmt: skip
