"""Rows of the table: what was measured, what is allowed, what the peer was measured at."""

import json
import platform
import subprocess
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Row:
    """One measured figure. `budget` None: told for comparison, without a verdict."""

    group: str
    what: str
    value: float
    unit: str
    budget: float | None = None
    peer: str = ""  # Label Studio, quoted: see docs/explanation/performance.md
    details: dict[str, object] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        if self.budget is None:
            return ""
        return "met" if self.value <= self.budget else "MISSED"


def table(rows: list[Row]) -> Table:
    """All rows as a table for a terminal."""
    shown = Table(title="Neraca against its budgets", title_justify="left")
    for name in ("what", "measured", "budget", "verdict", "Label Studio (quoted)"):
        shown.add_column(name, justify="right" if name in {"measured", "budget"} else "left")
    last = ""
    for row in rows:
        if row.group != last:
            shown.add_section()
            last = row.group
        style = {"met": "green", "MISSED": "bold red"}.get(row.verdict, "")
        shown.add_row(
            row.what,
            f"{figure(row.value)} {row.unit}",
            "" if row.budget is None else f"{figure(row.budget)} {row.unit}",
            f"[{style}]{row.verdict}[/]" if style else "",
            row.peer,
        )
    return shown


def figure(value: float) -> str:
    """Three digits that tell something."""
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"


def markdown(rows: list[Row]) -> str:
    """The same for a page of the docs."""
    lines = ["| what | measured | budget | | Label Studio, quoted |", "|---|---|---|---|---|"]
    lines += [
        f"| {r.what} | {figure(r.value)} {r.unit} | {'' if r.budget is None else f'{figure(r.budget)} {r.unit}'}"
        f" | {r.verdict} | {r.peer} |"
        for r in rows
    ]
    return "\n".join(lines)


def machine() -> dict[str, str]:
    """Where it was measured."""
    model = "unknown"
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if "model name" in line]
        model = f"{len(names)} x {names[0]}" if names else model
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return {
        "cpu": model,
        "python": platform.python_version(),
        "system": platform.platform(),
        "commit": commit.stdout.strip(),
    }


def tell(rows: list[Row], console: Console) -> Path:
    """Prints the table and writes the JSON; gives its path."""
    console.print(table(rows))
    RESULTS.mkdir(exist_ok=True)
    at = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    path = RESULTS / f"{at}.json"
    listed = [{**asdict(row), "verdict": row.verdict} for row in rows]
    path.write_text(json.dumps({"at": at, "machine": machine(), "rows": listed}, indent=2) + "\n")
    (RESULTS / f"{at}.md").write_text(markdown(rows) + "\n")
    return path
