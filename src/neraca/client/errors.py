"""What the SDK raises: one class for each family of problems."""

from dataclasses import dataclass

import httpx


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong: the JSON pointer of its place, its slug, a sentence."""

    pointer: str
    code: str
    detail: str


class NeracaError(Exception):
    """A request did not succeed. `code` is the problem's slug, `status` 0 when no answer came."""

    def __init__(self, sentence: str, *, code: str, status: int = 0, errors: tuple[Flaw, ...] = ()) -> None:
        super().__init__(sentence)
        self.code = code
        self.status = status
        self.errors = errors


class Unreachable(NeracaError):
    """No connection to the server, also after retries."""


class NotAllowed(NeracaError):
    """The key or the sign-in does not permit this (401, 403)."""


class Missing(NeracaError):
    """There is no such thing, or not for this key (404, 410)."""


class Conflicting(NeracaError):
    """The state does not allow it: a lost lease, another offset, a key used for another body (409)."""


class Invalid(NeracaError):
    """The request itself is wrong; `errors` names every fault (other 4xx)."""


class Busy(NeracaError):
    """Too many requests (429), also after retries."""


class ServerFault(NeracaError):
    """The server failed (5xx)."""


class Failed(NeracaError):
    """A job of ours ended as failed."""


class TimedOut(NeracaError):
    """What was waited for did not come in the time allowed."""


FAMILIES: dict[int, type[NeracaError]] = {
    401: NotAllowed,
    403: NotAllowed,
    404: Missing,
    409: Conflicting,
    410: Missing,
    429: Busy,
}


def error_of(response: httpx.Response) -> NeracaError:
    """The error that a response of 400 or more tells; the response has been read."""
    try:
        told = response.json()
    except ValueError:
        told = None
    problem: dict[str, object] = told if isinstance(told, dict) else {}
    listed = problem.get("errors")
    flaws = tuple(
        Flaw(str(one.get("pointer", "")), str(one.get("code", "")), str(one.get("detail", "")))
        for one in (listed if isinstance(listed, list) else [])
        if isinstance(one, dict)
    )
    status = response.status_code
    family = FAMILIES.get(status, ServerFault if status >= 500 else Invalid)
    sentence = str(
        problem.get("detail")
        or problem.get("title")
        or problem.get("error")
        or f"The server answered with status {status}."
    )
    return family(sentence, code=str(problem.get("code", "unknown")), status=status, errors=flaws)
