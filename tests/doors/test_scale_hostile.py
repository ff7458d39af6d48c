"""Hostile values through the door: refused with a sentence and nothing stored, or kept to the letter."""

import json
from typing import Any

import pytest
from scaleapi import exceptions
from scaleapi.tasks import TaskType
from tests.badinput.contract import INSIDES
from tests.badinput.test_fuzz import NASTY, SEGMENTS
from tests.doors.account import Account, fresh, serving_files
from tests.doors.test_scale_foreign import completed, enter
from tests.doors.test_scale_work import leased
from tests.journeys.test_hostile_strings import LONG, MARKDOWN, NAME

MB = "x" * 2**20
TEXTS = [
    NAME, LONG, MARKDOWN, MB, "\u202eevil\u2066", "\u200b\ufeff", "\u0645\u0631\u062d\u0628 <b>", "a\r\nb\tc",
    "'; drop table scale_task; --", "\U0001f600\U0001f9d1\u200d\U0001f680", "e\u0301" * 50, "%s{0}${7*7}{{7*7}}",
    "\x7f\x1b[31m", "\ufffe\uffff",
]  # fmt: skip
BAD = {
    "half a surrogate pair": b'"\\ud800"', "the halves the wrong way": b'"\\ude00\\ud83d"', "NUL": b'"a\\u0000b"',
    "NUL in a key": b'{"\\u0000":1}', "not UTF-8": b'"\xff"', "overlong UTF-8": b'"\xc0\xaf"',
    "a surrogate in UTF-8": b'"\xed\xa0\x80"', "a key twice": b'{"a":1,"a":2}', "a key twice, written otherwise":
    b'{"a":1,"\\u0061":2}', "deep": b"[" * 40 + b"]" * 40, "very deep": b"[" * 100_000, "NaN": b"NaN",
    "Infinity": b"-Infinity", "an endless number": b"1" * 5000, "out of range": b"1e400",
    "a long key": b'{"%s":1}' % (b"k" * 300), "many keys": json.dumps(dict.fromkeys(map(str, range(1001)), 0)).encode(),
    "cut off": b'{"a":', "a comment": b"{/*c*/}",
}  # fmt: skip
WAYS = {
    "POST /scale/v1/task/laneannotation": b'{"metadata":{"m":%s}}',
    "POST /scale/v1/task/laneannotation ": b'{"anything":%s}',
    "POST /scale/v1/projects": b'{"name":"never","type":"laneannotation","params":{"p":%s}}',
    "POST /scale/v1/batches": b'{"name":"never","project":"%%s","metadata":{"m":%s}}',
    "POST /scale/v1/task/{task}/setMetadata": b'{"m":%s}',
    "PUT /scale/v1/task/{task}/tags": b"[%s]",
    "POST /scale/v1/task/{task}/response": b'{"labeler":"Ada","response":{"r":%s}}',
    "POST /scale/v1/arrivals/missing": b'{"task_ids":[%s]}',
    "POST /scale/v2/task/chat": b'{"project_name":"never","template_variables":{"t":%s}}',
}


def same(told: Any, sent: Any) -> bool:
    """Equal to the letter; a number in any spelling of the same number."""
    if isinstance(sent, dict):
        return isinstance(told, dict) and told.keys() == sent.keys() and all(same(told[k], v) for k, v in sent.items())
    if isinstance(sent, list):
        return isinstance(told, list) and len(told) == len(sent) and all(map(same, told, sent))
    if isinstance(sent, float):
        return isinstance(told, int | float) and float(told) == sent
    return type(told) is type(sent) and told == sent


@pytest.mark.parametrize("way", WAYS)
def test_what_is_no_strict_json_is_refused(account: Account, way: str) -> None:
    task = account.live.create_task(TaskType.LaneAnnotation)
    before, total = account.live.get_task(task.id).as_dict(), account.live.tasks(limit=1).total
    method, path = way.split()
    with account.raw() as http:
        for what, value in BAD.items():
            headers = {"Content-Type": "application/json"}
            said = http.request(method, path.format(task=task.id), content=WAYS[way] % value, headers=headers)
            told = said.json()
            assert said.status_code == 400, (what, said.text[:200])
            assert set(told) == {"status_code", "error"}, what
            assert told["error"].endswith("."), (what, told)
            assert told["error"].isprintable(), what
            assert not INSIDES.search(told["error"]), (what, told)
            assert len(told["error"]) < 500, what
    assert account.live.get_task(task.id).as_dict() == before
    assert account.live.tasks(limit=1).total == total
    assert "never" not in {project.name for project in account.live.projects()}


def test_a_body_of_17_megabytes(account: Account) -> None:
    with account.raw() as http:
        said = http.post("/scale/v1/task/laneannotation", json={"metadata": {"m": "x" * 17 * 2**20}})
        assert said.status_code == 413
        assert "16777216" in said.json()["error"]


@pytest.mark.parametrize("n", range(len(TEXTS)))
def test_texts_are_kept_to_the_letter(account: Account, n: int) -> None:
    text = TEXTS[n]
    short = text[:200]
    with serving_files({}) as web:
        task = account.live.create_task(
            TaskType.LaneAnnotation, instruction=text[:200_000], metadata={"m": text, text[:60]: [text]},
            tags=[short], unique_id=(unique := fresh(short)), anything={"deep": [{"er": text}]},
            callback_url=f"{web.url}/hook",
        )  # fmt: skip
        kept = account.live.get_task(task.id)
        assert kept.metadata == {"m": text, text[:60]: [text]}
        assert (kept.instruction, kept.tags, kept.unique_id) == (text[:200_000], [short], unique)
        assert kept.params == {"anything": {"deep": [{"er": text}]}}
        (found,) = account.live.tasks(unique_id=unique).docs
        assert found.id == task.id
        assert task.id in {t.id for t in account.live.tasks(tags=short).docs}
        response = {"lanes": [text], text[:60]: {"x": text}}
        assert enter(account, task.id, "Ada", response).status_code == 200
        assert completed(account, task.id).response == response
        web.wait(1)
        assert web.calls[0][1]["response"] == response
        assert web.calls[0][1]["task"]["metadata"] == kept.metadata


def test_values_of_every_sort_are_kept(account: Account) -> None:
    sent = {f"v{n}": value for n, value in enumerate(NASTY)}
    task = account.live.create_task(TaskType.LaneAnnotation, metadata=sent, anything=NASTY)
    kept = account.live.get_task(task.id)
    assert same(kept.metadata, sent)
    assert same(kept.params["anything"], NASTY)


def test_a_text_that_no_editor_takes_is_still_kept(account: Account) -> None:
    """What is shown to people is kept as it is too: markup, directions, and a megabyte, with an editor or without."""
    colours = {"attachment_type": "text", "categories": [NAME, "\u202eblue", "<script>alert(1)</script>"]}
    project = account.live.create_project(fresh("hostile"), TaskType.Categorization, {**colours, "instruction": LONG})
    long = account.live.create_task(TaskType.Categorization, project=project.name, attachment=MB)
    assert account.live.get_task(long.id).params["attachment"] == MB
    task = account.live.create_task(TaskType.Categorization, project=project.name, attachment=LONG)
    kept = account.live.get_task(task.id)
    assert (kept.params["attachment"], kept.params["categories"]) == (LONG, colours["categories"])
    assert enter(account, task.id, NAME, {"category": NAME}).status_code == 200
    assert completed(account, task.id).response == {"category": NAME}
    assert leased(account.labeler(), project.name)["kind"] in {"choice", "foreign"}


@pytest.mark.parametrize("name", ["\u202eevil", "a\x00b", "a\nb", ".", "..", "", " ", "x" * 201, "\x7f"])
def test_names_that_would_mislead_are_refused(account: Account, name: str) -> None:
    with account.raw() as http:
        for path, body in (
            ("projects", {"name": name, "type": "laneannotation"}), ("batches", {"name": name, "project": "p"}),
        ):  # fmt: skip
            said = http.post(f"/scale/v1/{path}", json=body)
            assert said.status_code == 400, (path, said.text)
            assert "name" in said.json()["error"] or "NUL" in said.json()["error"]


@pytest.mark.parametrize("name", [NAME, "a/b?c#d%2F", "'; drop table scale_task; --", "\u0645\u0631\u062d\u0628"])
def test_names_that_are_only_strange_work(account: Account, name: str) -> None:
    called = fresh(name[:150])
    project = account.live.create_project(called, TaskType.LaneAnnotation, {"instruction": LONG})
    assert account.live.get_project(called).name == project.name == called
    batch = account.live.create_batch(called, called, metadata={"m": LONG})
    assert account.live.get_batch(called).metadata == batch.metadata == {"m": LONG}
    task = account.live.create_task(TaskType.LaneAnnotation, batch=called)
    assert [t.id for t in account.live.get_tasks(project_name=called, batch_name=called)] == [task.id]
    assert account.live.get_tasks_count(batch_name=called) == 1


def test_addresses_and_queries_never_break_the_door(account: Account) -> None:
    odd = [*SEGMENTS, "%ED%A0%80", "%FF", "%E2%80%AE", "%27%3B--", "a%2Fb", "%0d%0aSet-Cookie:%20a=b"]
    with account.raw() as http:
        for segment in odd:
            for path in (
                f"task/{segment}", f"batches/{segment}", f"batches/{segment}/status", f"projects/{segment}",
                f"files/{segment}/content", f"tasks?project={segment}", f"tasks?batch={segment}&limit=1",
                f"tasks?tags={segment}", f"tasks?unique_id={segment}", f"files?project={segment}",
                f"studio/projects/{segment}/groups", f"quality/labelers?quality_task_ids={segment}",
            ):  # fmt: skip
                said = http.get(f"/scale/v1/{path}")
                assert said.status_code in {200, 400, 404}, (path, said.text[:200])
                assert "set-cookie" not in said.headers
                told = said.json()
                assert said.status_code == 200 or (told["status_code"], told["error"][-1]) == (said.status_code, "."), (
                    path
                )


def test_what_the_house_refuses_before_the_door_is_told_in_scales_words(account: Account) -> None:
    """Its client shows `error` of an object and breaks on anything else."""
    with account.raw() as http:
        for said in (
            http.get("/scale/v1/nothing"), http.patch("/scale/v1/tasks"), http.get("/scale/v1/task/%00"),
            http.get("/scale/v1/tasks?unique_id=" + "x" * 9000),
            http.get("/scale/v1/tasks", headers={"Host": "evil.example"}),
        ):  # fmt: skip
            assert 400 <= said.status_code < 500
            assert said.json()["status_code"] == said.status_code
            assert said.json()["error"].endswith(".")
    with pytest.raises(exceptions.ScaleResourceNotFound, match="There is nothing here"):
        account.live.api.get_request("nothing")
