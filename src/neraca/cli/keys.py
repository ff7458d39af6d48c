"""What the operator says of API keys: which there are, and how much each may ask."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

import typer

from neraca.cli.operate import actor, open_house
from neraca.cli.speech import Json, Refused, app, show
from neraca.wire.accounts import KeyLimit

key = typer.Typer(help="API keys, on the server's machine.", no_args_is_help=True)
app.add_typer(key, name="key")
COLUMNS = ("id", "name", "mode", "role", "last4", "per_minute")


def shown(row: dict[str, Any]) -> KeyLimit:
    """A row as it is shown."""
    return KeyLimit.model_validate({**{name: row[name] for name in COLUMNS}, "id": str(row["id"])})


@key.command("list")
def list_keys(client: Annotated[str, typer.Argument(help="The client's name.")], as_json: Json = False) -> None:
    """List a client's keys with their limits."""
    from neraca import accounts  # noqa: PLC0415 - needs the server extra
    from neraca.wire.errors import NotFound  # noqa: PLC0415

    async def read() -> list[KeyLimit]:
        house = open_house()
        try:
            return [shown(row) for row in await accounts.keys_of(house, client)]
        except NotFound:
            raise Refused(f"There is no client {client!r}; `neraca client list` shows them.") from None
        finally:
            await house.close()

    show(asyncio.run(read()), as_json, COLUMNS)


@key.command("limit")
def limit_key(
    key_id: Annotated[str, typer.Argument(metavar="KEY", help="The key's id, from `neraca key list`.")],
    per_minute: Annotated[int | None, typer.Option(min=1, help="Requests a minute; without it the limit ends.")] = None,
    as_json: Json = False,
) -> None:
    """Limit how many requests a minute a key may send, from the next second on."""
    from neraca import accounts  # noqa: PLC0415 - needs the server extra
    from neraca.wire.errors import NotFound  # noqa: PLC0415

    async def write() -> KeyLimit:
        house = open_house()
        try:
            return shown(await accounts.limit_key(house, UUID(key_id), per_minute, actor()))
        except (NotFound, ValueError):
            raise Refused(f"There is no key {key_id!r}; `neraca key list CLIENT` shows them.") from None
        finally:
            await house.close()

    show(asyncio.run(write()), as_json)
