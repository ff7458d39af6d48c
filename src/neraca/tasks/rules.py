"""Decisions about tasks that need no database: are these parameters a task of this kind?"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from neraca.kind import Flaw, Kind, check
from neraca.kit import ids
from neraca.kit.problems import Fault
from neraca.wire.tasks import TaskNew

PREFIX = "asset:"
Sizes = Mapping[UUID, tuple[int, int]]


def asset_ids(params: Mapping[str, Any]) -> list[UUID]:
    """The assets that raw parameters name, as far as they can be read."""
    found = []
    for value in params.values():
        if isinstance(value, str) and value.startswith(PREFIX):
            asset = ids.parse(value[len(PREFIX) :])
            if asset is not None:
                found.append(asset)
    return found


def checked(kind: Kind, config: Any, params: dict[str, Any], sizes: Sizes) -> tuple[dict[str, Any], list[Flaw]]:
    """The parameters as they are stored, and everything that is wrong with them.

    Where the kind wants the size of its image and the caller gave none, it is taken from the asset.
    """
    flaws = []
    fields = kind.params.model_fields
    for name, value in params.items():
        if isinstance(value, str) and value.startswith(PREFIX):
            asset = ids.parse(value[len(PREFIX) :])
            if asset is None or asset not in sizes:
                flaws.append(Flaw("unknown-asset", f"#/{name}", "There is no such asset: upload it first."))
                continue
            if "width" in fields and "height" in fields:
                width, height = sizes[asset]
                given = (params.get("width", width), params.get("height", height))
                if given != (width, height):
                    flaws.append(
                        Flaw("size-mismatch", "#/width", f"The image is {width} by {height} pixels, not {given}.")
                    )
                params = {**params, "width": width, "height": height}
    model, wrong = check(kind.params, params)
    if model is None:
        return params, [*flaws, *wrong]
    flaws.extend(kind.params_flaws(model, config))
    return model.model_dump(mode="json", exclude_none=True), flaws


def known(
    kind: Kind, config: Any, params: Mapping[str, Any], raw: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Flaw]]:
    """A known answer as it is stored, and everything that is wrong with it by its kind."""
    answer, flaws = check(kind.answer, raw)
    if answer is None:
        return dict(raw), flaws
    shown = kind.params.model_validate(params, strict=False)
    return answer.model_dump(mode="json", exclude_none=True), list(kind.flaws(answer, shown, config))


def useless(task: TaskNew, at: str) -> list[Fault]:
    """The fault of a task that says what its gold is for and has none."""
    if task.gold is not None or task.gold_use == "work":
        return []
    return [Fault(f"{at}/gold_use", "needs-gold", f'"gold_use" is "{task.gold_use}", and there is no "gold" to use.')]


def spelled_out(kind: Kind, text: str) -> dict[str, Any] | None:
    """The answer that its class alone names; None for kinds whose answers are more than one class."""
    wanted = [f.alias or name for name, f in kind.answer.model_fields.items() if f.is_required()]
    return {wanted[0]: text} if kind.online and len(wanted) == 1 else None


def first_slots(policy: Mapping[str, Any]) -> int:
    """How many answers are asked for at once."""
    return int(policy["answers"] if policy["type"] == "fixed" else policy["min"])
