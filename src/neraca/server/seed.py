"""The first accounts and the demo's data: `python -m neraca.server.seed --accounts` and `--data`.

Accounts are made before the first request is answered and are written to NERACA_HOME/first-run.json
(mode 0600), with secrets that were made here. Data comes in beside the running server, through its
public API. Both go on where they were broken off.
"""

import argparse
import asyncio
import json
import os
import secrets
import sys
from pathlib import Path
from uuid import UUID

import structlog

from neraca import accounts
from neraca.accounts import House
from neraca.kit import lifeline
from neraca.server import logs, settings
from neraca.wire.accounts import ClientNew, KeyNew

FIRST = "Demo Studio"
SECOND = "Demo Archive"
PEOPLE = (("operator", "operator@demo.example", "Demo Operator"), ("labeler", "labeler@demo.example", "Demo Labeler"))
ACTOR = "first-run"
log = structlog.get_logger("neraca.seed")


async def _client(house: House, name: str) -> UUID:
    """The client of this name, made if need be."""
    async with house.control() as control:
        known = await accounts.client_named(control, name)
    if known is not None and known["ready_at"] is not None:
        return UUID(str(known["id"]))
    return UUID((await accounts.add_client(house, ClientNew(name=name), ACTOR)).id)


async def _keys(house: House, client_id: UUID) -> dict[str, str]:
    """A live and a test key, shown nowhere but in first-run.json."""
    async with house.control() as control:
        made = {
            mode: await accounts.add_key(control, client_id, KeyNew(name=f"First run, {mode}", mode=mode), ACTOR)
            for mode in ("live", "test")
        }
    return {mode: key.key for mode, key in made.items()}


async def seed_accounts(house: House, home: Path, url: str) -> None:
    """Operator, labeler and the demo client, as the first run's file tells them."""
    client_id = await _client(house, FIRST)
    told: dict[str, object] = {"url": url, "client": {"id": str(client_id), "name": FIRST}}
    for role, email, name in PEOPLE:
        password = secrets.token_urlsafe(12)
        hashed = await accounts.hash_password(password)
        async with house.control() as control:
            person_id = await accounts.put_person(control, email, name, hashed, operator=role == "operator")
            await accounts.add_membership(control, person_id, client_id, "manager" if role == "operator" else role)
        told[role] = {"email": email, "password": password}
    write_private(home / "first-run.json", json.dumps(told | await _keys(house, client_id), indent=2) + "\n")


async def _second_client(house: House) -> str:
    """The client that the demo labeler also works for; a live key of it."""
    client_id = await _client(house, SECOND)
    async with house.control() as control:
        for role, email, _ in PEOPLE:
            person = await accounts.person_by_email(control, email)
            if person is not None:
                given = "manager" if role == "operator" else role
                await accounts.add_membership(control, person["id"], client_id, given)
    return (await _keys(house, client_id))["live"]


def seed_data(house: House, home: Path) -> None:
    """The projects of both clients, through the API of the running server."""
    from neraca.client import Client  # noqa: PLC0415 - the accounts do not need these
    from neraca.server.demo import projects  # noqa: PLC0415

    first = json.loads((home / "first-run.json").read_text("utf-8"))
    with Client(first["url"], first["live"]) as client:
        projects.seed_boxes(client)
        with Client(first["url"], asyncio.run(_second_of(house))) as other:
            projects.seed_sorting(other)
        projects.seed_digits(client, lambda done, total: log.info("seeded", scans=done, of=total))
    (home / "demo-ready").touch()


async def _second_of(house: House) -> str:
    try:
        return await _second_client(house)
    finally:
        await house.close()


def write_private(path: Path, text: str) -> None:
    """Writes a file whole, readable by its owner alone from its first byte on."""
    new = path.with_suffix(f".{os.getpid()}")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


async def _accounts(house: House, home: Path, url: str) -> None:
    try:
        await seed_accounts(house, home, url)
    finally:
        await house.close()


def main() -> int:
    """Makes what the arguments name."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", action="store_true", help="the first accounts and first-run.json")
    parser.add_argument("--data", action="store_true", help="the demo's projects, while the server runs")
    asked = parser.parse_args()
    lifeline.follow()
    logs.configure()
    known = settings.load()
    if asked.accounts:
        asyncio.run(_accounts(known.house(), known.home, known.url))
    if asked.data:
        try:
            seed_data(known.house(), known.home)
        except ModuleNotFoundError as missing:
            print(f"The package {missing.name} is missing: install neraca[demo].")  # noqa: T201 - the log's last line
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
