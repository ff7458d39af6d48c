"""What a client does: projects, tasks, imports, exports, callbacks."""

import itertools
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from pydantic import JsonValue

from neraca.cli.speech import Json, Key, Refused, Url, app, bar, connect, show
from neraca.wire.tasks import GoldUse, Reason

project = typer.Typer(help="Projects.", no_args_is_help=True)
task = typer.Typer(help="Tasks.", no_args_is_help=True)
asset = typer.Typer(help="Images.", no_args_is_help=True)
callback = typer.Typer(help="Callbacks for finished tasks.", no_args_is_help=True)
for name, group in (("project", project), ("task", task), ("asset", asset), ("callback", callback)):
    app.add_typer(group, name=name)

ProjectId = Annotated[str, typer.Argument(metavar="PROJECT", help="The project's id.")]
Timeout = Annotated[float | None, typer.Option(help="Give up after so many seconds.")]


@project.command("list")
def list_projects(url: Url = None, key: Key = None, as_json: Json = False) -> None:
    """List the projects."""
    with connect(url, key) as client:
        show(list(client.projects.list()), as_json, ("id", "name", "kind", "state"))


@project.command("show")
def show_project(project_id: ProjectId, url: Url = None, key: Key = None, as_json: Json = False) -> None:
    """Show how far a project is."""
    with connect(url, key) as client:
        show(client.projects.progress(project_id), as_json)


def tasks_of(file: Path) -> Iterator[dict[str, JsonValue]]:
    """The tasks of a JSONL file, one a line."""
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                read = json.loads(line)
            except json.JSONDecodeError as wrong:
                raise Refused(f"Line {number} of {file} is not JSON: {wrong}.") from None
            if not isinstance(read, dict):
                raise Refused(f"Line {number} of {file} is not a JSON object.")
            yield read


@task.command("add")
def add_tasks(
    project_id: ProjectId,
    file: Annotated[Path, typer.Argument(help="JSONL, a task a line: params, external_id, metadata, priority, gold.")],
    url: Url = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Post tasks, 1,000 a request; `neraca import` also goes on after a break."""
    stored = 0
    with connect(url, key) as client, bar("Tasks") as told:
        for _ in client.tasks.create(project_id, tasks_of(file)):
            stored += 1
            if stored % 1000 == 0:
                told(stored, None)
    print(json.dumps({"tasks": stored}) if as_json else f"{stored} tasks stored.")


@task.command("list")
def list_tasks(
    project_id: ProjectId,
    state: Annotated[Literal["open", "decided", "canceled"] | None, typer.Option()] = None,
    reason: Annotated[Reason | None, typer.Option(help="Only those that ended so.")] = None,
    limit: Annotated[int, typer.Option(min=1)] = 100,
    url: Url = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """List tasks."""
    with connect(url, key) as client:
        found = list(itertools.islice(client.tasks.list(project_id, state=state, reason=reason), limit))
        show(found, as_json, ("id", "external_id", "state", "reason", "answers_count", "confidence"))


@task.command("show")
def show_task(task_id: str, url: Url = None, key: Key = None, as_json: Json = False) -> None:
    """Show a task and its verdict."""
    with connect(url, key) as client:
        show(client.tasks.get(task_id), as_json)


@task.command("answers")
def show_answers(task_id: str, url: Url = None, key: Key = None, as_json: Json = False) -> None:
    """Show a task's answers."""
    with connect(url, key) as client:
        found = client.tasks.answers(task_id)
        if as_json:
            show(found, as_json)
        else:
            show(found.items, as_json, ("handle", "labeler_kind", "answer", "submitted_at"))


def _object_in(file: str) -> dict[str, JsonValue]:
    """The JSON object in a file, or in stdin for `-`."""
    text = sys.stdin.read() if file == "-" else Path(file).read_text("utf-8")
    try:
        given = json.loads(text)
    except json.JSONDecodeError as wrong:
        raise Refused(f"{file} is not JSON: {wrong}.") from None
    if not isinstance(given, dict):
        raise Refused(f"{file} is not a JSON object.")
    return given


@task.command("answer")
def answer_task(
    task_id: str,
    response: Annotated[str, typer.Option(metavar="FILE", help="A JSON file with the answer; - is stdin.")],
    labeler: Annotated[str, typer.Option("--as", metavar="NAME", help="Whose answer it is.")],
    active_ms: Annotated[int, typer.Option(min=0, help="How long it took, in milliseconds.")] = 0,
    url: Url = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Enter an answer made elsewhere: Scale's response format for a task of the Scale door, else the kind's own."""
    given = _object_in(response)
    with connect(url, key) as client:
        client.tasks.enter(task_id, labeler, given, active_ms=active_ms)
    print(json.dumps({"answered": task_id}) if as_json else "Stored.")


@task.command("gold")
def gold_task(
    task_id: str,
    answer: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="A JSON file with the right answer, - is stdin; else the verdict."),
    ] = None,
    use: Annotated[GoldUse, typer.Option(help="Mixed into work, asked in exams, or of everybody.")] = "work",
    retire: Annotated[bool, typer.Option("--retire", help="It is gold no more.")] = False,
    reason: Annotated[str | None, typer.Option(help="With --retire: why, in your words.")] = None,
    url: Url = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Make a decided task gold: its right answer is known, and it measures labelers."""
    if retire and answer is not None:
        raise Refused("Give either --answer or --retire.")
    if reason is not None and not retire:
        raise Refused("--reason goes with --retire.")
    given = None if answer is None else _object_in(answer)
    with connect(url, key) as client:
        if retire:
            show(client.tasks.retire_gold(task_id, reason), as_json)
        else:
            show(client.tasks.make_gold(task_id, given, use=use), as_json)


@project.command("gold")
def list_gold(project_id: ProjectId, url: Url = None, key: Key = None, as_json: Json = False) -> None:
    """List the tasks whose right answer is known, and how often they were answered rightly."""
    with connect(url, key) as client:
        found = list(client.projects.gold(project_id))
        show(found, as_json, ("task_id", "use", "source", "asked", "answered", "right", "retired_reason"))


@task.command("cancel")
def cancel_task(task_id: str, url: Url = None, key: Key = None, as_json: Json = False) -> None:
    """Take a task back."""
    with connect(url, key) as client:
        client.tasks.cancel(task_id)
    print(json.dumps({"canceled": task_id}) if as_json else "Canceled.")


@asset.command("add")
def add_asset(
    file: Path,
    credit: Annotated[str | None, typer.Option(help="Who made it.")] = None,
    url: Url = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Store an image; a task names it as asset:ID."""
    with connect(url, key) as client:
        show(client.assets.upload(file, credit=credit), as_json)


@app.command("import")
def import_file(
    project_id: ProjectId,
    file: Annotated[Path, typer.Argument(help="JSONL or CSV.")],
    timeout: Timeout = None,
    url: Url = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Import a file of tasks; run it again after a break and it goes on."""
    with connect(url, key) as client:
        with bar("Sending") as told:
            made = client.imports.upload(project_id, file, told=lambda now: told(now.bytes_received, now.bytes_total))
        with bar("Reading") as told:
            done = client.imports.wait(made.id, timeout=timeout, told=lambda now: told(now.bytes_read, now.bytes_total))
        show(done, as_json)
        if done.rows_failed:
            first = client.imports.errors(done.id)[0]
            why = first.errors[0].detail if first.errors else "no reason is given."
            many = "1 row was" if done.rows_failed == 1 else f"{done.rows_failed} rows were"
            raise Refused(f"{many} not imported; row {first.row}: {why}")


@app.command("export")
def export_project(
    project_id: ProjectId,
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")],
    form: Annotated[Literal["jsonl", "coco"], typer.Option("--format")] = "jsonl",
    timeout: Timeout = None,
    url: Url = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Export a project's tasks, answers and verdicts as they are now."""
    with connect(url, key) as client:
        with bar("Writing") as told:
            made = client.exports.start(project_id, form)
            done = client.exports.wait(made.id, timeout=timeout, told=lambda now: told(now.rows, now.rows_total))
        with bar("Receiving") as told:
            client.exports.download(done, output, told=lambda have: told(have, done.bytes))
        if as_json:
            show(done, as_json)
        else:
            print(f"{done.rows} tasks in {output}.")


@app.command("wait")
def wait_for(
    project_id: ProjectId, timeout: Timeout = None, url: Url = None, key: Key = None, as_json: Json = False
) -> None:
    """Wait until no task of a project is open."""
    with connect(url, key) as client:
        with bar("Decided") as told:
            done = client.projects.wait(project_id, timeout=timeout, told=lambda now: told(now.decided, now.tasks))
        show(done, as_json)


@callback.command("add")
def add_callback(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Where finished tasks are told.")],
    project_id: Annotated[str | None, typer.Option("--project", help="Only of this project.")] = None,
    url: Url = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Have finished tasks told to an address; shows the secret once."""
    with connect(url, key) as client:
        show(client.callbacks.create(address, project_id=project_id), as_json)


@callback.command("list")
def list_callbacks(url: Url = None, key: Key = None, as_json: Json = False) -> None:
    """List the callbacks."""
    with connect(url, key) as client:
        show(list(client.callbacks.list()), as_json, ("id", "url", "state", "project_id"))


@callback.command("remove")
def remove_callback(callback_id: str, url: Url = None, key: Key = None, as_json: Json = False) -> None:
    """End a callback."""
    with connect(url, key) as client:
        client.callbacks.delete(callback_id)
    print(json.dumps({"removed": callback_id}) if as_json else "Removed.")


@callback.command("replay")
def replay_callback(
    callback_id: str,
    since: Annotated[datetime, typer.Option(help="From this time on, UTC, such as 2026-01-31T09:00:00.")],
    until: Annotated[datetime | None, typer.Option(help="Up to this time, UTC; else until now.")] = None,
    url: Url = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Send the deliveries of a span of time again, in their order."""
    end = datetime.now(UTC) if until is None else until.replace(tzinfo=UTC)
    with connect(url, key) as client:
        again = client.callbacks.replay(callback_id, since=since.replace(tzinfo=UTC), until=end)
    print(json.dumps({"deliveries": again}) if as_json else f"{again} deliveries are sent again.")


@callback.command("deliveries")
def list_deliveries(callback_id: str, url: Url = None, key: Key = None, as_json: Json = False) -> None:
    """List the latest 200 deliveries of a callback."""
    with connect(url, key) as client:
        found = list(itertools.islice(client.callbacks.deliveries(callback_id), 200))
        show(found, as_json, ("id", "task_id", "type", "state", "next_at"))
