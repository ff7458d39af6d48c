"""`neraca --version`."""

from typing import Annotated

import typer

from neraca import __version__
from neraca.cli.speech import app


def _tell(wanted: bool) -> None:
    if wanted:
        print(f"neraca {__version__}")
        raise typer.Exit


@app.callback()
def shell(
    _version: Annotated[
        bool, typer.Option("--version", callback=_tell, is_eager=True, help="Print the version, and nothing else.")
    ] = False,
) -> None:
    """Label data with people and models; statistics decide."""
