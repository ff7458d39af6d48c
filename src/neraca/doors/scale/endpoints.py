"""All of this door's addresses. Taken from here, so that the worker does not load a web framework."""

from neraca.doors.scale.batches.endpoints import router as batches
from neraca.doors.scale.entry.endpoints import router as entry
from neraca.doors.scale.projects.endpoints import router as projects
from neraca.doors.scale.route import PREFIX, RawPaths
from neraca.doors.scale.tasks.endpoints import router as tasks

NAMES = PREFIX.encode()  # below it, segments of an address are names that clients chose
ROUTERS = (tasks, entry, batches, projects)

__all__ = ["NAMES", "ROUTERS", "RawPaths"]
