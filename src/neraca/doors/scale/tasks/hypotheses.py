"""Pre-labels: a task's hypothesis, in Scale's response format, becomes what its editor begins with."""

import json
from typing import Any

from neraca import kinds, tasks
from neraca.accounts import CellSession
from neraca.doors.scale import translate, words
from neraca.doors.scale.shapes import TYPES, faults
from neraca.doors.scale.translate import Fit
from neraca.kind import check
from neraca.kit.problems import Fault, Problem
from neraca.wire.errors import ValidationFailed

SOURCE = "hypothesis"  # the name under which it is learnt how good they are
Json = dict[str, Any]


async def suggestion(session: CellSession, word: str, params: Json, found: Fit) -> str | None:
    """The column of a hypothesis. Raises 400 naming what does not fit; without an editor it is only kept."""
    given = words.table(params.get("hypothesis"), "hypothesis")
    if not given or found.kind == "foreign":
        return None
    wrong = faults(TYPES[word].response, given, word)
    if wrong:
        raise ValidationFailed([Fault("#/hypothesis", "wrong-shape", f"hypothesis: {said}") for _, said in wrong])
    try:
        answer = translate.answer(found.kind, given, params, found.config)
    except ValueError as refusal:
        raise words.wrong("hypothesis", f"hypothesis.{refusal}") from None
    key = session.cell.pseudonym_key
    await tasks.meet(session.db, key, [SOURCE])
    return json.dumps({"answer": answer, "by": str(tasks.suggester(key, SOURCE))})


async def forgiving(session: CellSession, word: str, params: Json, found: Fit) -> str | None:
    """The same for a task that was taken elsewhere or before: one that does not fit is only kept."""
    try:
        return await suggestion(session, word, params, found)
    except Problem:
        return None


def fitted(kind_id: str, config: Json, native: Json, made: Json, word: str = SOURCE) -> Json:
    """The answer for the picture that has come; `word` is what it was sent as. Raises ValueError with a sentence."""
    kind = kinds.get(kind_id)
    assert kind is not None
    model, _ = check(kind.config, config)
    answer, flaws = tasks.known(kind, model, native, translate.within(kind_id, made, native))
    if flaws:
        raise ValueError(f"The {word} does not fit the attachment: {flaws[0].detail}")
    return answer
