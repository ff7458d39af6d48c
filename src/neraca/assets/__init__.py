"""Media of a client: images in, short-lived links out."""

from neraca.assets.queries import makers, sizes
from neraca.assets.service import LIMIT, add, examine, link, store

__all__ = ["LIMIT", "add", "examine", "link", "makers", "sizes", "store"]
