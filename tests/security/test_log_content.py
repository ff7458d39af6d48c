"""ISO-22: logs hold ids and sizes; no word that a client sent, in no request, good, bad or failed."""

import json
import logging
import uuid

import httpx
import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from tests.fixtures.served import serving
from tests.fixtures.two import World

from neraca.server import logs

CANARY = "canary" + uuid.uuid4().hex


def project(canary: str) -> dict[str, object]:
    return {
        "name": canary, "kind": "choice", "instructions": canary, "policy": {"type": "fixed", "answers": 1},
        "config": {"question": canary, "options": [{"id": "a", "label": canary}, {"id": "b", "label": "B"}]},
        "price": {"micros": 1, "currency": "USD"}, "minutes": 1,
    }  # fmt: skip


async def requests(http: httpx.AsyncClient) -> list[int]:
    """A canary in every part of requests that succeed and of requests that do not."""
    made = (await http.post("/api/projects", json=project(CANARY))).json()["id"]
    tasks = {"tasks": [{"params": {"text": CANARY}, "external_id": CANARY, "metadata": {CANARY: CANARY}}]}
    lease = await http.post("/api/work/next", json={"project_id": made})
    answers = [
        await http.post(f"/api/projects/{made}/tasks", json=tasks, headers={"Idempotency-Key": CANARY}),
        lease,
        await http.get(f"/api/projects/{CANARY}", params={CANARY: CANARY}),
        await http.get(f"/api/{CANARY}", headers={"X-Canary": CANARY, "User-Agent": CANARY, "Referer": CANARY}),
        await http.get("/api/projects", params={"cursor": CANARY}),
        await http.get("/api/projects", headers={"Authorization": f"Bearer nrc_live_{CANARY}"}),
        await http.patch("/api/kinds", json={CANARY: CANARY}),
        await http.post("/api/projects", content=f'{{"{CANARY}"'.encode(), headers={"Content-Type": CANARY}),
        await http.post("/api/projects", json={"name": CANARY, CANARY: 1}),
        await http.post("/api/session", json={"email": f"{CANARY}@example.org", "password": CANARY}),
        await http.post("/api/invitations/accept", json={"token": CANARY, "name": CANARY, "password": CANARY}),
        await http.post("/api/callbacks", json={"url": f"https://{CANARY}.invalid/{CANARY}"}),
        await http.post("/api/callbacks", json={"url": f"http://127.0.0.1:9/{CANARY}"}),
        await http.post("/api/assets", content=CANARY.encode(), headers={"Content-Type": "image/png"}),
        await http.get(f"/media/{CANARY}"),
    ]  # fmt: skip
    return [answer.status_code for answer in answers]


async def test_no_log_says_what_a_client_sent() -> None:
    """A real server and worker: requests, an import with bad rows, and a database that refuses a row by its words."""
    with serving() as served:
        client = served.add_client("Logged")
        async with served.http(client.live) as http:
            statuses = await requests(http)
            assert {200, 201, 204} & set(statuses)
            assert {400, 401, 404, 405, 415, 422} <= set(statuses)
            made = (await http.post("/api/projects", json=project(CANARY))).json()["id"]
            upload = (await http.post(f"/api/projects/{made}/imports", json={"format": "jsonl", "name": CANARY})).json()
            path = f"/api/imports/{upload['id']}"
            row = json.dumps({"params": {"text": CANARY, CANARY: 1}}).encode()
            kind = {"Content-Type": "application/octet-stream"}
            assert (await http.put(f"{path}/data?offset=0", content=row, headers=kind)).status_code == 200
            assert (await http.post(f"{path}/start")).status_code == 200
            async with served.cell(client) as (house, cell), house.databases.connection(cell.database) as owner:
                await owner.execute("alter table batch add constraint wrong check (false) not valid")
            failed = await http.post(f"/api/projects/{made}/batches", json={"name": CANARY})
            assert (failed.status_code, failed.json()["code"]) == (500, "internal-error")
            assert CANARY not in failed.text
            measures = (await http.get("/metrics")).text
            assert 'route="/api/projects"' in measures
            assert CANARY.lower() not in measures.lower()
        text = "".join(path.read_text() for path in (served.home / "logs").iterdir()) + served.said()
        assert failed.json()["instance"].rpartition(":")[2] in text, "the request's number is in the log"
        assert "CheckViolation 23514" in text, "so is what went wrong"
        assert CANARY not in text
        assert client.live not in text


def quoting(dsn: str) -> None:
    """A real error of the database, which quotes what it was given, as the cause of another one."""
    with psycopg.connect(make_conninfo(dsn, dbname="postgres")) as db:
        try:
            db.execute("select %s::uuid", [CANARY])
        except psycopg.Error as wrong:
            raise ValueError(CANARY) from wrong


def test_an_exception_is_told_without_its_words(bare: World) -> None:
    with pytest.raises(ValueError, match=CANARY) as caught:
        quoting(bare.house.dsn)
    wrong = caught.value
    assert CANARY in str(wrong.__cause__)
    told = logs.trace(wrong)
    assert told[0] == "ValueError"
    assert "InvalidTextRepresentation 22P02" in told
    assert any("test_log_content.py" in line and "quoting" in line for line in told)
    record = logging.LogRecord(
        "asyncio", logging.ERROR, "", 0, "Task failed\n%s", (repr(wrong),), (type(wrong), wrong, None)
    )
    line = logs.Lines().format(record)
    assert json.loads(line)["event"] == "Task failed"
    assert CANARY not in line + json.dumps(told)
