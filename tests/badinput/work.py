"""Real work to do wrong: projects, pictures and leases, made through the API."""

import io
from collections.abc import Mapping
from typing import Any

from PIL import Image
from tests.fixtures.door import Door
from tests.fixtures.place import CHOICE, IMAGE

PROJECT: dict[str, Any] = {
    "name": "P",
    "kind": "choice",
    "config": CHOICE,
    "policy": {"type": "fixed", "answers": 1},
    "price": {"micros": 100, "currency": "USD"},
    "minutes": 1,
}
IMAGES: dict[str, Any] = {**PROJECT, "kind": "image", "config": IMAGE}
Lease = dict[str, Any]


def picture(width: int, height: int, form: str = "PNG", **how: object) -> bytes:
    """An image file of one color."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, form, **how)
    return file.getvalue()


async def project(door: Door, base: dict[str, Any] = PROJECT, **changes: object) -> str:
    answer = await door.live.post("/api/projects", json={**base, **changes})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def add(door: Door, project_id: str, *params: Mapping[str, Any]) -> list[str]:
    answer = await door.live.post(f"/api/projects/{project_id}/tasks", json={"tasks": [{"params": p} for p in params]})
    assert answer.status_code == 201, answer.text
    return [item["id"] for item in answer.json()["items"]]


async def lease(door: Door, project_id: str) -> Lease:
    answer = await door.live.post("/api/work/next", json={"project_id": project_id})
    assert answer.status_code == 200, answer.text
    found: Lease = answer.json()
    return found


async def choice_lease(door: Door, **changes: Any) -> tuple[str, Lease]:
    """A project of one text, and its lease."""
    project_id = await project(door, **changes)
    await add(door, project_id, {"text": "t"})
    return project_id, await lease(door, project_id)


async def asset(door: Door, body: bytes) -> str:
    answer = await door.live.post("/api/assets", content=body, headers={"Content-Type": "image/png"})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def image_lease(
    door: Door, width: int = 400, height: int = 300, base: dict[str, Any] = IMAGES
) -> tuple[str, Lease]:
    """A project of one picture, and its lease."""
    project_id = await project(door, base)
    await add(door, project_id, {"image": f"asset:{await asset(door, picture(width, height))}"})
    return project_id, await lease(door, project_id)
