"""Settings: a few environment variables and the files of NERACA_HOME."""

import asyncio
import contextlib
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from neraca.accounts.house import House
from neraca.server import migrate, where
from neraca.server.where import NotRunning, home

__all__ = ["NotRunning", "Settings", "home", "install_key", "load", "provision"]


KEY_BYTES = 32
KEY_LEAST_DIFFERENT = 12  # of 32 random bytes, fewer are different once in 10^25: a typed one is not random


@dataclass(frozen=True, slots=True)
class Settings:
    """What a process needs to know; see docs/reference/settings.md."""

    home: Path
    port: int
    dsn: str
    key: bytes
    private_hosts: bool
    hosts: frozenset[str]
    public_url: str = ""

    @property
    def url(self) -> str:
        """The address of the app on this machine."""
        return f"http://127.0.0.1:{self.port}"

    def house(self) -> House:
        """The house of this process. Stored objects are for this account alone."""
        (self.home / "blobs").mkdir(mode=0o700, parents=True, exist_ok=True)
        return House(
            dsn=self.dsn,
            key=self.key,
            blobs=self.home / "blobs",
            url=self.public_url or self.url,
            private_hosts=self.private_hosts,
            provision=provision,
        )


async def provision() -> None:
    """Creates and migrates what the directory names and is not there yet."""
    await asyncio.to_thread(migrate.prepare, where.dsn(where.home()))


def install_key(folder: Path) -> bytes:
    """The installation's secret: 32 random bytes, made at the first start, mode 0600.

    Raises RuntimeError for a file that does not hold such a key: nothing starts under a weak one.
    """
    path = folder / "secrets.json"
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = path.with_suffix(f".{os.getpid()}")
        new.touch(mode=0o600)
        new.write_text(json.dumps({"key": secrets.token_hex(32)}))
        with contextlib.suppress(FileExistsError):
            os.link(new, path)  # whoever is first wins
        new.unlink()
    try:
        key = bytes.fromhex(json.loads(path.read_text())["key"])
    except (ValueError, KeyError, TypeError):
        key = b""
    if len(key) != KEY_BYTES or len(set(key)) < KEY_LEAST_DIFFERENT:
        raise RuntimeError(f"{path} does not hold a key of 32 random bytes; restore it from your backup.")
    return key


def load() -> Settings:
    """The settings of this process. Raises `NotRunning` when no database is known."""
    folder = where.home()
    port = int(os.environ.get("NERACA_PORT") or 8000)
    extra = os.environ.get("NERACA_HOSTS", "").split(",")
    public = os.environ.get("NERACA_PUBLIC_URL", "").rstrip("/")
    named = urlsplit(public).hostname
    if public and (named is None or not public.startswith(("https://", "http://"))):
        raise RuntimeError(
            f"NERACA_PUBLIC_URL is {public!r}: it must be an address such as https://labels.example.org."
        )
    return Settings(
        home=folder,
        port=port,
        dsn=where.dsn(folder),
        key=install_key(folder),
        private_hosts=os.environ.get("NERACA_ALLOW_PRIVATE_HOSTS") == "1",
        hosts=frozenset({"127.0.0.1", "localhost", "[::1]", *filter(None, [*extra, named])}),
        public_url=public,
    )
