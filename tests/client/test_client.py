"""The SDK against a server that answers as it is told to."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from standardwebhooks import Webhook
from tests.client.answering import Answer, Answering, Cut

from neraca.client import Client, Invalid, NeracaError, Unreachable, webhooks
from neraca.wire.deliver import Export

PROJECT = "00000000-0000-4000-8000-000000000001"


Speak = Callable[[Answer], Client]


@pytest.fixture
def client() -> Iterator[Speak]:
    """A client of a server that answers so; it does not wait between its tries."""
    servers: list[Answering] = []
    clients: list[Client] = []

    def speak(answer: Answer) -> Client:
        servers.append(Answering(answer))
        clients.append(Client(servers[-1].url, "nrc_test_x"))
        clients[-1].wire.sleep = lambda _: None
        return clients[-1]

    yield speak
    for one in clients:
        one.close()
    for server in servers:
        server.stop()


def test_many_tasks_go_in_chunks_and_a_broken_one_is_repeated_under_its_key(client: Speak) -> None:
    seen: list[tuple[str, int]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        tasks = json.loads(request.content)["tasks"]
        seen.append((request.headers["idempotency-key"], len(tasks)))
        if len(seen) == 2:
            raise Cut
        if len(seen) == 3:
            return httpx.Response(503)
        return httpx.Response(201, json={"items": [{"id": t["external_id"], "external_id": None} for t in tasks]})

    made = client(answer).tasks.create(PROJECT, ({"params": {}, "external_id": str(i)} for i in range(2500)))
    assert [ref.id for ref in made] == [str(i) for i in range(2500)]
    assert [n for _, n in seen] == [1000, 1000, 1000, 1000, 500]
    keys = [key for key, _ in seen]
    assert keys[1] == keys[2] == keys[3]
    assert len(set(keys)) == 3


def test_a_post_without_a_key_is_not_repeated_after_a_break(client: Speak) -> None:
    calls: list[int] = []

    def answer(_: httpx.Request) -> httpx.Response:
        calls.append(1)
        raise Cut

    with pytest.raises(Unreachable):
        client(answer).projects.create({"name": "x"})
    assert calls == [1]


def test_a_problem_names_every_flaw(client: Speak) -> None:
    flaws = [{"pointer": "#/a", "code": "missing", "detail": "A."}, {"pointer": "#/b", "code": "extra", "detail": "B."}]
    problem = {"code": "invalid", "detail": "Two faults.", "errors": flaws}
    with pytest.raises(Invalid, match=r"Two faults\.") as caught:
        client(lambda _: httpx.Response(422, json=problem)).projects.get(PROJECT)
    assert (caught.value.code, caught.value.status) == ("invalid", 422)
    assert [one.pointer for one in caught.value.errors] == ["#/a", "#/b"]


def test_a_page_of_another_server_is_still_an_error(client: Speak) -> None:
    with pytest.raises(NeracaError, match="status 502"):
        client(lambda _: httpx.Response(502, text="<html>")).projects.get(PROJECT)


def test_a_download_goes_on_where_it_stopped(client: Speak, tmp_path: Path) -> None:
    body = bytes(range(256)) * 10
    ranges: list[str | None] = []

    def answer(request: httpx.Request) -> httpx.Response:
        ranges.append(request.headers.get("range"))
        start = int(request.headers["range"].removeprefix("bytes=").removesuffix("-"))
        return httpx.Response(206, content=body[start:])

    export = Export.model_validate({
        "id": "e", "project_id": PROJECT, "format": "jsonl", "state": "done", "position": 1, "rows": 1,
        "rows_total": 1, "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest(), "failure": None,
        "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
    })  # fmt: skip
    target = tmp_path / "out.jsonl"
    (tmp_path / "out.jsonl.e.part").write_bytes(body[:1000])
    client(answer).exports.download(export, target)
    assert target.read_bytes() == body
    assert ranges == ["bytes=1000-"]
    assert [p.name for p in tmp_path.iterdir()] == ["out.jsonl"]


def test_verify_agrees_with_the_reference_library() -> None:
    secret = "whsec_" + base64.b64encode(b"k" * 24).decode()
    at = datetime.now(UTC)
    body = b'{"type":"task.decided"}'
    headers = {
        "Webhook-Id": "msg_1",
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": Webhook(secret).sign("msg_1", at, body.decode()),
    }
    webhooks.verify(secret, headers, body)
    for wrong in (
        (secret, headers, body + b" "),
        ("whsec_" + base64.b64encode(b"l" * 24).decode(), headers, body),
        (secret, {**headers, "Webhook-Timestamp": "1"}, body),
        (secret, {**headers, "Webhook-Signature": "v1,\u00e9"}, body),
        (secret, {}, body),
    ):
        with pytest.raises(webhooks.NotSigned):
            webhooks.verify(*wrong)
