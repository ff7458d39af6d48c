"""What concerns the Scale door: tasks that change their kind."""

import asyncio
import json

import typer

from neraca.cli.operate import actor, open_house
from neraca.cli.speech import Json, app

scale = typer.Typer(help="The door for Scale's client.", no_args_is_help=True)
app.add_typer(scale, name="scale")


@scale.callback()
def group() -> None:
    """The door for Scale's client."""


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
