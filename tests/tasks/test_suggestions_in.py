"""Suggestions that come in a file: by their class alone, or as whole answers, with their source."""

from tests.fixtures.place import Place
from tests.tasks.test_imports import imported, outcome

CSV = 'text,suggestion,suggestion_source\nt,a,resnet-7\nu,"{""choice"": ""b""}",\nv,,\nw,z,\nx,,resnet-7\n'
JSONL = '{"params": {"text": "t"}, "suggestion": {"answer": {"choice": "b"}, "source": "resnet-7"}}\n'


async def test_a_table_gives_suggestions(place: Place) -> None:
    _, tasks, errors = await outcome(place, await imported(place, CSV.encode(), "csv"))
    assert [t["suggestion"] for t in tasks] == [{"choice": "a"}, {"choice": "b"}, None]
    assert [t["suggested_by"] is None for t in tasks] == [False, False, True]
    assert {row: [(e["pointer"], e["code"]) for e in found] for row, found in errors.items()} == {
        4: [("#/suggestion/answer/choice", "unknown-option")], 5: [("#/suggestion/answer", "required")],
    }  # fmt: skip


async def test_lines_of_json_give_the_same_source_the_same_name(place: Place) -> None:
    _, tasks, errors = await outcome(place, await imported(place, JSONL.encode() * 2, "jsonl"))
    assert errors == {}
    assert [t["suggestion"] for t in tasks] == [{"choice": "b"}] * 2
    (whose,) = {t["suggested_by"] for t in tasks}
    async with place.house.inside(place.cell) as db:
        found = await (await db.execute("select id, name from suggester")).fetchall()
    assert {"id": whose, "name": "resnet-7"} in found
