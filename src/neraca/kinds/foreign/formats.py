"""JSONL: a line per task, with nothing lost."""

from neraca.kind import Jsonl

__all__ = ["Jsonl"]
