"""Where this installation is: its folder and its database server. Imports nothing that is heavy."""

import json
import os
from pathlib import Path


class NotRunning(RuntimeError):
    """No database is known: start Neraca with `make run`, or set DATABASE_URL."""

    def __init__(self, home: Path) -> None:
        super().__init__(f"There is no running Neraca in {home}: start it with `make run`, or set DATABASE_URL.")


def home() -> Path:
    """NERACA_HOME, by default `.neraca` in the current folder."""
    return Path(os.environ.get("NERACA_HOME") or ".neraca").absolute()


def dsn(folder: Path) -> str:
    """The server's connection string: DATABASE_URL, else what the embedded server wrote down.

    Raises `NotRunning` when neither is known.
    """
    if given := os.environ.get("DATABASE_URL"):
        return given
    try:
        return str(json.loads((folder / "database.json").read_text())["dsn"])
    except FileNotFoundError:
        raise NotRunning(folder) from None
