"""Media of a client: images in, short-lived links out."""

from neraca.assets.queries import makers, sizes
from neraca.assets.service import add, link

__all__ = ["add", "link", "makers", "sizes"]
