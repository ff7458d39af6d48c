"""IN-G01, G02, G03, G09, G14, G15, G16: boxes, labels, ontologies and choices."""

from typing import Any

from tests.badinput.contract import JSON, Told, nothing_stored, told
from tests.badinput.work import IMAGES, PROJECT, Lease, choice_lease, image_lease, project
from tests.fixtures.door import Door
from tests.fixtures.place import CHOICE, IMAGE

_SHAPES = "The kind image draws boxes; a shape that joins brings its flaws and their examples to its kind's folder."
_KINDS = "No kind asks for it yet."
NOT_HERE = {
    **dict.fromkeys(
        ("IN-G04", "IN-G05", "IN-G06", "IN-G07", "IN-G08", "IN-G10", "IN-G11", "IN-G12", "IN-G13"), _SHAPES
    ),
    "IN-G17": _KINDS,
    "IN-G18": _KINDS,
}
Box = dict[str, Any]


def drawn(box: object, **more: object) -> dict[str, Any]:
    return {"objects": [{"class": "cup", "shape": "box", "box": box, **more}]}


def box(x: object, y: object, w: object, h: object) -> Box:
    return {"x": x, "y": y, "w": w, "h": h}


async def faults(door: Door, lease: Lease, answer: object) -> list[tuple[str, str]]:
    """Where and what is wrong with an answer under a lease that stays."""
    path = f"/api/work/leases/{lease['lease_id']}/submit"
    async with nothing_stored(door):
        said = await door.live.post(path, json={"fence": lease["fence"], "answer": answer, "active_ms": 1})
    return [(f["pointer"].removeprefix("#/answer"), f["code"]) for f in told(said, 422)["errors"]]


async def taken(door: Door, lease: Lease, answer: object) -> Told:
    """Submits a good answer and gives it as it is stored."""
    path = f"/api/work/leases/{lease['lease_id']}/submit"
    said = await door.live.post(path, json={"fence": lease["fence"], "answer": answer, "active_ms": 1})
    assert said.status_code == 201, said.text
    stored = await door.live.get(f"/api/tasks/{lease['task_id']}/answers")
    found: Told = stored.json()["items"][0]["answer"]
    return found


async def test_g01_boxes_without_a_size(door: Door) -> None:
    _, lease = await image_lease(door)
    for side in (0, 0.0, -1, -0.0, 1e-12, -1e-300, 1e-4):
        assert await faults(door, lease, drawn(box(10, 10, side, 5))) == [("/objects/0/box/w", "geometry-invalid")]
        assert await faults(door, lease, drawn(box(10, 10, 5, side))) == [("/objects/0/box/h", "geometry-invalid")]
    assert len(await faults(door, lease, drawn(box(10, 10, 0, -5)))) == 2
    for raw in (b"NaN", b"Infinity", b"1e999"):
        body = b'{"fence":1,"active_ms":1,"answer":{"objects":[{"class":"cup","shape":"box","box":{"x":%s}}]}}' % raw
        async with nothing_stored(door):
            path = f"/api/work/leases/{lease['lease_id']}/submit"
            told(await door.live.post(path, content=body, headers=JSON), 400)
    sides: tuple[Any, ...] = (None, "5", True, [], {})
    for wrong in sides:
        assert ("/objects/0/box/w", "wrong-type") in await faults(door, lease, drawn(box(10, 10, wrong, 5)))
    for wrong in (None, [1, 2, 3, 4], "10,10,5,5", {}, {**box(1, 1, 1, 1), "z": 1}):
        assert await faults(door, lease, drawn(wrong))
    assert await taken(door, lease, drawn(box(10, 10, 1e-3, 5)))


async def test_g02_boxes_outside(door: Door) -> None:
    _, lease = await image_lease(door, 400, 300)
    for given, at in (
        (box(-0.5, 10, 5, 5), "x"),
        (box(10, -0.5, 5, 5), "y"),
        (box(396, 10, 5, 5), "w"),
        (box(10, 296, 5, 5), "h"),
        (box(401, 10, 5, 5), "x"),
        (box(10, 301, 5, 5), "y"),
        (box(-100, 10, 5, 5), "x"),
        (box(396, 10, 4.001, 5), "w"),
    ):
        assert await faults(door, lease, drawn(given)) == [(f"/objects/0/box/{at}", "outside-image")]
    edges = [box(0, 0, 400, 300), box(0, 0, 4, 4), box(396, 296, 4, 4), box(-0.0, -0.0, 4, 4)]
    whole = {"objects": [o for b in edges for o in drawn(b)["objects"]]}
    assert await taken(door, lease, whole) == whole


async def test_g03_units(door: Door) -> None:
    _, lease = await image_lease(door, 4000, 3000)
    assert await faults(door, lease, drawn(box(0, 0, 4001, 10))) == [("/objects/0/box/w", "outside-image")]
    assert await faults(door, lease, drawn(box(0.1, 0.2, 0.5, 0.5))) == [("/objects/0/box", "unit-mismatch")]
    assert await faults(door, lease, drawn(box(0, 0, 1, 1))) == [("/objects/0/box", "unit-mismatch")]
    assert await taken(door, lease, drawn(box(0, 0, 50, 50)))


async def test_g09_numbers_at_the_rim(door: Door) -> None:
    _, lease = await image_lease(door)
    for number in (1e308, 2**53, 2**63, 10**60):
        for place in range(4):
            given: list[float] = [1, 1, 1, 1]
            given[place] = number
            found = await faults(door, lease, drawn(box(*given)))
            assert found == [(f"/objects/0/box/{'xywh'[place]}", "outside-image")]
    assert len(await faults(door, lease, drawn(box(1e308, 1e308, 1e308, 1e308)))) == 2
    exact = box(0.1, 33.33333333333333570180911920033395290374755859375, 1.0000000000000002, 5e-3)
    assert await taken(door, lease, drawn(exact)) == drawn(exact)  # doubles, kept to the last bit


async def test_g14_labels_that_are_none_here(door: Door) -> None:
    _, lease = await image_lease(door)
    await project(door, IMAGES, config={**IMAGE, "classes": [{"id": "elsewhere", "label": "E"}]})
    good = box(10, 10, 5, 5)
    for name in ("elsewhere", "Cup", "CUP", "cup ", "car", "cup\u200b", "__proto__"):
        assert await faults(door, lease, drawn(good, **{"class": name})) == [("/objects/0/class", "unknown-class")]
    for wrong in (None, 0, [], ["cup"], True):
        assert await faults(door, lease, drawn(good, **{"class": wrong})) == [("/objects/0/class", "wrong-type")]
    for shape in ("ellipse", "Box", "", None, 1):
        assert [at for at, _ in await faults(door, lease, drawn(good, shape=shape))] == ["/objects/0/shape"]
    without = {"objects": [{"shape": "box", "box": good}]}
    assert await faults(door, lease, without) == [("/objects/0/class", "required")]
    assert await faults(door, lease, drawn(good, score=1)) == [("/objects/0/score", "unknown-field")]
    twice = {"objects": drawn(good, id="o")["objects"] * 2}
    assert await faults(door, lease, twice) == [("/objects/1/id", "duplicate-id")]
    answers: tuple[Any, ...] = (
        {},
        {"objects": None},
        {"objects": {}},
        {"objects": [None]},
        {"objects": [[]]},
        {"choice": "a"},
    )
    for wrong in answers:
        assert await faults(door, lease, wrong)
    everything = {"objects": [{"class": "car", "shape": "box", "box": box(-1, 500, 0, 1)}]}
    assert len(await faults(door, lease, everything)) == 4
    assert len(await faults(door, lease, {"objects": everything["objects"] * 100})) == 50


async def test_g15_ontologies(door: Door) -> None:
    def classes(*ids: str) -> dict[str, Any]:
        return {**IMAGE, "classes": [{"id": i, "label": i or "-"} for i in ids]}

    async def refused(config: dict[str, Any], base: dict[str, Any] = IMAGES) -> list[tuple[str, str]]:
        async with nothing_stored(door):
            said = await door.live.post("/api/projects", json={**base, "config": config})
        return [(f["pointer"].removeprefix("#/config"), f["code"]) for f in told(said, 422)["errors"]]

    assert await refused(classes("a", "b", "a")) == [
        ("/classes/2/id", "duplicate-id"),
        ("/classes/2/label", "duplicate-label"),
    ]
    assert await refused(classes(*(f"c{i}" for i in range(10_000)))) == [("/classes", "too-many")]
    assert await refused(classes()) == [("/classes", "too-few")]
    for name in ("", "a b", "-a", "é", "a/b", "a\n", "x" * 65):
        assert {at for at, _ in await refused(classes(name))} == {"/classes/0/id"}
    for key, value in (
        ("pattern", "^(a+)+$"),
        ("children", [{"id": "b", "label": "B"}]),
        ("parent", "a"),
        ("condition", {"if": "a == a"}),
    ):
        config = {**IMAGE, "classes": [{"id": "a", "label": "A", key: value}]}
        assert await refused(config) == [(f"/classes/0/{key}", "unknown-field")]
    deep: Any = "leaf"
    for _ in range(8):
        deep = {"children": [deep]}
    assert await refused({**IMAGE, "classes": [deep]})
    same = {"question": "?", "options": [{"id": "a", "label": "A", "key": "1"}, {"id": "b", "label": "A", "key": "1"}]}
    assert await refused(same, PROJECT) == [
        ("/options/1/label", "duplicate-label"),
        ("/options/1/key", "duplicate-key"),
    ]
    assert await refused({**CHOICE, "options": CHOICE["options"][:1]}, PROJECT) == [("/options", "too-few")]


async def test_g16_choices(door: Door) -> None:
    _, lease = await choice_lease(door)
    for answer, fault in (
        ({"choice": ["a", "b"]}, "wrong-type"),
        ({"choice": [f"o{i}" for i in range(10_000)]}, "wrong-type"),
        ({"choice": []}, "wrong-type"),
        ({"choice": None}, "wrong-type"),
        ({"choice": 0}, "wrong-type"),
        ({"choice": {"a": True}}, "wrong-type"),
        ({"choice": ""}, "too-short"),
        ({"choice": "A"}, "unknown-option"),
        ({"choice": "a,b"}, "unknown-option"),
        ({"choice": "a" * 65}, "too-long"),
        ({}, "required"),
    ):
        assert await faults(door, lease, answer) == [("/choice", fault)]
    assert await faults(door, lease, {"choice": "a", "choices": ["b"]}) == [("/choices", "unknown-field")]
    assert await taken(door, lease, {"choice": "a"}) == {"choice": "a"}
