"""Batches and tasks, and how they come in."""

from neraca.tasks.queries import NewTask, copy_tasks
from neraca.tasks.rules import PREFIX, first_slots
from neraca.tasks.service import cancel, get, makers, media, verdict

__all__ = ["PREFIX", "NewTask", "cancel", "copy_tasks", "first_slots", "get", "makers", "media", "verdict"]
