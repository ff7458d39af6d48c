"""Gold: tasks whose right answer is known, woven into the work of labelers to measure them."""

from neraca.quality.gold.service import weigh

__all__ = ["weigh"]
