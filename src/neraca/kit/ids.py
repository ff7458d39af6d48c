"""Identifiers: 128 random bits, in one spelling."""

import os
import re
import uuid

_CANONICAL = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def new() -> uuid.UUID:
    """A new random id (UUID version 4)."""
    return uuid.UUID(bytes=os.urandom(16), version=4)


def parse(text: str) -> uuid.UUID | None:
    """The id, or None unless `text` is the canonical lower-case spelling."""
    return uuid.UUID(text) if _CANONICAL.fullmatch(text) else None
