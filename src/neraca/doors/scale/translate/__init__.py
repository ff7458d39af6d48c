"""Between a task type's parameters and responses and a kind's: pure functions."""

from neraca.doors.scale.translate.between import answer, fit, foreign, native, response, within
from neraca.doors.scale.translate.fit import Fit

__all__ = ["Fit", "answer", "fit", "foreign", "native", "response", "within"]
