"""Labelers and what they are granted, from the shell."""

from typing import Annotated

import typer

from neraca.cli.speech import Json, Key, Refused, Url, app, connect, show
from neraca.client import Client
from neraca.wire.work import Labeler

labeler = typer.Typer(help="Labelers, and the skills they are granted.", no_args_is_help=True)
app.add_typer(labeler, name="labeler")
Who = Annotated[str, typer.Argument(metavar="NAME", help="The labeler's name, or their id where two have one name.")]
Skill = Annotated[str, typer.Argument(metavar="SKILL", help="The skill's name.")]


def _known(client: Client, name: str) -> Labeler:
    """The one labeler of this name or id."""
    found = [one for one in client.labelers.list() if name in {one.labeler, one.handle}]
    if len(found) > 1:
        raise Refused(f"{len(found)} labelers are called {name}; give the id: {', '.join(x.labeler for x in found)}.")
    if not found:
        raise Refused(f"Nobody called {name} has asked for work here.")
    return found[0]


@labeler.command("list")
def list_labelers(url: Url = None, key: Key = None, as_json: Json = False) -> None:
    """List all who ever asked for work, with their skills."""
    with connect(url, key) as client:
        show(list(client.labelers.list()), as_json, ("labeler", "handle", "kind", "skills"))


@labeler.command("grant")
def grant_skill(name: Who, skill: Skill, url: Url = None, key: Key = None, as_json: Json = False) -> None:
    """Grant a labeler a skill: they are given what wants it, before everything else."""
    with connect(url, key) as client:
        who = _known(client, name)
        show(client.labelers.put_skills(who.labeler, {*who.skills, skill}), as_json)


@labeler.command("revoke")
def revoke_skill(name: Who, skill: Skill, url: Url = None, key: Key = None, as_json: Json = False) -> None:
    """Take a skill from a labeler; what they hold already they may end."""
    with connect(url, key) as client:
        who = _known(client, name)
        if skill not in who.skills:
            raise Refused(f"{who.handle} was not granted {skill}.")
        show(client.labelers.put_skills(who.labeler, {*who.skills} - {skill}), as_json)


@labeler.command("exam")
def decide_exam(
    name: Who,
    project: Annotated[str, typer.Option(help="The project's id.")],
    again: Annotated[bool, typer.Option("--again", help="Give them another attempt instead.")] = False,
    url: Url = None,
    key: Key = None,
) -> None:
    """Let a labeler work in a project, whatever their exam said."""
    with connect(url, key) as client:
        who = _known(client, name)
        client.labelers.decide_exam(project, who.labeler, "open" if again else "passed")
    told = "has another attempt" if again else "may work there"
    print(f"{who.handle} {told}.")
