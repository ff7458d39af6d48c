"""How every command speaks: results on stdout, progress on stderr, one sentence on failure."""

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from neraca.client import Client, NeracaError

app = typer.Typer(
    name="neraca",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]
Url = Annotated[str | None, typer.Option("--url", help="The server; else NERACA_URL, else first-run.json.")]
Key = Annotated[str | None, typer.Option("--key", help="An API key; else NERACA_KEY, else first-run.json.")]


class Refused(Exception):
    """A command cannot do what was asked; the message is one plain sentence."""


def sentence(failure: Exception) -> str:
    """What a person is told of a failure, in one line."""
    if isinstance(failure, NeracaError):
        flaws = "; ".join(f"{one.pointer}: {one.detail}" for one in failure.errors[:5])
        return f"{failure} {flaws}".strip()
    if isinstance(failure, OSError) and failure.strerror:
        return f"{failure.strerror}: {failure.filename}." if failure.filename else f"{failure.strerror}."
    if isinstance(failure, ModuleNotFoundError):
        extra = {"scaleapi": "scale", "numba": "fast"}.get(failure.name or "", "server")
        return f"The package {failure.name} is missing: install neraca[{extra}]."
    lines = str(failure).strip().splitlines()
    return lines[0] if lines else f"It failed ({type(failure).__name__})."


def connect(url: str | None, key: str | None) -> Client:
    """The client of a command, see `target`."""
    return Client(*target(url, key))


def target(url: str | None, key: str | None) -> tuple[str, str]:
    """Address and key of a command: its options, else the environment, else NERACA_HOME/first-run.json.

    The file's key goes only to the file's address: with another `--url` a key must be given.
    """
    url, key = url or os.environ.get("NERACA_URL"), key or os.environ.get("NERACA_KEY")
    if url and key:
        return url, key
    path = Path(os.environ.get("NERACA_HOME") or ".neraca") / "first-run.json"
    try:
        known = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise Refused(f"Give --url and --key, or NERACA_URL and NERACA_KEY: there is no {path}.") from None
    if url and url.rstrip("/") != str(known["url"]).rstrip("/"):
        raise Refused(f"Give --key too: the key in {path} belongs to {known['url']}.")
    return url or str(known["url"]), key or str(known["live"])


def show(shape: BaseModel | Sequence[BaseModel], as_json: bool, columns: Sequence[str] = ()) -> None:
    """Prints one thing as lines, or many as a table of these columns; or either as JSON."""
    if isinstance(shape, BaseModel):
        told = shape.model_dump(mode="json")
        if as_json:
            print(json.dumps(told))
        else:
            for name, value in told.items():
                print(f"{name:16} {plain(value)}")
        return
    rows = [one.model_dump(mode="json") for one in shape]
    if as_json:
        print(json.dumps(rows))
        return
    table = Table(box=None)
    for name in columns:  # an id is there to be copied: never shortened
        table.add_column(name, overflow="fold", min_width=36 if name == "id" else None)
    for row in rows:
        table.add_row(*(plain(row[name]) for name in columns))
    Console().print(table, markup=False)


def plain(value: object) -> str:
    """A value for a line of text."""
    if value is None:
        return "-"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def cut(text: object, width: int) -> str:
    """A name in a line: no control characters, and not too long."""
    told = "".join(c if c.isprintable() else "\ufffd" for c in str(text))
    return told if len(told) <= width else told[: width - 1] + "…"


@contextlib.contextmanager
def bar(what: str) -> Iterator[Callable[[float, float | None], None]]:
    """A progress bar on stderr; the function it gives takes what is done and the total."""
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(what, total=None)

        def told(done: float, total: float | None) -> None:
            progress.update(task, completed=done, total=total)

        yield told
