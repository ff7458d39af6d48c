"""All of this door's addresses. Taken from here, so that the worker does not load a web framework."""

from neraca.doors.scale.arrivals.endpoints import router as arrivals
from neraca.doors.scale.audits.endpoints import router as audits
from neraca.doors.scale.batches.endpoints import router as batches
from neraca.doors.scale.entry.endpoints import router as entry
from neraca.doors.scale.files.endpoints import router as files
from neraca.doors.scale.gold.endpoints import router as gold
from neraca.doors.scale.projects.endpoints import router as projects
from neraca.doors.scale.route import PREFIX, RawPaths
from neraca.doors.scale.studio.endpoints import router as studio
from neraca.doors.scale.tasks.endpoints import router as tasks
from neraca.doors.scale.team.endpoints import router as team
from neraca.doors.scale.v2.endpoints import router as v2

NAMES = PREFIX.encode()  # below it, segments of an address are names that clients chose
ROUTERS = (tasks, audits, entry, batches, projects, files, gold, team, studio, v2, arrivals)
FIRST = tasks.routes  # asked for with every task: found before the house's own addresses are tried

__all__ = ["FIRST", "NAMES", "ROUTERS", "RawPaths"]
