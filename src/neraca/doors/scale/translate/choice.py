"""`categorization` as the kind `choice`: one category of a list, for a text or a picture."""

from typing import Any

from neraca.doors.scale.shapes.parts import flag, leaves
from neraca.doors.scale.translate.fit import Fit, Json

QUESTION = "Which category fits?"
WORDS = {"image", "text"}  # what the editor can show


def fit(params: Json) -> Fit | None:
    if params["attachment_type"] not in WORDS or flag(params.get("allow_multiple")):
        return None
    options = [{"id": f"c{i}", "label": shown} for i, (_, shown) in enumerate(leaves(params["categories"]))]
    config = {"question": QUESTION, "options": options}
    if params["attachment_type"] == "text":
        return Fit("choice", config, {"text": params["attachment"]})
    return Fit("choice", config, {}, media=params["attachment"])


def response(answer: Json, params: Json, config: Json) -> dict[str, Any]:
    name = _category(answer["choice"], params, config)
    told: dict[str, Any] = {"category": name}
    ids = params.get("category_ids")
    if isinstance(ids, dict) and name in ids:
        told["category_id"] = ids[name]
    return told


def _category(option: str, params: Json, config: Json) -> str:
    known = leaves(params["categories"])
    if option[:1] == "c" and option[1:].isdigit() and int(option[1:]) < len(known):
        return known[int(option[1:])][0]
    return next((o["label"] for o in config["options"] if o["id"] == option), option)


def answer(response: Json, params: Json, config: Json) -> dict[str, Any]:
    """Raises ValueError with a sentence."""
    wanted = response["category"]
    for option in config["options"]:
        if _category(option["id"], params, config) == wanted:
            return {"choice": option["id"]}
    raise ValueError(f"category: there is no category {str(wanted)!a:.64}.")
