"""One signed call to a model. No transaction is open meanwhile."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from neraca.kit import urlguard
from neraca.kit.signing import webhook_headers
from neraca.models import rules

SECONDS = 30.0
FAILED = frozenset({"timeout", "unreachable", "tls", "protocol"})


@dataclass(frozen=True, slots=True)
class Asking:
    """A task as a model sees it. `media` are absolute links by the id of each asset, good while the lease is."""

    lease_id: str
    task_id: str
    project_id: str
    kind: str
    params: Mapping[str, Any]
    config: Mapping[str, Any]
    instructions: str
    media: Mapping[str, str]

    def body(self) -> bytes:
        """What is sent."""
        task = {
            "id": self.task_id,
            "project_id": self.project_id,
            "kind": self.kind,
            "params": self.params,
            "config": self.config,
            "instructions": self.instructions,
            "media": self.media,
        }
        return msgspec.json.encode({"task": task})


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model said, and how long it took in milliseconds. No answer: it has declined the task."""

    answer: dict[str, Any] | None
    confidence: float | None
    ms: int


async def ask(url: str, secret: str, asking: Asking, *, private: bool, seconds: float = SECONDS) -> Reply:
    """Asks a model for an answer. Raises `Failure`.

    The address is checked again; redirects are not followed; the same lease is asked under the same id.
    """
    body = asking.body()
    message_id = f"msg_{asking.lease_id.replace('-', '')}"
    headers = webhook_headers(secret, message_id, int(time.time()), body)
    try:
        reply = await urlguard.post(url, body, headers, private=private, seconds=seconds, limit=rules.BODY_LIMIT + 1)
    except urlguard.Refused as wrong:
        raise rules.Failure(wrong.code) from None
    except urlguard.Failed as wrong:
        raise rules.Failure(wrong.code if wrong.code in FAILED else "protocol", seconds=seconds) from None
    said = rules.read(reply.status, reply.headers, reply.body)
    return Reply(said.answer, said.confidence, reply.ms)
