"""A row of the comparison, and how rows are printed."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One figure for the best single labeler (chosen with the truth, on the tasks they did), the majority, and ours."""

    what: str
    figure: str
    higher: bool
    single: float | None
    majority: float
    ours: float

    @property
    def better(self) -> str:
        """Whether ours is ahead of both; of the majority alone where it says so."""
        sign = 1 if self.higher else -1
        over_majority = sign * (self.ours - self.majority) > 0
        over_single = self.single is None or sign * (self.ours - self.single) > 0
        return "yes" if over_majority and over_single else ("majority" if over_majority else "no")


def shown(rows: Sequence[Row]) -> str:
    """A table in Markdown."""
    lines = [
        "| what | figure | best single labeler | majority merging | ours | ahead |",
        "|---|---|--:|--:|--:|---|",
    ]
    for r in rows:
        single = "-" if r.single is None else f"{r.single:.4f}"
        figure = f"{r.figure} ({'higher' if r.higher else 'lower'} is better)"
        lines.append(f"| {r.what} | {figure} | {single} | {r.majority:.4f} | {r.ours:.4f} | {r.better} |")
    return "\n".join(lines)
