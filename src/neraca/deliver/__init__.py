"""Exports, callbacks, and the sealed position that both speak of."""

from fastapi import APIRouter

from neraca.deliver.callbacks.endpoints import router as _callbacks
from neraca.deliver.callbacks.queries import fan_out
from neraca.deliver.callbacks.sender import Sender
from neraca.deliver.exports.endpoints import router as _exports
from neraca.deliver.queries import done, forget, later, pulse, seal, take

router = APIRouter()
router.include_router(_exports)
router.include_router(_callbacks)

__all__ = ["Sender", "done", "fan_out", "forget", "later", "pulse", "router", "seal", "take"]
