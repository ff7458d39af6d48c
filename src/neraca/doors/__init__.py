"""Other people's protocols, translated into the house's own words. A door decides nothing."""

from neraca.doors.scale import Errands, answer_stored, move

__all__ = ["Errands", "answer_stored", "move"]
