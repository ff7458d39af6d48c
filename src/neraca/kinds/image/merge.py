"""Objects of several answers: associated, counted as there or not, given a class and a place."""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import exp, fsum, prod
from typing import Any

from neraca.kind import Agreed, Answer, Crowd, Drawn, Judgment, Vote
from neraca.measure import belief, boxes, online
from neraca.measure.belief import Drawer, Hand

NOTHING = "nothing"  # the subject of a task in which nobody drew anything
UNSEEN = "unseen"  # the subject of what everybody may have overlooked
EVEN = 0.5 - 1e-9  # with equal voices the object stays: one too many is easier to see than one too few
PLAIN = Hand()


class Taken:
    """Answers taken apart for the estimate."""

    def classes(self, config: Mapping[str, Any]) -> list[str]:
        return [c["id"] for c in config["classes"]]

    def drawn(self, answer: Answer) -> list[Drawn]:
        return [Drawn(thing["class"], thing["shape"], _numbers(thing)) for thing in answer["objects"]]


def _numbers(thing: Mapping[str, Any]) -> boxes.Box:
    return boxes.Box(*(thing["box"][side] for side in "xywh"))


def _groups(votes: Sequence[Vote]) -> tuple[list[Vote], list[list[boxes.Drawn]]]:
    ordered = sorted(votes, key=lambda v: (v.labeler, v.answer_id))
    drawn = [
        boxes.Drawn(n, i, thing["class"], _numbers(thing))
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


def agree(votes: Sequence[Vote], config: Mapping[str, Any], crowd: Crowd) -> list[Agreed]:
    """One row per object that anybody drew; those that are held not to be there have the value None.

    What everybody drew stays, however little they are believed: the confidence tells of it.
    With an estimate one more row tells how likely it is that nothing was overlooked by all.
    """
    ordered, groups = _groups(votes)
    who = [crowd.of(v.labeler) for v in ordered]
    if not groups and ordered:
        return [Agreed(NOTHING, None, belief.without(crowd, belief.nothing(crowd, who)))]
    names = [c["id"] for c in config["classes"]]
    kept_ids = [_shared_id(ordered, group) for group in groups]
    times = Counter(i for i in kept_ids if i is not None)
    found, things = [], []
    for n, group in enumerate(groups):
        drew = {d.labeler for d in group}
        did_not = [w for i, w in enumerate(who) if i not in drew]
        p = belief.there(crowd, [who[i] for i in sorted(drew)], did_not)
        things.append(p)
        if did_not and p < EVEN:
            found.append(Agreed(str(n), None, belief.without(crowd, 1 - p)))
            continue
        name, sure, over = _class(crowd, names, [(d.label, who[d.labeler]) for d in group])
        thing: dict[str, Any] = {"class": name, "shape": "box", "box": _box(crowd, who, group)._asdict()}
        if (kept := kept_ids[n]) is not None and times[kept] == 1:
            thing = {"id": kept, **thing}
        found.append(Agreed(str(n), thing, belief.calibrated(crowd, p * sure), over))
    if crowd.learnt and ordered:
        found.append(Agreed(UNSEEN, None, exp(-crowd.lacking * fsum(things) * belief.unseen(who))))
    return found


def _box(crowd: Crowd, who: Sequence[Drawer], group: Sequence[boxes.Drawn]) -> boxes.Box:
    """One box by itself stays as it was drawn: there is nothing to hold it against."""
    drawn = [d.box for d in group]
    if not crowd.learnt or len(drawn) == 1:
        return boxes.merged(drawn)
    hands = [who[d.labeler].hands.get("box", PLAIN) for d in group]
    return boxes.placed(drawn, [h.noise for h in hands], [h.bias for h in hands])


def _class(
    crowd: Crowd, names: Sequence[str], said: Sequence[tuple[str, Drawer]]
) -> tuple[str, float, dict[str, float]]:
    if not any(label in names for label, _ in said):  # only classes that are gone: they stay as they were drawn
        return min(label for label, _ in said), 1.0 / max(len(names), 1), {}
    p = belief.posterior(crowd, names, said)
    top = online.best(p)
    return names[top], p[top], dict(zip(names, p, strict=True))


def _shared_id(votes: Sequence[Vote], group: Sequence[boxes.Drawn]) -> str | None:
    ids = {votes[d.labeler].answer["objects"][d.place].get("id") for d in group}
    return ids.pop() if len(ids) == 1 else None


def share(agreed: Sequence[Agreed]) -> float:
    """The expected share of objects that are right, among those of the verdict and those that it should have.

    For one object that is P(it is there and of this class), for an empty verdict P(nothing is there). It does not fall
    with the number of objects, as P(all are right) does.
    """
    kept = [a.confidence for a in agreed if a.value is not None]
    left = [a.confidence for a in agreed if a.value is None]
    if not kept:
        return prod(sorted(left))
    return fsum(kept) / (len(kept) + fsum(1 - p for p in left))


def merge(agreed: Sequence[Agreed]) -> dict[str, Any]:
    return {"objects": [a.value for a in agreed if a.value is not None]}
