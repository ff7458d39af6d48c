"""What a model's reply means, how long it rests after a failure, and when it is no use: no database, no network."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from neraca.kit import strictjson
from neraca.kit.problems import shown

FAILING_AFTER = 8  # calls in a row
FLAWED_AFTER = 25  # answers in a row
FIRST_SECONDS = 1.0
LONGEST_SECONDS = 300.0
PATIENCE = 50  # answers before a model is judged
DRAWS = 0.25  # F1 that a model must be able to reach, where it draws objects
MARGIN = 0.05  # what it must be able to be above chance
BODY_LIMIT = 256 * 1024
REASON_LIMIT = 500
BUSY = frozenset({429, 503})
Jitter = Callable[[], float]

WORDS = {
    "timeout": "It did not answer within {seconds:.0f} seconds.",
    "unreachable": "No connection to its address could be made.",
    "tls": "Its certificate is not trusted.",
    "protocol": "What it sent is not HTTP.",
    "redirect": "It sent a redirect, and redirects are not followed.",
    "http-error": "It answered with status {status}.",
    "too-large": "Its reply is larger than 256 kB.",
    "not-json": "Its reply is not JSON.",
    "no-answer": 'Its reply is not an object with "answer" and, if it likes, "confidence" from 0 to 1.',
    "url-not-allowed": "Its address may not be called from here.",
    "dns-failed": "The name in its address is not known.",
    "lease-lost": "Its answer came after the lease had ended.",
    "internal": "Its answer could not be stored; the log tells why.",
}


class Failure(Exception):
    """A call that gave no answer: our own word, a sentence for the manager, the seconds that it asked us to wait."""

    def __init__(self, code: str, *, status: int = 0, seconds: float = 0.0, wait: float = 0.0) -> None:
        self.code = code
        self.sentence = WORDS[code].format(status=status, seconds=seconds)
        self.wait = wait
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Said:
    """A well-formed reply. No answer: the model has declined the task."""

    answer: dict[str, Any] | None
    confidence: float | None


def read(status: int, headers: Mapping[str, str], body: bytes) -> Said:
    """What a reply says. Raises `Failure`."""
    if 300 <= status < 400:
        raise Failure("redirect")
    if not 200 <= status < 300:
        told = headers.get("retry-after", "")
        known = status in BUSY and told.isascii() and told.isdigit() and len(told) < 6
        raise Failure("http-error", status=status, wait=float(told) if known else 0.0)
    if len(body) > BODY_LIMIT:
        raise Failure("too-large")
    try:
        found = strictjson.loads(body)
    except strictjson.Refused:
        raise Failure("not-json") from None
    if not isinstance(found, dict) or "answer" not in found:
        raise Failure("no-answer")
    answer, confidence = found["answer"], found.get("confidence")
    sure = confidence is None or (
        isinstance(confidence, int | float) and not isinstance(confidence, bool) and 0 <= confidence <= 1
    )
    if not sure or not (answer is None or isinstance(answer, dict)):
        raise Failure("no-answer")
    return Said(answer, None if confidence is None else float(confidence))


def rest(failures: int, wait: float = 0.0, jitter: Jitter = random.random) -> float:
    """Seconds until the next call: doubling from 1 s to 5 min, the upper half of it by chance, and what was asked."""
    whole = min(FIRST_SECONDS * 2.0 ** min(failures - 1, 30), LONGEST_SECONDS)
    return max(whole * (0.5 + 0.5 * jitter()), min(wait, LONGEST_SECONDS))


def gives_up(failures: int, sentence: str) -> str | None:
    """The notice for the manager once a model has failed too often."""
    if failures < FAILING_AFTER:
        return None
    return f"{failures} calls in a row failed. The last one: {sentence}"


def talks_nonsense(in_row: int, reason: str) -> str | None:
    """The notice once too many answers in a row had flaws: each took a task from what the model may do."""
    return f"{in_row} answers in a row had flaws. The last one: {reason}" if in_row >= FLAWED_AFTER else None


def reason(faults: list[tuple[str, str]]) -> str:
    """Why an answer was not taken, from the places and sentences of its flaws."""
    told = "; ".join(f"{shown(place)[1:-1]}: {detail}" for place, detail in faults[:5])
    return told[:REASON_LIMIT]


def no_use(answers: int, high: float, classes: int) -> str | None:
    """The notice where a model cannot be better than chance, as far as its answers tell."""
    if classes < 2 or high >= 1 / classes + MARGIN:
        return None
    return (
        f"After {answers} answers it is right at most {high:.0%} of the time; chance alone gives {1 / classes:.0%}."
        " Its answers weigh next to nothing, so it gets no more tasks here."
    )


def draws_nonsense(answers: int, high: float) -> str | None:
    """The notice where next to nothing of what a model draws is right, as far as its answers tell."""
    if high >= DRAWS:
        return None
    return (
        f"After {answers} answers its F1 is at most {high:.0%}: it overlooks most of what is there, or most of what it"
        " draws is not there. What it draws weighs next to nothing, so it gets no more tasks here."
    )
