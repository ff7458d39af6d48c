"""Objects of several answers: associated, counted as there or not, given a class and a place."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from neraca.kind import Agreed, Judgment, Vote
from neraca.measure import boxes, online

NOTHING = "nothing"  # the subject of a task in which nobody drew anything
RELIABILITY = 0.8  # that a labeler draws what is there, and only that, before anything is known
EVEN = 0.5 - 1e-9  # with equal voices the object stays: one too many is easier to see than one too few


def _groups(votes: Sequence[Vote]) -> tuple[list[Vote], list[list[boxes.Drawn]]]:
    ordered = sorted(votes, key=lambda v: (v.labeler, v.answer_id))
    drawn = [
        boxes.Drawn(n, i, thing["class"], boxes.Box(*(thing["box"][side] for side in "xywh")))
        for n, vote in enumerate(ordered)
        for i, thing in enumerate(vote.answer["objects"])
    ]
    return ordered, boxes.associate(drawn)


def judgments(votes: Sequence[Vote]) -> list[Judgment]:
    ordered, groups = _groups(votes)
    return [
        Judgment(str(n), ordered[d.labeler].labeler, ordered[d.labeler].answer["objects"][d.place])
        for n, group in enumerate(groups)
        for d in group
    ]


def agree(votes: Sequence[Vote], config: Mapping[str, Any], reliability: Mapping[str, float]) -> list[Agreed]:
    """One row per object that anybody drew; those that are held not to be there have the value None."""
    ordered, groups = _groups(votes)
    trust = [reliability.get(v.labeler, RELIABILITY) for v in ordered]
    if not groups and ordered:
        return [Agreed(NOTHING, None, boxes.existence(trust, []))]
    names = [c["id"] for c in config["classes"]]
    number = {name: i for i, name in enumerate(names)}
    chosen = [_class(group, names, number, trust) for group in groups]
    kept_ids = [_shared_id(ordered, group) for group in groups]
    times = Counter(i for i in kept_ids if i is not None)
    found = []
    for n, (group, (name, sure, p)) in enumerate(zip(groups, chosen, strict=True)):
        drew = {d.labeler for d in group}
        there = boxes.existence([trust[i] for i in drew], [t for i, t in enumerate(trust) if i not in drew])
        if there < EVEN:
            found.append(Agreed(str(n), None, 1 - there))
            continue
        thing: dict[str, Any] = {"class": name, "shape": "box", "box": boxes.merged([d.box for d in group])._asdict()}
        if (kept := kept_ids[n]) is not None and times[kept] == 1:
            thing = {"id": kept, **thing}
        found.append(Agreed(str(n), thing, there * sure, p))
    return found


def _class(
    group: Sequence[boxes.Drawn], names: Sequence[str], number: Mapping[str, int], trust: Sequence[float]
) -> tuple[str, float, dict[str, float]]:
    k = len(names)
    said = [(number[d.label], online.start_rows(k, trust[d.labeler])) for d in group if d.label in number]
    if not said:  # only classes that are gone: they stay as they were drawn
        return min(d.label for d in group), 1.0 / max(k, 1), {}
    p = online.posterior(online.uniform(k), said)
    top = online.best(p)
    return names[top], p[top], dict(zip(names, p, strict=True))


def _shared_id(votes: Sequence[Vote], group: Sequence[boxes.Drawn]) -> str | None:
    ids = {votes[d.labeler].answer["objects"][d.place].get("id") for d in group}
    return ids.pop() if len(ids) == 1 else None


def merge(agreed: Sequence[Agreed]) -> dict[str, Any]:
    return {"objects": [a.value for a in agreed if a.value is not None]}
