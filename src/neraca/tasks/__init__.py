"""Batches and tasks, and how they come in."""

from neraca.tasks.gold_queries import make as make_gold
from neraca.tasks.gold_queries import move as move_gold
from neraca.tasks.gold_queries import retire as retire_gold
from neraca.tasks.queries import NewTask, copy_tasks
from neraca.tasks.rules import PREFIX, first_slots, known
from neraca.tasks.service import cancel, get, keep_gold, makers, media, verdict
from neraca.tasks.suggestions import confirms, meet, suggester

__all__ = [
    "PREFIX", "NewTask", "cancel", "confirms", "copy_tasks", "first_slots", "get", "keep_gold", "known",
    "make_gold", "makers", "media", "meet", "move_gold", "retire_gold", "suggester", "verdict",
]  # fmt: skip
