"""The command line: `neraca …`."""

import sys

from neraca.cli import (
    aggregate,
    agreement,
    audit,
    demo,
    keys,
    labelers,
    models,
    operate,
    past,
    planning,
    quality,
    scale,
    version,
    work,
)
from neraca.cli.speech import app, sentence

__all__ = [
    "aggregate", "agreement", "app", "audit", "demo", "keys", "labelers", "main", "models", "operate", "past",
    "planning",
    "quality", "scale", "version", "work",
]  # fmt: skip


def main() -> None:
    """Runs a command. On failure: one plain sentence on stderr and a non-zero exit, no traceback."""
    try:
        app()
    except Exception as failure:  # noqa: BLE001 - whatever it is, a person reads one sentence
        print(f"neraca: {sentence(failure)}", file=sys.stderr)
        sys.exit(1)
