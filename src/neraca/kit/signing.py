"""Secrets and signatures: random tokens, their stored hashes, short-lived signed claims."""

import base64
import hashlib
import hmac
import secrets
import uuid
from datetime import UTC, datetime
from typing import Any

import msgspec


def token(prefix: str) -> str:
    """A new secret of 256 random bits, readable by its prefix."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"


def digest(secret: str) -> bytes:
    """What is stored of a random secret: its SHA-256 (it has 256 bits, so no slow hash is needed)."""
    return hashlib.sha256(secret.encode()).digest()


def pseudonym(key: bytes, name: str) -> uuid.UUID:
    """The same id for the same name under one key; unlinkable under another. HMAC-SHA-256."""
    return uuid.UUID(bytes=hmac.digest(key, name.encode(), "sha256")[:16], version=4)


def webhook_signature(secret: str, message_id: str, seconds: int, body: bytes) -> str:
    """The `webhook-signature` of Standard Webhooks 1.0."""
    from standardwebhooks.webhooks import Webhook  # noqa: PLC0415 - an idle worker does not hold it

    return str(Webhook(secret).sign(message_id, datetime.fromtimestamp(seconds, UTC), body.decode()))


def webhook_headers(secret: str, message_id: str, seconds: int, body: bytes) -> dict[str, str]:
    """The headers of a signed call with a JSON body."""
    return {
        "Content-Type": "application/json",
        "User-Agent": "Neraca",
        "webhook-id": message_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": webhook_signature(secret, message_id, seconds, body),
    }


def webhook_secret() -> str:
    """A new secret for signed calls, as Standard Webhooks spells it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


class Signer:
    """Signs small claims with HMAC-SHA-256 for one purpose; a claim of another purpose is refused."""

    def __init__(self, key: bytes, purpose: str) -> None:
        self._key = hmac.digest(key, purpose.encode(), "sha256")

    def sign(self, claim: dict[str, Any]) -> str:
        """The claim as URL-safe text with its signature."""
        body = base64.urlsafe_b64encode(msgspec.json.encode(claim)).rstrip(b"=")
        return (body + b"." + self._tag(body)).decode()

    def read(self, text: str, now: float) -> dict[str, Any] | None:
        """The claim, or None where the signature is wrong or `exp` (seconds since 1970) is past."""
        body, dot, tag = text.encode("utf-8", "replace").partition(b".")
        if not dot or not hmac.compare_digest(self._tag(body), tag):
            return None
        claim: dict[str, Any] = msgspec.json.decode(base64.urlsafe_b64decode(body + b"=" * (-len(body) % 4)))
        return claim if claim.get("exp", 0) > now else None

    def _tag(self, body: bytes) -> bytes:
        return base64.urlsafe_b64encode(hmac.digest(self._key, body, "sha256")).rstrip(b"=")
