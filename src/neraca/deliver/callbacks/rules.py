"""When a failed delivery is tried again, and what an answer means."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

FIRST_SECONDS = 5.0
LONGEST_SECONDS = 2 * 3600.0
GIVE_UP = {"neraca": timedelta(hours=72), "scale": timedelta(hours=24)}
MOST_ATTEMPTS = {"neraca": 1000, "scale": 21}  # the first one and twenty retries
GONE = 410
BUSY = frozenset({429, 503})
Jitter = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What follows from an attempt; `notice` says why the endpoint is stopped."""

    state: str
    next_at: datetime
    notice: str | None = None


def code(status: int) -> str:
    """Our own word for a status: delivered, gone, redirect or http-error."""
    if 200 <= status < 300:
        return "delivered"
    if status == GONE:
        return "gone"
    return "redirect" if 300 <= status < 400 else "http-error"


def pause(attempts: int, jitter: Jitter = random.random) -> float:
    """Seconds until the next attempt: doubling from 5 s to 2 h, the upper half of it by chance."""
    whole = min(FIRST_SECONDS * 2.0 ** min(attempts - 1, 30), LONGEST_SECONDS)
    return whole * (0.5 + 0.5 * jitter())


def outcome(
    what: str,
    *,
    now: datetime,
    attempts: int,
    first_at: datetime,
    retry_after: str | None = None,
    jitter: Jitter = random.random,
    style: str = "neraca",
) -> Outcome:
    """What follows from `what`, after so many attempts since `first_at`.

    An endpoint of the style `scale` stands for a whole host, so one bad address on it stops only its own delivery.
    """
    if what == "delivered":
        return Outcome("done", now)
    seconds = pause(attempts, jitter)
    if retry_after is not None and retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 6:
        seconds = max(seconds, min(float(retry_after), LONGEST_SECONDS))
    then = now + timedelta(seconds=seconds)
    hopeless = what in {"gone", "url-not-allowed"}
    notice = what if hopeless and style == "neraca" else None
    over = then - first_at > GIVE_UP[style] or attempts >= MOST_ATTEMPTS[style] or hopeless
    if over and notice is None:
        return Outcome("dead", now)
    return Outcome("pending", then, notice)
