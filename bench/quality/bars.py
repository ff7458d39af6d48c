"""A bar: what was measured, what it must be, what the peer does."""

from dataclasses import dataclass

from rich.table import Table


@dataclass(frozen=True, slots=True)
class Bar:
    """`most` or `least` is the bar; neither: told for comparison."""

    what: str
    value: float
    unit: str
    most: float | None = None
    least: float | None = None
    peer: str = ""

    @property
    def verdict(self) -> str:
        if self.most is None and self.least is None:
            return ""
        low = self.least is None or self.value >= self.least
        return "met" if low and (self.most is None or self.value <= self.most) else "MISSED"

    @property
    def bar(self) -> str:
        if self.most is not None:
            return f"<= {self.most:.3g}"
        return "" if self.least is None else f">= {self.least:.4g}"


def table(bars: list[Bar]) -> Table:
    """All of them, for a terminal."""
    shown = Table(title="Quality", title_justify="left")
    for name in ("what", "measured", "bar", "", "beside"):
        shown.add_column(name, justify="right" if name in {"measured", "bar"} else "left", overflow="fold")
    for one in bars:
        shown.add_row(one.what, f"{one.value:.4g} {one.unit}".strip(), one.bar, one.verdict, one.peer)
    return shown
