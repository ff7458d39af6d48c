"""Exports, callbacks, and the sealed position that both speak of."""

from fastapi import APIRouter

router = APIRouter()

__all__ = ["router"]
