"""`neraca demo`: the whole engine without a person."""

import contextlib
import dataclasses
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from neraca.cli.speech import Json, Refused, app
from neraca.client import Client, NeracaError

if TYPE_CHECKING:
    from neraca.server.demo.run import Result

START_SECONDS = 90.0
STOP_SECONDS = 30.0


@app.command("demo")
def demo(
    tasks: Annotated[int, typer.Option(min=10, max=1597, help="How many scans.")] = 1597,
    people: Annotated[int, typer.Option(min=5, max=200, help="How many simulated labelers.")] = 30,
    seed: Annotated[int, typer.Option(help="Another crowd.")] = 1,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A folder for the exports.")] = None,
    as_json: Json = False,
) -> None:
    """Let simulated labelers and one model label digits through the API; starts a server if none runs."""
    from neraca.server.demo import run  # noqa: PLC0415 - scikit-learn, for this command only

    home = Path(os.environ.get("NERACA_HOME") or ".neraca").absolute()
    folder = output or home / "demo" / datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S")
    with _served(home) as first, _bars(people) as told:
        folder.mkdir(parents=True, exist_ok=True)
        plan = run.Plan(tasks=tasks, people=people, seed=seed)
        found = run.Demo(str(first["url"]), first, plan, run.Watch(told)).run(folder)
    if as_json:
        shown = dataclasses.asdict(found) | {"answers_per_second": found.answers_per_second, "simulated": people}
        print(json.dumps(shown))
        return
    _table(found, people)


@contextlib.contextmanager
def _served(home: Path) -> Iterator[Mapping[str, object]]:
    """The running server's first-run file; else a server of our own for the time of the block."""
    known = _first_run(home)
    if known is not None and is_up(str(known["url"])):
        yield known
        return
    print("No Neraca is running: starting one for the demo ...", file=sys.stderr)
    began = time.time()
    launcher = subprocess.Popen(
        [sys.executable, "-m", "neraca.server.launcher"], env={**os.environ, "NERACA_DEMO": "0"},
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        while True:
            if launcher.poll() is not None:
                _, said = launcher.communicate()
                raise Refused(said.strip() or "Neraca did not start; see its logs in NERACA_HOME.")
            known = _first_run(home)
            if known is not None and is_up(str(known["url"])):
                break
            if time.time() - began > START_SECONDS:
                raise Refused("Neraca did not start in time; see its logs in NERACA_HOME.")
            time.sleep(0.2)
        yield known
    finally:
        launcher.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            launcher.communicate(timeout=STOP_SECONDS)


def is_up(url: str) -> bool:
    """Whether a Neraca answers there and is ready."""
    with Client(url, "none") as client:
        client.wire.sleep = lambda _: None
        try:
            client.wire.send("GET", "/readyz", repeatable=False)
        except NeracaError:
            return False
    return True


def _first_run(home: Path) -> Mapping[str, object] | None:
    try:
        known: dict[str, object] = json.loads((home / "first-run.json").read_text("utf-8"))
    except FileNotFoundError:
        return None
    return known


@contextlib.contextmanager
def _bars(people: int) -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar a step, on stderr."""
    console = Console(stderr=True)
    console.print(f"{people} simulated labelers (programs, not people) and one model label digits over HTTP.")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as progress:
        bars: dict[str, TaskID] = {}

        def told(step: str, done: int, total: int) -> None:
            if step not in bars:
                bars[step] = progress.add_task(step, total=total)
            progress.update(bars[step], completed=done)

        yield told


def _table(found: "Result", people: int) -> None:
    table = Table(title=f"{people} simulated labelers and one model")
    for name in ("project", "tasks", "right", "said to be right", "answers a task", "answers"):
        table.add_column(name, justify="left" if name == "project" else "right")
    for one in found.outcomes:
        table.add_row(
            one.name,
            str(one.tasks),
            f"{one.accuracy:.2%}",
            f"{one.confidence:.2%}",
            f"{one.answers_per_task:.2f}",
            str(one.answers),
        )
    console = Console()
    console.print(table)
    print(f"{found.answers_per_second:.0f} answers a second, {found.answers} in {found.seconds:.0f} s.")
    print(f"The model alone: {found.model_accuracy:.2%} of its {found.model_answers} answers were right.")
    for one in found.outcomes:
        print(f"Export: {one.export}")
