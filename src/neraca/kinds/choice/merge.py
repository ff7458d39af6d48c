"""One subject, `choice`, whose value is a class."""

from collections.abc import Mapping, Sequence
from typing import Any

from neraca.kind import Agreed, Judgment, Vote
from neraca.measure import online

SUBJECT = "choice"


def classes(config: Mapping[str, Any]) -> list[str]:
    return [option["id"] for option in config["options"]]


def judgments(votes: Sequence[Vote]) -> list[Judgment]:
    ordered = sorted(votes, key=lambda v: (v.labeler, v.answer_id))
    return [Judgment(SUBJECT, v.labeler, v.answer["choice"]) for v in ordered]


def agree(votes: Sequence[Vote], config: Mapping[str, Any]) -> list[Agreed]:
    """The posterior with errors spread evenly; answers for an option that is gone do not count."""
    names = classes(config)
    number = {name: i for i, name in enumerate(names)}
    said = [(number[j.value], online.start_rows(len(names))) for j in judgments(votes) if j.value in number]
    if not said:
        return []
    p = online.posterior(online.uniform(len(names)), said)
    top = online.best(p)
    return [Agreed(SUBJECT, names[top], p[top], dict(zip(names, p, strict=True)))]


def merge(agreed: Sequence[Agreed]) -> dict[str, Any]:
    """Raises ValueError if nothing was agreed."""
    for a in agreed:
        if a.subject == SUBJECT:
            return {"choice": a.value}
    raise ValueError("There is no answer to merge.")
