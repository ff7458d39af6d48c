"""`python -m bench`: measures against the budgets of a server that it starts."""

import argparse
import sys
from collections.abc import Callable, Iterator

from rich.console import Console

from bench.installation import Installation, installed
from bench.rows import Row, tell
from bench.work import Work

SIZES = (1_000, 100_000, 1_000_000)
Group = Callable[[Installation, tuple[int, ...]], Iterator[Row]]


def _work(at: Installation, sizes: tuple[int, ...]) -> Iterator[Row]:
    yield from Work(at, sizes).rows()


GROUPS: dict[str, Group] = {"work": _work}


def main() -> int:
    """0 where every budget is met, 1 where one is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="1,000 and 100,000 tasks only")
    parser.add_argument("--only", action="append", choices=sorted(GROUPS), help="this group of rows; may be repeated")
    asked = parser.parse_args()
    sizes = SIZES[:2] if asked.quick else SIZES
    console = Console()
    rows: list[Row] = []
    with installed() as at:
        at.start()
        at.worker()
        for name, group in GROUPS.items():
            if not asked.only or name in asked.only:
                for row in group(at, sizes):
                    rows.append(row)
                    console.print(f"[dim]{row.what}: {row.value:.3g} {row.unit} {row.details}[/]")
    path = tell(rows, console)
    console.print(f"Written: {path}")
    return int(any(row.verdict == "MISSED" for row in rows))


if __name__ == "__main__":
    sys.exit(main())
