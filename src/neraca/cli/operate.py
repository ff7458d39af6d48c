"""What the operator does on the machine itself: serve, clients, the doctor.

The server's modules are imported by the command that needs them: the base install has none of them,
and `neraca --help` stays fast.
"""

import asyncio
import getpass
import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError

from neraca.cli.speech import Json, Refused, app, show
from neraca.wire.accounts import Client, ClientCreated, ClientNew, FirstManager, InvitationCreated

if TYPE_CHECKING:
    from neraca.accounts import House

client = typer.Typer(help="Clients, on the server's machine.", no_args_is_help=True)
person = typer.Typer(help="People, on the server's machine.", no_args_is_help=True)
app.add_typer(client, name="client")
app.add_typer(person, name="person")


def actor() -> str:
    """Who is written into the event: the account of this machine."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):
        return "cli"


def open_house() -> "House":
    """The house of this installation; says at once when its database does not answer."""
    import psycopg  # noqa: PLC0415 - needs the server extra

    from neraca.server import settings  # noqa: PLC0415

    known = settings.load()
    try:
        psycopg.connect(known.dsn, connect_timeout=5).close()
    except psycopg.OperationalError:
        raise Refused("The database does not answer: start Neraca with `make run`, or check DATABASE_URL.") from None
    return known.house()


@app.command("serve")
def serve() -> None:
    """Start the database, the API and the worker, and keep them running."""
    from neraca.server import launcher  # noqa: PLC0415 - needs the server extra

    sys.exit(launcher.main())


@client.command("add")
def add_client(name: Annotated[str, typer.Argument(help="The client's name.")], as_json: Json = False) -> None:
    """Add a client with a database of its own; shows its keys once."""
    from neraca import accounts  # noqa: PLC0415 - needs the server extra
    from neraca.wire.errors import Problem  # noqa: PLC0415

    async def add() -> ClientCreated:
        house = open_house()
        try:
            return await accounts.add_client(house, ClientNew(name=name), actor())
        except Problem as refusal:
            raise Refused(refusal.detail) from None
        finally:
            await house.close()

    show(asyncio.run(add()), as_json)


@client.command("list")
def list_clients(as_json: Json = False) -> None:
    """List the clients."""
    from neraca import accounts  # noqa: PLC0415 - needs the server extra

    async def read() -> list[Client]:
        house = open_house()
        try:
            async with house.control() as control:
                rows = await accounts.clients(control, None, 10_000)
                await accounts.add_event(control, actor(), "client.listed", {})
        finally:
            await house.close()
        fields = Client.model_fields
        told = ({name: row[name] for name in fields} for row in rows)
        return [Client.model_validate({**one, "id": str(one["id"])}) for one in told]

    show(asyncio.run(read()), as_json, ("id", "name", "created_at"))


@client.command("invite")
def invite_manager(
    name: Annotated[str, typer.Argument(help="The client's name.")],
    email: Annotated[str, typer.Argument(help="Who is to manage it.")],
    as_json: Json = False,
) -> None:
    """Invite the first manager of a client, who invites everybody else; shows the link once."""
    from neraca import accounts  # noqa: PLC0415 - needs the server extra
    from neraca.wire.errors import Problem  # noqa: PLC0415

    async def invite() -> InvitationCreated:
        house = open_house()
        try:
            asked = FirstManager(email=email)
            async with house.control() as control:
                row = await accounts.client_named(control, name)
            if row is None:
                raise Refused(f"There is no client {name!r}; `neraca client list` shows them.")
            return await accounts.invite_manager(house, row["id"], asked.email, actor())
        except ValidationError:
            raise Refused(f"{email!r} is not an e-mail address.") from None
        except Problem as refusal:
            raise Refused(refusal.detail) from None
        finally:
            await house.close()

    made = asyncio.run(invite())
    print(made.model_dump_json() if as_json else f"Send this link to {made.email}; it holds for a week:\n{made.url}")


@person.command("reset")
def reset_password(
    email: Annotated[str, typer.Argument(help="The address that they sign in with.")], as_json: Json = False
) -> None:
    """Give a person a new password, shown once; ends all their sessions."""
    from neraca import accounts  # noqa: PLC0415 - needs the server extra
    from neraca.wire.errors import NotFound  # noqa: PLC0415

    async def reset() -> str:
        house = open_house()
        try:
            return await accounts.reset_password(house, email, actor())
        except NotFound:
            raise Refused(f"Nobody signs in with {email!r}.") from None
        finally:
            await house.close()

    password = asyncio.run(reset())
    print(json.dumps({"email": email, "password": password}) if as_json else f"New password of {email}: {password}")


@app.command("doctor")
def doctor(as_json: Json = False) -> None:
    """Look at everything that a healthy installation needs, and say what to do."""
    from neraca.cli import examine  # noqa: PLC0415 - needs the server extra

    findings = asyncio.run(examine.all_findings(actor()))
    if as_json:
        print(json.dumps([{"what": f.what, "state": f.state, "detail": f.detail} for f in findings]))
    else:
        for found in findings:
            print(f"{found.state:5} {found.what}: {found.detail}")
    if bad := [f.what for f in findings if f.state == "fail"]:
        raise Refused(f"The doctor found a fault in: {', '.join(bad)}.")
