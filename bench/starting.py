"""Starts and rest: CPU to the first 200 of /readyz, memory of an idle server, what it has not loaded."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

from bench.installation import installed
from bench.rows import Row

COLD_S = 5.0
SECOND_S = 2.0
IDLE_MB = 150.0
IDLE_SECONDS = 10.0
HEAVY = ("numba", "scipy", "polars", "sklearn", "numpy")
GROUP = "start and rest"


def rows() -> Iterator[Row]:
    """An empty home twice started, then left alone."""
    with installed() as at:
        wall = at.start()
        parts = at.meter.cpu()
        yield Row(
            GROUP, "cold start: empty home to the first 200 of /readyz", sum(parts.values()), "CPU-s", COLD_S,
            "25-30 CPU-s", {"parts_s": parts, "wall_s": round(wall, 2)},
        )  # fmt: skip
        at.stop()
        wall = at.start()
        parts = at.meter.cpu()
        yield Row(
            GROUP, "second start", sum(parts.values()), "CPU-s", SECOND_S, "2.6-3.6 CPU-s",
            {"parts_s": parts, "wall_s": round(wall, 2)},
        )  # fmt: skip
        at.worker()
        at.meter.quiet()
        with at.meter.spent() as idle:
            time.sleep(IDLE_SECONDS)
        memory = at.meter.memory()
        ours = sum(mb for part, mb in memory.items() if part != "database")
        yield Row(
            GROUP, "idle: PSS of API, worker and launcher", ours, "MB", IDLE_MB, "264 MB",
            {part: round(mb, 1) for part, mb in memory.items()},
        )  # fmt: skip
        yield Row(
            GROUP, "idle: CPU a second, database included", 1000 * idle.cpu / idle.wall, "ms",
            details={part: round(1000 * s / idle.wall, 2) for part, s in idle.parts.items()},
        )  # fmt: skip
        loaded = sorted({name for pid in at.meter.ours() for name in _heavy(pid)})
        yield Row(
            GROUP, "idle: heavy packages loaded by API, worker or launcher", len(loaded), "", 0, "", {"loaded": loaded}
        )


def _heavy(pid: int) -> set[str]:
    """Those packages of whose files some are mapped into a process: each of them has compiled parts."""
    maps = Path(f"/proc/{pid}/maps").read_text()
    return {name for name in HEAVY if re.search(rf"site-packages/{name}[./]", maps)}
