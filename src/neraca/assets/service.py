"""Images: taken in once, checked, and shown through short links that name who asked."""

import asyncio
import hashlib
import io
import struct
import time
import zlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from neraca.accounts import Cell, CellSession, House, Principal
from neraca.assets import queries
from neraca.kit import ids
from neraca.kit.session import Connection
from neraca.wire.errors import MediaCorrupt, MediaTooLarge, UnsupportedMediaType
from neraca.wire.tasks import Asset

LIMIT = 50 * 2**20
MEGAPIXELS = 100
LINK_SECONDS = 300
LYING = range(5, 9)  # EXIF orientations that swap width and height
FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}


_decoder = ThreadPoolExecutor(max_workers=1, thread_name_prefix="picture")  # 100 megapixels are 400 MB: one at a time


@dataclass(frozen=True, slots=True)
class Picture:
    """What an image file is: its media type, and its size as it is seen (EXIF orientation applied)."""

    media_type: str
    width: int
    height: int


async def examine(body: bytes) -> Picture:
    """Decodes an image once, so that a broken one is refused here and not on a labeler's screen.

    Raises media-corrupt, media-too-large (from the header, before anything is decoded),
    unsupported-media-type.
    """
    return await asyncio.get_running_loop().run_in_executor(_decoder, _measured, body)


def _measured(body: bytes) -> Picture:
    from PIL import ExifTags, Image, UnidentifiedImageError  # noqa: PLC0415 - only an upload needs it

    Image.MAX_IMAGE_PIXELS = None  # our own limit comes first
    try:
        with Image.open(io.BytesIO(body), formats=list(FORMATS)) as image:
            kind = FORMATS[str(image.format)]
            if image.width * image.height > MEGAPIXELS * 10**6:
                raise MediaTooLarge(limit=MEGAPIXELS)
            image.load()
            lying = image.getexif().get(ExifTags.Base.Orientation) in LYING
            return Picture(kind, *(image.size[::-1] if lying else image.size))
    except UnidentifiedImageError:
        raise UnsupportedMediaType(expected="a PNG, JPEG, WebP or GIF image") from None
    except (ArithmeticError, EOFError, LookupError, OSError, struct.error, SyntaxError, ValueError, zlib.error):
        raise MediaCorrupt from None


async def add(session: CellSession, body: bytes, picture: Picture, credit: str | None = None) -> Asset:
    """Stores an image of this client that was examined."""
    return shown(session, await store(session.house, session.cell, session.db, body, picture, credit))


async def store(
    house: House, cell: Cell, db: Connection, body: bytes, picture: Picture, credit: str | None = None
) -> queries.Row:
    """Stores an image that was examined in a cell, also where nobody is signed in."""
    asset_id = ids.new()
    name = f"{cell.database}/assets/{asset_id}"
    path = house.blobs / name
    path.parent.mkdir(parents=True, exist_ok=True)
    await asyncio.to_thread(path.write_bytes, body)
    return await queries.add(
        db,
        {
            "id": asset_id,
            "blob": name,
            "sha256": hashlib.sha256(body).digest(),
            "media_type": picture.media_type,
            "bytes": len(body),
            "width": picture.width,
            "height": picture.height,
            "credit": credit,
        },
    )


def shown(session: CellSession, row: queries.Row) -> Asset:
    """An asset as the API tells it, with a fresh link."""
    return Asset(
        id=str(row["id"]),
        media_type=row["media_type"],
        bytes=row["bytes"],
        width=row["width"],
        height=row["height"],
        credit=row["credit"],
        created_at=row["created_at"],
        url=link(session, row["id"]),
    )


def link(session: CellSession, asset_id: UUID | str) -> str:
    """A link to an image's bytes that ends after five minutes.

    It opens only for the sign-in or the key that it was made for, and only while that is good.
    """
    claim = {
        "client": str(session.who.client_id),
        "asset": str(asset_id),
        "by": _mark(session.who),
        "exp": int(time.time()) + LINK_SECONDS,
    }
    return "/media/" + session.house.media_tokens.sign(claim)


def lent(session: CellSession, asset_id: UUID | str, lease_id: str) -> str:
    """An absolute link for a model, which has no sign-in to show: it opens for whoever has it.

    It ends with the lease that it was made for, and after five minutes.
    """
    claim = {
        "client": str(session.who.client_id),
        "asset": str(asset_id),
        "lease": lease_id,
        "exp": int(time.time()) + LINK_SECONDS,
    }
    return f"{session.house.url}/media/{session.house.media_tokens.sign(claim)}"


def _mark(who: Principal) -> str:
    return hashlib.sha256(who.credential).hexdigest()[:32]


def opens(who: Principal, claim: Mapping[str, Any]) -> bool:
    """Whether a link was made for this caller."""
    return (str(who.client_id), _mark(who)) == (claim["client"], claim.get("by"))
