"""Models as labelers: programs behind an address, with the projects they work for and how they fare."""

from neraca.models.calls import Asking, Reply, ask
from neraca.models.queries import Serving, due, keep_confidence, let_go, serving, take_up
from neraca.models.rules import Failure, Jitter
from neraca.models.service import answered, failed, flawed, judge

__all__ = [
    "Asking", "Failure", "Jitter", "Reply", "Serving", "answered", "ask", "due", "failed", "flawed", "judge",
    "keep_confidence", "let_go", "serving", "take_up",
]  # fmt: skip
