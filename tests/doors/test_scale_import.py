"""Moving house from one Neraca to a second one, through Scale's own client."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from scaleapi.tasks import TaskType
from tests.doors.account import Account, Web, fresh, serving_files
from tests.doors.samples import TYPES
from tests.doors.test_scale_foreign import completed, enter
from tests.doors.test_scale_work import leased, picture
from tests.fixtures.served import serving, soon

NOTHING_LEFT: dict[str, dict[str, str]] = {"unread": {}, "uncalled": {}, "refused": {}}


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Account]:
    """An account on a second installation."""
    with serving() as second:
        made = Account(second, second.add_client(fresh("new home")))
        yield made
        made.close()


@pytest.fixture
def web() -> Iterator[Web]:
    with serving_files({"cow.png": picture()}) as found:
        yield found


def command(old: Account, new: Account, **environ: str) -> tuple[list[str], dict[str, str]]:
    """`neraca scale import` from one account to another."""
    return command_from(f"{old.served.url}/scale/v1", old.client.live, new, **environ)


def command_from(url: str, key: str, new: Account, **environ: str) -> tuple[list[str], dict[str, str]]:
    code = "from neraca.cli import main; main()"
    source = ["--from", url, "--key", key]
    own = {"NERACA_URL": new.served.url, "NERACA_KEY": new.client.live, "NERACA_ALLOW_PRIVATE_HOSTS": "1"}
    return [sys.executable, "-c", code, "scale", "import", *source, "--json"], {**os.environ, **own, **environ}


def imported(old: Account, new: Account, **environ: str) -> Any:
    args, env = command(old, new, **environ)
    done = subprocess.run(args, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def an_account(account: Account, word: str) -> Account:
    return Account(account.served, account.served.add_client(fresh(word)))


def files(account: Account) -> list[dict[str, Any]]:
    with account.raw() as http:
        return list(http.get("/scale/v1/files").json()["files"])


def came(account: Account, many: int) -> bool:
    return len(files(account)) >= many


def read(account: Account, url: str) -> bytes:
    with account.raw() as http:
        return http.get(url).raise_for_status().content


def test_an_account_moves_and_nothing_is_added_twice(account: Account, elsewhere: Account, web: Web) -> None:
    owner = an_account(account, "old home")
    name = fresh("cows")
    owner.live.create_project(name, TaskType.Annotation, {"objects_to_annotate": ["cow"], "instruction": "One"})
    owner.live.update_project(name, objects_to_annotate=["cow"], instruction="Two")
    batch = owner.live.create_batch(name, fresh("b"), metadata={"herd": 1})
    pending = owner.live.create_task(
        TaskType.Annotation, batch=batch.name, attachment=f"{web.url}/cow.png", unique_id="u1", tags=["night"],
        metadata={"row": 1},
    )  # fmt: skip
    loose = owner.live.create_task(TaskType.LaneAnnotation, callback_url=f"{web.url}/hook", anything=[1])
    assert enter(owner, loose.id, "Ada", {"lanes": 2}).status_code == 200
    completed(owner, loose.id).audit(accepted=True, comments="Fine.")
    gone = owner.live.create_task(TaskType.LaneAnnotation)
    gone.cancel()
    web.wait(2)

    copied = imported(owner, elsewhere)
    assert copied == {"projects": 1, "batches": 1, "tasks": 3, "files": 1} | NOTHING_LEFT
    again = imported(owner, elsewhere)
    assert again == {"projects": 0, "batches": 0, "tasks": 0, "files": 0} | NOTHING_LEFT

    project = elsewhere.live.get_project(name)
    assert [one["instruction"] for one in project.as_dict()["param_history"]] == ["One", "Two"]
    assert elsewhere.live.get_batch(batch.name).metadata == {"herd": 1}
    for task_id in (loose.id, gone.id):
        old, new = owner.live.get_task(task_id).as_dict(), elsewhere.live.get_task(task_id).as_dict()
        assert {k: v for k, v in new.items() if k != "updated_at"} == {
            k: v for k, v in old.items() if k != "updated_at"
        }
    moved = elsewhere.live.get_task(pending.id)
    assert (moved.unique_id, moved.tags, moved.metadata, moved.batch) == ("u1", ["night"], {"row": 1}, batch.name)
    assert moved.created_at == pending.created_at
    assert moved.params["attachment"].startswith("scaledata://")
    web.files.clear()  # the picture lives here now
    labeler = elsewhere.labeler()
    labeler.submit(leased(labeler, name), {"objects": []})
    soon(lambda: elsewhere.live.get_task(pending.id).status == "completed", 60, "the moved task is not completed")
    assert elsewhere.live.get_task(pending.id).response == {"annotations": []}
    assert len(web.calls) == 2  # nobody is called a second time


def test_files_that_responses_name_move_too(account: Account, elsewhere: Account, web: Web) -> None:
    owner = an_account(account, "old lidar")
    frames, index, mask = b'[{"cuboids": []}]', b"index", b"mask"
    web.files |= {"frames.json": frames, "index.png": index}
    kept = owner.live.upload_file(io.BytesIO(mask), display_name="mask.png").attachment_url
    points = owner.live.create_task(TaskType.LidarLinking)
    assert enter(owner, points.id, "Ada", {"annotations": {"url": f"{web.url}/frames.json"}}).status_code == 200
    here = {"attachment": f"{web.url}/index.png"}
    masks = owner.live.create_task(TaskType.SegmentAnnotation, **TYPES["segmentannotation"][0] | here)
    combined = {"combined": {"indexedImage": f"{web.url}/index.png"}, "labeled": {"sky": [kept, kept]}}
    response = {"annotations": combined, "labelMapping": {"sky": {"index": 1}}}
    assert enter(owner, masks.id, "Ada", response).status_code == 200
    found = owner.live.create_task(TaskType.DataCollection, **TYPES["datacollection"][0] | here)
    typed = {"fields": {"url": "https://shop.example.org/"}, "proof": {"url": f"{web.url}/lost.png"}}
    assert enter(owner, found.id, "Ada", typed).status_code == 200
    for task in (points, masks, found):
        completed(owner, task.id)
    (shown,) = completed(owner, masks.id).response["annotations"]["labeled"].values()
    assert [read(owner, url) for url in shown] == [mask, mask]

    copied = imported(owner, elsewhere)
    lost = {f"{web.url}/lost.png": "its server answers 404"}
    assert copied == {"projects": 0, "batches": 0, "tasks": 3, "files": 4} | NOTHING_LEFT | {"unread": lost}
    web.files.clear()
    assert elsewhere.live.get_task(found.id).response == typed
    assert read(elsewhere, elsewhere.live.get_task(points.id).response["annotations"]["url"]) == frames
    moved = elsewhere.live.get_task(masks.id).response["annotations"]
    assert read(elsewhere, moved["combined"]["indexedImage"]) == index
    assert [read(elsewhere, url) for url in moved["labeled"]["sky"]] == [mask, mask]
    assert elsewhere.served.url in moved["labeled"]["sky"][0]


def test_a_response_cannot_make_the_command_call_inwards(account: Account, elsewhere: Account, web: Web) -> None:
    """Without leave for private addresses the guard of the machine that runs the command holds them back."""
    owner = an_account(account, "old trap")
    web.files["secret.json"] = b"secret"
    task = owner.live.create_task(TaskType.LidarLinking)
    url = f"{web.url}/secret.json"
    assert enter(owner, task.id, "Ada", {"annotations": {"url": url}}).status_code == 200
    completed(owner, task.id)
    copied = imported(owner, elsewhere, NERACA_ALLOW_PRIVATE_HOSTS="")
    assert (copied["tasks"], copied["files"]) == (1, 0)
    assert "may not be called from here" in copied["unread"][url]
    assert elsewhere.live.get_task(task.id).response == {"annotations": {"url": url}}


def test_a_move_that_is_killed_half_way_goes_on(account: Account, elsewhere: Account, web: Web) -> None:
    count = 24
    owner, home = an_account(account, "old killed"), an_account(elsewhere, "new killed")
    ids = []
    for n in range(count):
        web.files[f"{n}.json"] = str(n).encode()
        ids.append(owner.live.create_task(TaskType.LidarLinking, metadata={"n": n}).id)
        assert enter(owner, ids[n], "Ada", {"annotations": {"url": f"{web.url}/{n}.json"}}).status_code == 200
    for task_id in ids:
        completed(owner, task_id)
    args, environ = command(owner, home)
    for share in (4, 2):
        with subprocess.Popen(args, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as going:
            soon(partial(came, home, count // share), 60, "no file came")
            going.kill()
    before = home.live.tasks().total
    assert 0 < before < count
    copied = imported(owner, home)
    assert (copied["tasks"], copied["refused"], copied["unread"]) == (count - before, {}, {})
    assert home.live.tasks().total == count
    assert len(files(home)) == count
    for n, task_id in enumerate(ids):
        task = home.live.get_task(task_id)
        assert (task.status, task.metadata) == ("completed", {"n": n})
        assert read(home, task.response["annotations"]["url"]) == str(n).encode()


def test_two_runs_at_once_copy_everything_once(account: Account, elsewhere: Account) -> None:
    owner, home = an_account(account, "old twice"), an_account(elsewhere, "new twice")
    project = owner.live.create_project(fresh("p"), TaskType.LaneAnnotation)
    for n in range(60):
        batch = owner.live.create_batch(project.name, fresh(f"b{n}"))
        owner.live.create_task(TaskType.LaneAnnotation, batch=batch.name, unique_id=f"u{n}")
    args, environ = command(owner, home)
    going = [subprocess.Popen(args, env=environ, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    told = [json.loads(one.communicate()[0]) for one in going]
    assert [one["refused"] for one in told] == [{}, {}]
    assert [sum(one[what] for one in told) for what in ("batches", "tasks")] == [60, 60]
    assert len(list(home.live.get_batches())) == home.live.tasks().total == 60


def test_a_person_sees_how_far_it_is(account: Account, elsewhere: Account) -> None:
    owner = an_account(account, "old bar")
    owner.live.create_task(TaskType.LaneAnnotation)
    args, environ = command(owner, elsewhere, TERM="xterm")
    ours, theirs = os.openpty()
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        done = subprocess.run(args, env=environ, stdout=subprocess.PIPE, stderr=theirs, check=True)
        os.close(theirs)
        seen = terminal.read(65536).decode()
    assert json.loads(done.stdout)["tasks"] == 1
    assert "Tasks" in seen
    assert "100%" in seen


def test_an_account_that_cannot_be_asked_is_told_in_a_sentence(account: Account, elsewhere: Account, web: Web) -> None:
    args, environ = command(account, elsewhere)
    at = args.index("--from") + 1
    for url, key, sentence in (
        (args[at], "nobody", "does not accept the key."),
        ("http://127.0.0.1:1/v1", "x", "http://127.0.0.1:1/v1 does not answer."),
        (web.url, "x", "answers 404, not as Scale does."),
    ):
        wrong = [*args[:at], url, "--key", key, *args[at + 3 :]]
        done = subprocess.run(wrong, env=environ, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert done.stderr.strip().endswith(sentence)
        assert done.stderr.count("\n") == 1


MOMENT = "2024-01-31T12:00:00.000Z"
MAIL = "data@example.org"


def told(number: int, word: str, **more: Any) -> dict[str, Any]:
    """A completed task as Scale tells it."""
    task = {
        "task_id": f"5f127f6f26831d0010e985e{number}", "type": word, "status": "completed", "created_at": MOMENT,
        "updated_at": MOMENT, "completed_at": MOMENT, "params": {}, "metadata": {}, "response": {},
    }  # fmt: skip
    return task | more


def an_account_of_scale(web: Web) -> list[dict[str, Any]]:
    """What an account of many years holds: older types and shapes, addresses of mail, more than the door knows."""
    project = {"type": "laneannotation", "created_at": MOMENT, "param_history": [{"version": 0}]}
    projects = [
        project | {"name": "calls", "type": "phonecall"},
        project | {"name": "lanes", "param_history": [{"version": 0}, {"version": 1, "instruction": "Draw."}]},
    ]
    batch = {"project": "lanes", "created_at": MOMENT, "metadata": {"a": 1}}
    batches = [
        batch | {"name": "of calls", "project": "calls", "status": "completed"},
        batch | {"name": "mailed", "status": "completed", "callback": MAIL},
        batch | {"name": "held", "status": "staging"},
        batch | {"name": "ended", "status": "cancelled"},
    ]
    attempts = [{"response": {"annotations": {"kind": [["shop"]]}}}]
    tasks = [
        told(1, "textcollection", response={"annotations": {}}, attempts=attempts, callback_url=MAIL),
        told(2, "phonecall"),
        told(3, "laneannotation", project="lanes", batch="held", status="pending", callback_url=MAIL),
    ]
    total = {"total": len(tasks), "totalDocs": len(batches), "limit": 100, "offset": 0, "has_more": False}
    for name, held in (
        ("projects", projects),
        ("batches", {"docs": batches, **total}),
        ("tasks", {"docs": tasks, **total}),
    ):
        web.files[f"v1/{name}"] = json.dumps(held).encode()
    return tasks


def test_an_account_of_many_years(elsewhere: Account, web: Web) -> None:
    """A stand-in for Scale's server: whatever one thing lacks, the others come, and the second time adds nothing."""
    home = an_account(elsewhere, "of many years")
    tasks = an_account_of_scale(web)
    args, env = command_from(f"{web.url}/v1", "live_key", home)
    counts = ({"projects": 1, "batches": 3, "tasks": 2}, {"projects": 0, "batches": 0, "tasks": 0})
    for added in counts:
        done = subprocess.run(args, env=env, capture_output=True, text=True, check=False)
        copied = json.loads(done.stdout)
        assert {name: copied[name] for name in added} == added
        assert set(copied["refused"]) == {"calls", "of calls", tasks[1]["task_id"]}
        assert "phonecall" in copied["refused"]["calls"]
        assert done.returncode == 1
        assert "3 were not copied; calls: " in done.stderr
        if added["tasks"]:
            assert "callback_url" in copied["uncalled"][MAIL] or "callback" in copied["uncalled"][MAIL]
    history = home.live.get_project("lanes").as_dict()["param_history"]
    assert [(one["version"], one.get("instruction")) for one in history] == [(0, None), (1, "Draw.")]
    assert home.live.get_batch("held").status == "staging"
    assert home.live.get_batch("ended").status == "cancelled"
    assert home.live.get_batch("mailed").metadata == {"a": 1}
    kept = home.live.get_task(tasks[0]["task_id"]).as_dict()
    assert {name: kept[name] for name in ("attempts", "callback_url", "response", "params")} == {
        name: tasks[0][name] for name in ("attempts", "callback_url", "response", "params")
    }
    waiting = home.live.get_task(tasks[2]["task_id"])
    assert (waiting.status, waiting.callback_url) == ("pending", MAIL)
    home.live.finalize_batch("held")
    assert enter(home, waiting.id, "Ada", {"lanes": 2}).status_code == 200
    assert completed(home, waiting.id).callback_url == MAIL  # nobody is called: this server sends no mail


def test_a_server_that_goes_away_is_told_and_the_rest_comes_later(elsewhere: Account, web: Web) -> None:
    home = an_account(elsewhere, "interrupted")
    an_account_of_scale(web)
    whole = web.files.pop("v1/tasks")
    args, env = command_from(f"{web.url}/v1", "live_key", home)
    done = subprocess.run(args, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Broken off after 0 tasks" in done.stderr
    assert "Traceback" not in done.stderr
    web.files["v1/tasks"] = whole
    done = subprocess.run(args, env=env, capture_output=True, text=True, check=False)
    assert json.loads(done.stdout)["tasks"] == 2
