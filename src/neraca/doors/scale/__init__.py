"""Scale AI's public protocol: its own Python client works here when its base URL is changed."""

from neraca.doors.scale.entry.service import answer_stored
from neraca.doors.scale.errands.service import Errands
from neraca.doors.scale.moving.service import move

__all__ = ["Errands", "answer_stored", "move"]
