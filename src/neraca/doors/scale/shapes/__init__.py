"""The shapes of Scale's parameters and responses, by task type. Unknown fields are kept, numbers may be text."""

from neraca.doors.scale.shapes.samples import sample
from neraca.doors.scale.shapes.types import TYPES, TaskType, faults

__all__ = ["TYPES", "TaskType", "faults", "sample"]
