"""Exports, callbacks, and the sealed position that both speak of."""

from neraca.deliver.callbacks.queries import fan_out
from neraca.deliver.callbacks.sender import Sender
from neraca.deliver.queries import done, forget, later, pulse, seal, take

__all__ = ["Sender", "done", "fan_out", "forget", "later", "pulse", "seal", "take"]
