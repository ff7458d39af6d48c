"""Media of a client: images in, short-lived links out."""

from neraca.assets.queries import makers, sizes
from neraca.assets.service import LIMIT, add, examine, lent, link, store

__all__ = ["LIMIT", "add", "examine", "lent", "link", "makers", "sizes", "store"]
