"""What concerns the Scale door: moving in, and tasks that change their kind."""

import asyncio
import dataclasses
import json
import os
from typing import Annotated

import typer

from neraca.cli.operate import actor, open_house
from neraca.cli.speech import Json, Refused, app, bar, cut, target

scale = typer.Typer(help="The door for Scale's client.", no_args_is_help=True)
app.add_typer(scale, name="scale")


@scale.command("import")
def import_account(
    source: Annotated[str, typer.Option("--from", metavar="URL", help="The old account's base URL, up to /v1.")],
    key: Annotated[str, typer.Option(help="The old account's key.")],
    to: Annotated[str | None, typer.Option(help="Neraca; else NERACA_URL, else first-run.json.")] = None,
    to_key: Annotated[str | None, typer.Option(help="Its key; else NERACA_KEY, else first-run.json.")] = None,
    as_json: Json = False,
) -> None:
    """Copy projects, batches, tasks, responses and media of a Scale account; run it again after a break."""
    from neraca.cli.moving_in import Mover  # noqa: PLC0415 - needs the scale extra

    private = os.environ.get("NERACA_ALLOW_PRIVATE_HOSTS") == "1"
    mover = Mover(source, key, *target(to, to_key), private=private)
    try:
        with bar("Tasks") as told:
            copied = mover.move(told)
    finally:
        mover.close()
    if as_json:
        print(json.dumps(dataclasses.asdict(copied)))
    else:
        print(f"{copied.projects} projects, {copied.batches} batches, {copied.tasks} tasks, {copied.files} files.")
    if not as_json:
        _left("files could not be read and keep their address", copied.unread)
        _left("callbacks cannot be called from here", copied.uncalled)
    if copied.refused:
        name, why = next(iter(copied.refused.items()))
        raise Refused(f"{len(copied.refused)} were not copied; {cut(name, 200)}: {why}")


def _left(what: str, found: dict[str, str]) -> None:
    """One line on what could not be brought whole, with the first of it."""
    if found:
        url, why = next(iter(found.items()))
        print(f"{len(found)} {what}; {cut(url, 200)}: {why.rstrip('.')}.")


@scale.command("move")
def move_tasks(as_json: Json = False) -> None:
    """Move open tasks without an editor to the kinds that have landed, in every client, on the server's machine."""
    from neraca import doors  # noqa: PLC0415 - needs the server extra

    async def move() -> dict[str, dict[str, int]]:
        house = open_house()
        try:
            return {cell.name: await doors.move(house, cell, actor()) for cell in await house.cells()}
        finally:
            await house.close()

    told = asyncio.run(move())
    if as_json:
        print(json.dumps(told))
        return
    for name, moved in told.items():
        counts = ", ".join(f"{n} {word}" for word, n in sorted(moved.items())) or "nothing to move"
        print(f"{name}: {counts}")
