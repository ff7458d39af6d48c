"""Which translation belongs to which kind."""

import json
from functools import lru_cache
from typing import Any
from uuid import UUID

from neraca import kinds
from neraca.doors.scale.shapes import TYPES
from neraca.doors.scale.translate import choice, image
from neraca.doors.scale.translate.fit import Fit, Json
from neraca.kind import check

FITS = {"choice": choice.fit, "image": image.fit}


def fit(word: str, params: Json) -> Fit:
    """The task for the kind of its type where its parameters fit that kind, else for `foreign`. They are checked."""
    made = FITS.get(TYPES[word].kind)
    found = made(params) if made else None
    if found is not None and _usable(found.kind, json.dumps(found.config)) and _shown(found):
        return found
    return foreign(word, params)


def foreign(word: str, params: Json) -> Fit:
    """The task as the kind without an editor."""
    return Fit("foreign", {"type": word}, {"type": word, "params": dict(params)})


@lru_cache(maxsize=1024)
def _usable(kind_id: str, config: str) -> bool:
    """Whether the kind takes this configuration."""
    kind = kinds.get(kind_id)
    if kind is None:
        return False
    model, _ = check(kind.config, json.loads(config))
    return model is not None and not kind.config_flaws(model)


def _shown(found: Fit) -> bool:
    """Whether the kind takes these parameters, as far as they are known before the media are fetched."""
    if found.media is not None:
        return True
    kind = kinds.get(found.kind)
    assert kind is not None
    model, _ = check(kind.params, found.params)
    return model is not None and not kind.params_flaws(model, None)


def response(kind: str, answer: Json, params: Json, config: Json, task_id: UUID) -> dict[str, Any]:
    """A verdict in Scale's response format."""
    if kind == "choice":
        return choice.response(answer, params, config)
    if kind == "image":
        return image.response(answer, params, config, task_id)
    told: dict[str, Any] = answer["response"]
    return told


def answer(kind: str, response: Json, params: Json, config: Json) -> dict[str, Any]:
    """A response as an answer of the kind; its shape has been checked. Raises ValueError with a sentence."""
    if kind == "choice":
        return choice.answer(response, params, config)
    if kind == "image":
        return image.answer(response, params, config)
    return {"response": dict(response)}


def within(kind: str, answer: Json, native: Json) -> dict[str, Any]:
    """An answer that a program made, as far as it is in the picture: theirs draw over its edges."""
    return image.within(answer, native["width"], native["height"]) if kind == "image" else dict(answer)


def native(found: Fit, instruction: str | None) -> dict[str, Any]:
    """The parameters as the house keeps them, with the task's own instruction."""
    said = "\n\n".join(part for part in (instruction, found.note) if part)
    if said and found.kind != "foreign":
        return {**found.params, "instruction": said}
    return found.params
