"""Who made a picture is told with the lease that shows it."""

import io
from uuid import UUID

import httpx
from PIL import Image
from tests.fixtures.crew import Crew, fixed

from neraca import assets

BOXES = {"question": "Box it", "classes": [{"id": "cup", "label": "Cup"}], "shapes": ["box"]}


async def uploaded(manager: httpx.AsyncClient, shade: int, credit: str | None) -> str:
    picture = io.BytesIO()
    Image.new("L", (40, 30), shade).save(picture, "PNG")
    said = await manager.post(
        "/api/assets", params={"credit": credit} if credit else {}, content=picture.getvalue(),
        headers={"Content-Type": "image/png"},
    )  # fmt: skip
    assert said.status_code == 201, said.text
    return str(said.json()["id"])


async def test_a_picture_is_leased_with_its_makers_name(crew: Crew) -> None:
    named, nameless = await uploaded(crew.manager, 9, "Ada"), await uploaded(crew.manager, 99, None)
    other = await uploaded(crew.manager, 199, "Eve")
    project = await crew.project(kind="image", config=BOXES, policy=fixed(1))
    for asset in (named, nameless):
        await crew.tasks(project, 1, params={"image": f"asset:{asset}"})
    who = await crew.labeler()
    told = []
    for _ in range(2):
        lease = await crew.lease(who, project)
        told.append(lease["credits"])
        assert (await crew.act(who, lease, "skip")).status_code == 204
    assert told == [{named: "Ada"}, {}]
    place = crew.door.place
    async with place.house.inside(place.cell) as db:
        found = await assets.makers(db, [UUID(one) for one in (named, nameless, other)])
    assert found == {UUID(named): "Ada", UUID(other): "Eve"}
