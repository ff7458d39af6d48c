"""Models that label, from the shell."""

import json
from typing import Annotated

import typer

from neraca.cli.speech import Json, Key, Url, app, connect, show

model = typer.Typer(help="Models that label: programs behind an address.", no_args_is_help=True)
app.add_typer(model, name="model")
ModelId = Annotated[str, typer.Argument(metavar="MODEL", help="The model's id.")]
ProjectId = Annotated[str, typer.Argument(metavar="PROJECT", help="The project's id.")]
COLUMNS = ("id", "name", "url", "state", "notice")


@model.command("add")
def add_model(
    name: Annotated[str, typer.Argument(help="Its name, as labelers have one.")],
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Where it is asked.")],
    projects: Annotated[list[str] | None, typer.Option("--project", help="A project it works for; may repeat.")] = None,
    per_minute: Annotated[int, typer.Option(min=1, help="Calls a minute at most.")] = 600,
    at_once: Annotated[int, typer.Option(min=1, max=64, help="Calls at once at most.")] = 4,
    url: Url = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Have a model answer tasks; shows the secret once."""
    with connect(url, key) as client:
        made = client.models.create(name, address, project_ids=projects or [], per_minute=per_minute, at_once=at_once)
        show(made, as_json)


@model.command("list")
def list_models(url: Url = None, key: Key = None, as_json: Json = False) -> None:
    """List the models."""
    with connect(url, key) as client:
        show(list(client.models.list()), as_json, COLUMNS)


@model.command("show")
def show_model(model_id: ModelId, url: Url = None, key: Key = None, as_json: Json = False) -> None:
    """Show a model with its projects, and how it fares in each."""
    with connect(url, key) as client:
        show(client.models.get(model_id), as_json)


@model.command("pause")
def pause_model(model_id: ModelId, url: Url = None, key: Key = None, as_json: Json = False) -> None:
    """Ask a model no more."""
    with connect(url, key) as client:
        show(client.models.pause(model_id), as_json)


@model.command("resume")
def resume_model(model_id: ModelId, url: Url = None, key: Key = None, as_json: Json = False) -> None:
    """Ask a model again, also where failures had stopped it."""
    with connect(url, key) as client:
        show(client.models.resume(model_id), as_json)


@model.command("attach")
def attach_model(
    model_id: ModelId, project_id: ProjectId, url: Url = None, key: Key = None, as_json: Json = False
) -> None:
    """Put a model to work in a project, or again to work where it was paused."""
    with connect(url, key) as client:
        show(client.models.attach(model_id, project_id), as_json)


@model.command("detach")
def detach_model(
    model_id: ModelId, project_id: ProjectId, url: Url = None, key: Key = None, as_json: Json = False
) -> None:
    """Take a model off a project."""
    with connect(url, key) as client:
        client.models.detach(model_id, project_id)
    print(json.dumps({"detached": model_id}) if as_json else "Detached.")


@model.command("remove")
def remove_model(model_id: ModelId, url: Url = None, key: Key = None, as_json: Json = False) -> None:
    """Forget a model; its answers stay."""
    with connect(url, key) as client:
        client.models.delete(model_id)
    print(json.dumps({"removed": model_id}) if as_json else "Removed.")
