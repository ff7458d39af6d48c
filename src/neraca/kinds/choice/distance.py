"""Nominal: the same option or another."""

from collections.abc import Mapping
from typing import Any


def distance(left: Mapping[str, Any], right: Mapping[str, Any]) -> float:
    return 0.0 if left["choice"] == right["choice"] else 1.0
