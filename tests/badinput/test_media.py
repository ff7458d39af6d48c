"""IN-M01, M02, M03, M15 for uploads, and IN-U for the address of a callback."""

import struct
import zlib
from dataclasses import replace

import httpx
import pytest
from PIL import Image
from tests.badinput.contract import nothing_stored, told
from tests.badinput.test_geometry import box, drawn, taken
from tests.badinput.work import IMAGES, add, lease, picture, project
from tests.fixtures.door import Door
from tests.kit.test_urlguard import REFUSED

from neraca.server import app, settings

PNG = {"Content-Type": "image/png"}


async def upload(door: Door, body: bytes, kind: str = "image/png") -> httpx.Response:
    return await door.live.post("/api/assets", content=body, headers={"Content-Type": kind})


def bare_png(width: int, height: int, data: bytes = b"") -> bytes:
    """A black-and-white PNG whose header says what it likes."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


async def test_m01_more_pixels_than_bytes(door: Door) -> None:
    rows = zlib.compress(bytes(1 + 10_001 // 8 + 1) * 10_000, 9)
    async with nothing_stored(door):
        for width, height in ((10_001, 10_000), (14_000, 14_000), (65_535, 65_535), (2**31 - 1, 2**31 - 1)):
            body = bare_png(width, height, rows if width == 10_001 else b"")
            assert len(body) < 20_000
            told(await upload(door, body), 422, code="media-too-large")
    wide = bare_png(100_000_000, 1, zlib.compress(bytes(1 + 12_500_000), 9))  # 100 megapixels, just allowed
    assert (await upload(door, wide)).json()["width"] == 100_000_000


async def test_m02_broken_pictures(door: Door) -> None:
    good = picture(64, 64, "JPEG")
    async with nothing_stored(door):
        for body in (
            good[: len(good) // 2], good[:-10], picture(64, 64)[:60], picture(64, 64, "WEBP")[:40],
            picture(64, 64, "GIF")[:30], bare_png(8, 8, b"not zlib"), bare_png(8, 8), bare_png(0, 8),
            picture(64, 64).replace(b"IDAT", b"IDAX"),
        ):  # fmt: skip
            told(await upload(door, body), 415, 422, code={"media-corrupt", "unsupported-media-type"})
        told(await upload(door, good[: len(good) // 2]), 422, code="media-corrupt")
        for other in (
            b"GIF89a<script>",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            b"%PDF-1.7",
            b"PK\x03\x04",
            b"x",
        ):
            told(await upload(door, other), 415, 422)
        for form in ("BMP", "TIFF", "PPM", "ICO"):
            told(await upload(door, picture(8, 8, form)), 415, code="unsupported-media-type")
        for kind in ("text/html", "application/octet-stream", "application/json", "image", ""):
            told(await upload(door, good, kind), 415, code="unsupported-media-type")
    named = await upload(door, good, "image/png")
    assert named.json()["media_type"] == "image/jpeg"  # as the bytes say


async def test_m15_empty_and_too_large_files(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("neraca.assets.service.LIMIT", 1000)
    async with nothing_stored(door):
        told(await upload(door, b""), 415, 422)
        told(await upload(door, bytes(1001)), 413, code="payload-too-large")


@pytest.mark.parametrize("orientation", range(1, 9))
async def test_m03_orientation(door: Door, orientation: int) -> None:
    """The size is that of the picture as it is seen, and boxes are in that frame."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    made = (await upload(door, picture(40, 20, "JPEG", exif=exif))).json()
    size = (40, 20) if orientation < 5 else (20, 40)
    assert (made["width"], made["height"]) == size
    project_id = await project(door, IMAGES)
    image = f"asset:{made['id']}"
    async with nothing_stored(door):
        wrong = {"image": image, "width": size[1], "height": size[0]}
        path = f"/api/projects/{project_id}/tasks"
        problem = told(await door.live.post(path, json={"tasks": [{"params": wrong}]}), 422)
        assert problem["errors"][0]["code"] == "size-mismatch"
    await add(door, project_id, {"image": image})
    held = await lease(door, project_id)
    assert (held["params"]["width"], held["params"]["height"]) == size
    corner = drawn(box(size[0] - 5, size[1] - 5, 5, 5))
    assert await taken(door, held, corner) == corner


async def test_u_addresses_that_are_not_called(door: Door) -> None:
    """The guard itself is tested in tests/kit/test_urlguard.py; this is that the endpoints ask it."""
    made = (await door.live.post("/api/callbacks", json={"url": "http://127.0.0.1:8099/hook"})).json()
    closed = app.create(replace(settings.load(), private_hosts=False))
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(closed), base_url="http://127.0.0.1:8000", headers=door.live.headers
    )
    async with nothing_stored(door):
        for url in REFUSED:
            for method, path in (("POST", "/api/callbacks"), ("PATCH", f"/api/callbacks/{made['id']}")):
                problem = told(await client.request(method, path, json={"url": url}), 422)
                assert problem["code"] in {"url-not-allowed", "validation-failed"}, url
                assert problem["errors"][0]["pointer"] == "#/url"
    await client.aclose()
    await closed.state.house.close()
