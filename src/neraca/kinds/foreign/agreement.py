"""Whole answers: the one that most labelers gave. Nothing is known of their parts."""

import json
from collections.abc import Mapping, Sequence
from math import exp, fsum, log
from typing import Any

from neraca.kind import Agreed, Judgment, Vote

SUBJECT = "response"
RELIABILITY = 0.8  # that a labeler is right, before anything is known


def same(value: Any) -> str:
    """Equal for equal JSON."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def judgments(votes: Sequence[Vote]) -> list[Judgment]:
    ordered = sorted(votes, key=lambda v: (v.labeler, v.answer_id))
    return [Judgment(SUBJECT, v.labeler, v.answer["response"]) for v in ordered]


def agree(votes: Sequence[Vote]) -> list[Agreed]:
    """P(right) from who gave the leading answer against who gave another one."""
    if not votes:
        return []
    groups: dict[str, list[Judgment]] = {}
    for judgment in judgments(votes):
        groups.setdefault(same(judgment.value), []).append(judgment)
    weight = {text: len(group) * log(RELIABILITY / (1 - RELIABILITY)) for text, group in groups.items()}
    top = min(groups, key=lambda text: (-weight[text], text))
    odds = weight[top] - fsum(w for text, w in sorted(weight.items()) if text != top)
    return [Agreed(SUBJECT, groups[top][0].value, 1 / (1 + exp(-odds)))]


def merge(agreed: Sequence[Agreed]) -> dict[str, Any]:
    """Raises ValueError if nothing was agreed."""
    for a in agreed:
        if a.subject == SUBJECT:
            return {"response": a.value}
    raise ValueError("There is no answer to merge.")


def distance(left: Mapping[str, Any], right: Mapping[str, Any]) -> float:
    return 0.0 if same(left["response"]) == same(right["response"]) else 1.0
