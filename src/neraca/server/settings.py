"""Settings: a few environment variables and the files of NERACA_HOME."""

import asyncio
import json
import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path

from neraca.accounts.house import House


@dataclass(frozen=True, slots=True)
class Settings:
    """What a process needs to know; see docs/reference/settings.md."""

    home: Path
    port: int
    dsn: str
    key: bytes
    private_hosts: bool
    hosts: frozenset[str]

    @property
    def url(self) -> str:
        """The address of the app on this machine."""
        return f"http://127.0.0.1:{self.port}"

    def house(self) -> House:
        """The house of this process."""
        return House(
            dsn=self.dsn, key=self.key, blobs=self.home / "blobs", url=self.url,
            private_hosts=self.private_hosts, provision=provision,
        )


async def provision() -> None:
    """Runs the migrations in a process of their own: Alembic is never loaded by the server."""
    child = await asyncio.create_subprocess_exec(sys.executable, "-m", "neraca.server.migrate")
    if await child.wait() != 0:
        raise RuntimeError("the new cell could not be created; see the log for the reason")


class NotRunning(RuntimeError):
    """No database is known: start Neraca with `make run`, or set DATABASE_URL."""

    def __init__(self, home: Path) -> None:
        super().__init__(
            f"There is no running Neraca in {home}: start it with `make run`, or set DATABASE_URL."
        )


def home() -> Path:
    """NERACA_HOME, by default `.neraca` in the current folder."""
    return Path(os.environ.get("NERACA_HOME") or ".neraca").absolute()


def install_key(folder: Path) -> bytes:
    """The installation's secret: 32 random bytes, made at the first start, mode 0600."""
    path = folder / "secrets.json"
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = path.with_suffix(f".{os.getpid()}")
        new.touch(mode=0o600)
        new.write_text(json.dumps({"key": secrets.token_hex(32)}))
        try:
            os.link(new, path)  # whoever is first wins
        except FileExistsError:
            pass
        new.unlink()
    key = bytes.fromhex(json.loads(path.read_text())["key"])
    if len(key) != 32:
        raise RuntimeError(f"{path} does not hold a key of 32 bytes; restore it from your backup.")
    return key


def load() -> Settings:
    """The settings of this process. Raises `NotRunning` when no database is known."""
    folder = home()
    dsn = os.environ.get("DATABASE_URL")
    if not dsn:
        record = folder / "database.json"
        if not record.exists():
            raise NotRunning(folder)
        dsn = json.loads(record.read_text())["dsn"]
    port = int(os.environ.get("NERACA_PORT") or 8000)
    extra = os.environ.get("NERACA_HOSTS", "")
    return Settings(
        home=folder,
        port=port,
        dsn=dsn,
        key=install_key(folder),
        private_hosts=os.environ.get("NERACA_ALLOW_PRIVATE_HOSTS") == "1",
        hosts=frozenset({"127.0.0.1", "localhost", "[::1]", *filter(None, extra.split(","))}),
    )
