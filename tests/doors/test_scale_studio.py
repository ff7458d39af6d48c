"""Who gets what, and in which order, as a client's Studio says it; with Scale's client and people who sign in."""

from typing import Any
from uuid import uuid4

import pytest
from scaleapi.tasks import TaskType
from tests.doors.account import Account, Labeler, fresh
from tests.doors.test_scale_work import ended, leased
from tests.fixtures.served import soon

COLOURS = {"attachment_type": "text", "categories": ["red", "blue"]}


def posted(account: Account, batch: Any, *texts: str, **given: Any) -> list[Any]:
    made = [
        account.live.create_task(TaskType.Categorization, batch=batch.name, attachment=text, **given) for text in texts
    ]
    batch.finalize()
    return made


def studio(account: Account, *batches: str) -> tuple[str, list[Any]]:
    """A Studio project with batches that are in work."""
    client = account.live
    name = client.create_project(fresh("studio"), TaskType.Categorization, COLOURS, studio=True).name
    made = [client.create_batch(name, fresh(batch)) for batch in batches]
    for word, batch in zip(batches, made, strict=True):
        posted(account, batch, *(f"{word}{n}" for n in range(3)))
    return name, made


def done(labeler: Labeler, project_id: str) -> list[str]:
    """Everything that a labeler is given until there is no more, by its text."""
    found = []
    while (lease := labeler.next(project_id)) is not None:
        found.append(lease["params"]["text"])
        assert labeler.submit(lease, {"choice": "c0"}).status_code == 201
    return found


def test_a_project_is_for_those_who_are_assigned(account: Account) -> None:
    client, ann, bob = account.live, account.person(), account.person()
    everybody, _ = studio(account, "e")
    name, _ = studio(account, "a")
    place = bob.project(name)["project_id"]  # nobody is assigned yet: it is for everybody
    held = bob.next(place)
    assert held is not None
    client.add_studio_assignments([ann.email.upper()], [name])
    offers = [offer["name"] for offer in ann.offers()]
    assert offers.index(name) < offers.index(everybody)  # what they are assigned to comes first
    assert name not in [offer["name"] for offer in bob.offers()]
    assert bob.submit(held, {"choice": "c0"}).status_code == 201  # what he holds he may end
    assert bob.next(place) is None
    assert bob.http.get(f"/api/work/projects/{place}/instructions").status_code == 404
    assert account.labeler().next(place) is None
    left = {"a0", "a1", "a2"} - {held["params"]["text"]}  # slots may have moved, so any of them was the first
    assert sorted(done(ann, place)) == sorted(left)
    (extra,) = [client.create_batch(name, fresh("more"))]
    posted(account, extra, "later")
    client.remove_studio_assignments([ann.email], [name])
    assert [worker.next(place) for worker in (ann, bob)] == [None, None]  # for nobody, not for everybody again
    client.add_studio_assignments([bob.email], [name])
    assert done(bob, place) == ["later"]


def test_whoever_is_assigned_before_they_join(account: Account) -> None:
    email = f"{uuid4().hex[:8]}@example.org"
    name, _ = studio(account, "a")
    account.live.add_studio_assignments([email], [name])
    assert name not in [offer["name"] for offer in account.person().offers()]
    joined = account.person(email)
    soon(lambda: name in [offer["name"] for offer in joined.offers()], 20, "the assignment has not reached who joined")
    assert len(done(joined, joined.project(name)["project_id"])) == 3


def test_a_new_question_of_the_project_is_for_the_same_people(account: Account) -> None:
    ann, bob = account.person(), account.person()
    name, (batch,) = studio(account, "a")
    account.live.add_studio_assignments([ann.email], [name])
    posted(account, batch, "other", categories=["up", "down"])
    assert len([o for o in ann.offers() if o["name"].startswith(name)]) == 2
    assert [o for o in bob.offers() if o["name"].startswith(name)] == []


def test_a_batch_is_for_its_groups(account: Account) -> None:
    client, ann, bob, cem = account.live, account.person(), account.person(), account.person()
    name, (first, second) = studio(account, "f", "s")
    place = ann.project(name)["project_id"]
    client.create_project_group(name, [ann.email], "north")
    client.create_project_group(name, [bob.email], "south")
    assert client.assign_studio_batches(first.name, ["north"]).groups == ["north"]
    soon(lambda: cem.project(name)["open_slots"] == 3, 20, "the batch has not gone to its group")
    assert ann.project(name)["open_slots"] == 6
    assert sorted(done(ann, place)) == ["f0", "f1", "f2", "s0", "s1", "s2"]
    posted(account, first, "f3", "f4")
    assert cem.next(place) is None
    client.assign_studio_batches(first.name, ["north", "south"])
    soon(lambda: bob.project(name)["open_slots"] == 2, 20, "the batch has not gone to both groups")
    client.update_project_group(name, "south", [cem.email], [bob.email])
    assert bob.next(place) is None
    assert done(cem, place) == ["f3", "f4"]
    posted(account, first, "f5")
    client.assign_studio_batches(first.name, [])
    soon(lambda: bob.project(name)["open_slots"] == 1, 20, "the batch has not come back to everybody")
    assert done(bob, place) == ["f5"]
    manager = Labeler(account.served.url, account.client.live)
    with manager.http as http:  # the lanes of a Studio are no skills that a manager granted
        people = http.get("/api/labelers").json()["items"]
    assert [one["skills"] for one in people if one["skills"]] == []
    assert second.get_status()["completed"] == 3


def test_rework_and_further_answers_stay_in_the_group(account: Account) -> None:
    client, ann, bob = account.live, account.person(), account.person()
    params = {**COLOURS, "consensus_attempts": 1}
    name = client.create_project(fresh("studio"), TaskType.Categorization, params, studio=True).name
    batch = client.create_batch(name, fresh("b"))
    client.create_project_group(name, [ann.email], "g")
    client.assign_studio_batches(batch.name, ["g"])
    (task,) = posted(account, batch, "tomato")
    place = ann.project(name)["project_id"]
    assert bob.next(place) is None
    assert done(ann, place) == ["tomato"]
    ended(account, task.id).audit(accepted=False)
    assert bob.next(place) is None
    client.update_project_group(name, "g", [bob.email], [])
    assert done(bob, place) == ["tomato"]


def order(account: Account, project: str) -> list[str]:
    """What a new labeler would be given, batch by batch; they are not given it."""
    labeler, seen = account.labeler(), []
    place = labeler.project(project)["project_id"]
    while (lease := labeler.next(place)) is not None:
        seen.append(lease["params"]["text"][0])
        held = {"fence": lease["fence"], "reason": "other"}
        assert labeler.http.post(f"/api/work/leases/{lease['lease_id']}/skip", json=held).status_code == 204
    return seen


def test_the_order_of_batches(account: Account) -> None:
    client = account.live
    name, (a, b, c) = studio(account, "a", "b", "c")
    assert order(account, name) == [*"aaabbbccc"]
    with account.raw() as http:
        assert http.post(f"/scale/v1/batches/{b.name}/prioritize", json={"priority": 30}).status_code == 200
    soon(lambda: order(account, name) == [*"bbbaaaccc"], 20, "the batch of a higher priority does not come first")
    client.set_studio_batches_priorities([c.name, a.name])
    soon(lambda: order(account, name) == [*"cccaaabbb"], 20, "the order is not the Studio's")
    posted(account, c, "c9")
    posted(account, client.create_batch(name, fresh("new")), "n0", priority=30)  # what the order does not name
    assert sorted(order(account, name)[:4]) == [*"cccc"]
    assert sorted(order(account, name)[-4:]) == [*"bbbn"]
    client.reset_studio_batches_priorities()
    soon(lambda: sorted(order(account, name)[:4]) == [*"bbbn"], 20, "the order was not given up")


def test_a_calibration_comes_first_unless_there_is_an_order(account: Account) -> None:
    client = account.live
    name, (a,) = studio(account, "a")
    batch = client.create_batch(name, fresh("k"), calibration_batch=True)
    posted(account, batch, "k0")
    assert order(account, name) == [*"kaaa"]
    listed = [b.name for b in client.list_studio_batches()]
    assert [n for n in listed if n in {a.name, batch.name}] == [batch.name, a.name]


def test_more_batches_than_levels_move_up_as_others_end(account: Account) -> None:
    client = account.live
    words = "abcdefghijkl"
    name, made = studio(account, *words)
    client.set_studio_batches_priorities([batch.name for batch in reversed(made)])
    strict = [w for w in reversed(words[4:]) for _ in range(3)]
    soon(lambda: order(account, name)[:24] == strict, 60, "the first eight do not come in their order")
    worker = account.labeler()
    place = worker.project(name)["project_id"]
    for _ in range(12):
        worker.submit(leased(worker, name), {"choice": "c0"})
    rest = [w for w in reversed(words[:8]) for _ in range(3)]
    soon(lambda: order(account, name) == rest, 60, "the last four have not moved up")
    assert place


@pytest.mark.parametrize("urgency", [{"priority": 30}, {"urgency": "immediate"}])
def test_a_task_with_a_priority_comes_before_the_others(account: Account, urgency: dict[str, Any]) -> None:
    name, (batch,) = studio(account, "a")
    posted(account, batch, "z", **urgency)
    assert order(account, name) == [*"zaaa"]
