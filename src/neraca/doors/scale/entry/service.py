"""Responses as answers of the house, and the shape that every response of this door must have."""

from typing import Any

from neraca import answers
from neraca.accounts import CellSession
from neraca.answers import AnswerStored, Handlers
from neraca.doors.scale import translate, words
from neraca.doors.scale.shapes import TYPES, faults
from neraca.doors.scale.tasks import queries, service
from neraca.kit import requests
from neraca.wire.errors import Fault, ValidationFailed
from neraca.wire.work import Entered


async def answer_stored(stored: AnswerStored) -> bool:
    """The hook in the transaction of a submit: a foreign answer must have the shape of its type. Decides nothing."""
    word = stored.config.get("type") if stored.kind == "foreign" else None
    if word in TYPES:
        checked(str(word), stored.value["response"], "#/answer/response/")
    return False


def checked(word: str, response: object, at: str) -> None:
    """Whether a response has the shape of its type. Raises 400."""
    found = faults(TYPES[word].response, response, word)
    if found:
        raise ValidationFailed([Fault(at + name.replace(".", "/"), "wrong-shape", said) for name, said in found])


async def native(session: CellSession, task: queries.Row, response: dict[str, Any]) -> dict[str, Any]:
    """A response as an answer of the kind that works the task. Raises 400."""
    place = (await queries.configs(session.db, [task["place"]]))[task["place"]]
    try:
        return translate.answer(place["kind"], response, requests.parse(task["params"].encode()), place["config"])
    except ValueError as refusal:
        raise words.wrong("response", f"response.{refusal}") from None


async def enter(session: CellSession, task_name: str, given: dict[str, Any], handlers: Handlers) -> dict[str, Any]:
    """Stores a response made elsewhere, as a labeler of a name. Raises 400, 404, 409."""
    task = await service.row(session, task_name)
    labeler = words.name(given.get("labeler"), "labeler")
    response = given.get("response")
    if not isinstance(response, dict):
        raise words.wrong("response", "response must be a JSON object.")
    checked(task["type"], response, "#/response/")
    if task["stage"] != service.PLACED:
        raise words.wrong("", f"The task is {task['status']} and takes no answer.")
    raw = await native(session, task, response)
    active_ms = words.whole(given.get("active_ms"), "active_ms", 0, 0, 86_400_000)
    await answers.enter(session, task["id"], Entered(labeler=labeler, answer=raw, active_ms=active_ms), handlers)
    return await service.get(session, task_name)
