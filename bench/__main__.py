"""`python -m bench`: measures against the budgets, on a server that it starts."""

import argparse
import sys
from collections.abc import Callable, Iterator

from rich.console import Console

from bench import crowd, lists, moving, scale, skills, starting
from bench.installation import Installation, installed
from bench.rows import Row, tell
from bench.work import Work

SIZES = (1_000, 100_000, 1_000_000)
Sizes = tuple[int, ...]
GROUPS: dict[str, Callable[[Installation, Sizes], Iterator[Row]]] = {
    "work": lambda at, sizes: Work(at, sizes).rows(),
    "crowd": lambda at, _: crowd.rows(at),
    "import": lambda at, _: moving.imports(at),
    "export": lambda at, _: moving.exports(at),
    "lists": lists.rows,
    "scale": scale.rows,
    "quality": skills.rows,
}
START = "start"


def _rows(only: list[str], sizes: Sizes) -> Iterator[Row]:
    if not only or START in only:
        yield from starting.rows()
    for name, group in GROUPS.items():
        if not only or name in only:
            with installed() as at:
                at.start()
                at.worker()
                yield from group(at, sizes)


def main() -> int:
    """0 where every budget is met, 1 where one is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="1,000 and 100,000 tasks only")
    parser.add_argument(
        "--only", action="append", default=[], choices=[START, *GROUPS], help="these rows; may be repeated"
    )
    asked = parser.parse_args()
    console = Console() if sys.stdout.isatty() else Console(width=140)
    rows = []
    for row in _rows(asked.only, SIZES[:2] if asked.quick else SIZES):
        rows.append(row)
        console.print(f"[dim]{row.what}: {row.value:.3g} {row.unit} {row.verdict} {row.details}[/]", soft_wrap=True)
    path = tell(rows, console)
    console.print(f"Written: {path}")
    return int(any(row.verdict == "MISSED" for row in rows))


if __name__ == "__main__":
    sys.exit(main())
