"""Fetching what clients name by an address, through the URL guard."""

from neraca import assets
from neraca.accounts import House
from neraca.kit import urlguard

SECONDS = 30.0
AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


class Unfetched(Exception):
    """A picture could not be had: what is told, the status if there was one, and whether to try again."""

    def __init__(self, sentence: str, status: int | None = None, *, again: bool = False) -> None:
        super().__init__(sentence)
        self.status = status
        self.again = again


async def fetch(house: House, url: str) -> bytes:
    """The bytes behind an address, through the URL guard. Raises `Unfetched`."""
    try:
        reply = await urlguard.get(url, limit=assets.LIMIT, private=house.private_hosts, seconds=SECONDS)
    except urlguard.Refused as refusal:
        raise Unfetched(f"The attachment may not be called from here: {refusal}.") from None
    except urlguard.Failed as failure:
        again = failure.code in {"timeout", "unreachable", "protocol"}
        raise Unfetched(f"The attachment could not be fetched ({failure.code}).", again=again) from None
    if reply.status != 200:
        raise Unfetched("The attachment could not be fetched.", reply.status, again=reply.status in AGAIN)
    return reply.body
