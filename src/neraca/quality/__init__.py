"""Posteriors that move with every answer, verdicts, and what is believed of each labeler."""

from neraca.quality.queries import due
from neraca.quality.service import answer_stored, decide_task, hold_tasks

__all__ = ["answer_stored", "decide_task", "due", "hold_tasks"]
