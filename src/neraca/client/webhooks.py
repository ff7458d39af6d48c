"""Checks the signature of a callback (Standard Webhooks), with nothing but the standard library."""

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Mapping

TOLERANCE_SECONDS = 300


class NotSigned(ValueError):
    """The callback is not from the holder of the secret, or is too old."""


def verify(
    secret: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: float | None = None,
    tolerance: float = TOLERANCE_SECONDS,
) -> None:
    """Returns when the body was signed with the secret, else raises `NotSigned`.

    `secret` is what the callback's creation showed (`whsec_…`), `body` the bytes as they came,
    `now` seconds since 1970. A receiver should also keep `webhook-id` and skip one it has seen:
    a callback is delivered at least once.
    """
    low = {name.lower(): value for name, value in headers.items()}
    try:
        number, stamp, signatures = (low[f"webhook-{part}"] for part in ("id", "timestamp", "signature"))
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except KeyError as missing:
        raise NotSigned(f"The header {missing.args[0]} is missing.") from None
    except (ValueError, binascii.Error):
        raise NotSigned("The secret is malformed.") from None
    if not key:
        raise NotSigned("The secret is empty.")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 16):
        raise NotSigned("The timestamp is malformed.")
    if abs((time.time() if now is None else now) - int(stamp)) > tolerance:
        raise NotSigned("The timestamp is too far from this machine's clock.")
    digest = hmac.new(key, f"{number}.{stamp}.".encode("utf-8", "replace") + body, hashlib.sha256).digest()
    expected = b"v1," + base64.b64encode(digest)
    if not any(hmac.compare_digest(expected, given.encode("utf-8", "replace")) for given in signatures.split(" ")):
        raise NotSigned("No signature fits the body.")
