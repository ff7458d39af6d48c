"""Decisions about accounts that need no database."""

import secrets

MAX_FAILURES = 10
CELL_TOKEN_SECONDS = 600


def database_name() -> str:
    """A random name: a client's own name stands in no catalogue of the server."""
    return f"cell_{secrets.token_hex(8)}"
