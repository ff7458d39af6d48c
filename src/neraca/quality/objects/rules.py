"""How beliefs about those who draw are kept as JSON, and read again."""

from collections.abc import Mapping, Sequence
from typing import Any

from neraca.measure import belief, online
from neraca.measure.belief import NOBODY, Crowd, Drawer, Hand


def crowd(project: Mapping[str, Any] | None, labelers: Sequence[Mapping[str, Any]]) -> Crowd:
    """What an estimate wrote, as `measure.belief` takes it; what is known of nobody where there was none."""
    told = project["objects"] if project else None
    if project is None or told is None:
        return NOBODY
    common = _drawer(told, 0, project["pooled"])
    return Crowd(
        drawers={str(row["labeler_id"]): _drawer(row["objects"], row["answers"], row["confusion"]) for row in labelers},
        stranger=common, odds=told["odds"], empty=told["empty"], classes=project["classes"], prior=project["prior"],
        learnt=True, **_map(project, told),
    )  # fmt: skip


def _map(project: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """What gold taught of confidences, where it did."""
    if not project.get("calibrated_on"):
        return {}
    wrong, right = project["bias"]
    return {
        "tau": project["tau"], "bias": right - wrong, "lacking": told["lacking"],
        "calibrated_on": project["calibrated_on"],
    }  # fmt: skip


def _drawer(told: Mapping[str, Any], answers: int, confusion: online.Rows) -> Drawer:
    return Drawer(
        recall=told["finds"], invents=told["invents"], weight=belief.weight(answers), accuracy=told["classes"],
        confusion=confusion, hands={name: Hand(one["noise"], one["bias"]) for name, one in told["shapes"].items()},
    )  # fmt: skip
