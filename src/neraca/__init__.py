"""Neraca: a neutral, self-hosted data engine."""

__version__ = "0.1.0"
