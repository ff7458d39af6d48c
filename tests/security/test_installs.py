"""SEC-01 and SEC-11: an installation's secrets are its own, and nobody lets themselves in."""

import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from tests.fixtures.home import home_folder
from tests.fixtures.two import PASSWORD, World, caller, furnish

from neraca import accounts
from neraca.accounts import House
from neraca.kit import postgres
from neraca.kit.paging import Cursors
from neraca.kit.signing import Signer
from neraca.server import app, settings
from neraca.wire.accounts import ClientNew
from neraca.wire.errors import CursorInvalid

OPEN = {"POST /api/session", "POST /api/invitations/accept", "GET /media/{token}"}


@pytest.fixture(scope="module")
def fresh() -> Iterator[tuple[str, Path]]:
    """A second installation: a server, a database and a home of its own."""
    with home_folder() as home:
        server = postgres.start(home)
        subprocess.run(
            [sys.executable, "-m", "neraca.server.migrate"],
            check=True,
            env={**os.environ, "DATABASE_URL": server.dsn, "NERACA_HOME": str(home)},
        )
        yield server.dsn, home
        server.stop()


@pytest.fixture
async def second(
    fresh: tuple[str, Path], bare: World, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[httpx.AsyncClient, House]]:
    dsn, home = fresh
    monkeypatch.setenv("DATABASE_URL", dsn)
    monkeypatch.setenv("NERACA_HOME", str(home))
    application = app.create(settings.load())
    client = caller(application, {})
    yield client, application.state.house
    await client.aclose()
    await application.state.house.close()


async def test_nothing_of_one_install_is_good_at_another(bare: World, second: tuple[httpx.AsyncClient, House]) -> None:
    """Cookie, cell token, picture link, cursor, key and invitation of the first are nothing at the second."""
    await furnish(bare, bare.a)
    there, _ = second
    cookie = {"Cookie": bare.a.manager.headers["cookie"], "X-CSRF-Token": bare.a.manager.headers["x-csrf-token"]}
    token = {"Authorization": bare.a.manager.headers["authorization"]}
    assert (await bare.anonymous.get("/api/session", headers=cookie)).status_code == 200
    assert (await there.get("/api/session", headers=cookie)).status_code == 401
    for headers in (token, {"Authorization": bare.a.callers["live key"].headers["authorization"]}):
        assert (await bare.anonymous.get("/api/projects", headers=headers)).status_code == 200
        assert (await there.get("/api/projects", headers=headers)).status_code == 401
    link = f"/media/{bare.a.ids['media']}"
    assert (await bare.anonymous.get(link, headers={**cookie, **token})).status_code == 200
    assert (await there.get(link, headers={**cookie, **token})).status_code == 404
    body = {"token": bare.a.ids["invitation token"], "name": "N", "password": PASSWORD}
    assert (await there.post("/api/invitations/accept", json=body)).status_code == 404


async def test_a_copied_client_has_other_signatures(bare: World, second: tuple[httpx.AsyncClient, House]) -> None:
    """Even with the same client id and a right key: the first one's signed claims are refused by the second."""
    there, house = second
    made = await accounts.add_client(house, ClientNew(name=f"copy {uuid4()}"), "test")
    async with house.control() as control:
        await control.execute("alter table api_key drop constraint api_key_client_id_fkey")
        same, old = UUID(bare.a.client_id), UUID(made.id)
        await control.execute("update client set id = %s where id = %s", [same, old])
        await control.execute("update api_key set client_id = %s where client_id = %s", [same, old])
    key = {"Authorization": f"Bearer {made.live_key}"}
    for n in range(2):
        body = {
            "name": f"P{n}", "kind": "choice", "policy": {"type": "fixed", "answers": 1},
            "config": {"question": "?", "options": [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]},
            "price": {"micros": 1, "currency": "USD"}, "minutes": 1,
        }  # fmt: skip
        assert (await there.post("/api/projects", json=body, headers=key)).status_code == 201
        assert (await bare.a.callers["live key"].post("/api/projects", json=body)).status_code == 201
    cursor = (await bare.a.callers["live key"].get("/api/projects?limit=1")).json()["next"]
    own = (await there.get("/api/projects?limit=1", headers=key)).json()["next"]
    assert (await there.get("/api/projects", params={"cursor": own}, headers=key)).status_code == 200
    answer = await there.get("/api/projects", params={"cursor": cursor}, headers=key)
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor-invalid")
    token = {"Authorization": bare.a.manager.headers["authorization"]}
    assert (await there.get("/api/projects", headers=token)).status_code == 401


def test_signatures_are_for_one_key_and_one_purpose() -> None:
    first, second = b"\x01" * 32, b"\x02" * 32
    claim = {"exp": time.time() + 60}
    text = Signer(first, "media").sign(claim)
    assert Signer(first, "media").read(text, time.time()) == claim
    assert Signer(second, "media").read(text, time.time()) is None
    assert Signer(first, "cell-token").read(text, time.time()) is None
    assert Signer(first, "media").read(text, time.time() + 61) is None
    cursor = Cursors(first).write("tasks:x", [7])
    assert Cursors(first).read("tasks:x", cursor) == ["7"]
    for other in (Cursors(second), Cursors(text.encode()[:32])):
        with pytest.raises(CursorInvalid):
            other.read("tasks:x", cursor)


def test_every_home_has_a_secret_of_its_own(tmp_path: Path) -> None:
    keys = {settings.install_key(tmp_path / str(n)) for n in range(4)}
    assert len(keys) == 4
    assert all(len(key) == 32 for key in keys)
    mode = (tmp_path / "0" / "secrets.json").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
    assert settings.install_key(tmp_path / "0") == settings.install_key(tmp_path / "0")


@pytest.mark.parametrize(
    "text",
    [
        "", "{}", "[]", "null", "not json", json.dumps({"key": ""}), json.dumps({"key": None}), json.dumps({"key": 7}),
        json.dumps({"key": "00" * 32}), json.dumps({"key": "ab" * 31}), json.dumps({"key": "ab" * 33}),
        json.dumps({"key": "change-me"}), json.dumps({"key": b"secretsecretsecretsecretsecretse".hex()}),
        json.dumps({"key": "0123456789abcdef" * 4}),
    ],
)  # fmt: skip
def test_a_wrong_secret_starts_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "secrets.json").write_text(text)
    with pytest.raises(RuntimeError, match="does not hold a key of 32 random bytes"):
        settings.install_key(tmp_path)


@pytest.mark.parametrize("module", ["api", "worker"])
def test_a_process_refuses_a_wrong_secret(tmp_path: Path, module: str) -> None:
    """The last line is the sentence that the launcher shows."""
    (tmp_path / "secrets.json").write_text(json.dumps({"key": "00" * 32}))
    environ = {**os.environ, "NERACA_HOME": str(tmp_path), "DATABASE_URL": "postgresql://127.0.0.1:1/none"}
    ended = subprocess.run(
        [sys.executable, "-m", f"neraca.server.{module}"], env=environ, capture_output=True, timeout=60, check=False
    )
    assert ended.returncode != 0
    assert b"restore it from your backup" in ended.stderr.splitlines()[-1]


async def test_nobody_registers_themselves(bare: World) -> None:
    """Three operations are open, and none of them makes a person without an invitation."""
    document = bare.application.openapi()
    public = {
        f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method, told in methods.items()
        if not told["security"]
    }
    assert public == OPEN

    async def people() -> int:
        async with bare.house.control() as control:
            row = await (await control.execute("select count(*) as n from person")).fetchone()
        assert row is not None
        return int(row["n"])

    before = await people()
    person = {"email": "me@example.org", "password": PASSWORD, "name": "Me"}
    for path in ("register", "signup", "sign-up", "users", "user/signup", "people", "members", "accounts", "session"):
        answer = await bare.anonymous.post(f"/api/{path}", json=person)
        assert answer.status_code in {401, 404, 405, 422}, path
    for token in ("", "x", "nri_" + "A" * 43, bare.a.client_id):
        body = {"token": token, "name": "Me", "password": PASSWORD}
        assert (await bare.anonymous.post("/api/invitations/accept", json=body)).status_code in {404, 422}
    assert await people() == before


async def test_only_https_is_called(bare: World) -> None:
    """A fresh installation, without the switch for private hosts, takes no other scheme."""
    bare.house.private_hosts = False
    schemes = (
        "http://example.org/hook", "file:///etc/passwd", "ftp://example.org/x", "gopher://example.org:70/_x",
        "data:text/plain,x", "javascript:alert(1)", "s3://bucket/key", "ldap://example.org", "dict://example.org:2628/",
        "jar:https://example.org!/x", "//example.org/hook", "https:/example.org", "HTTPS//example.org", "unix:///run/x",
        "https://127.0.0.1/hook", "https://[::1]/hook", "https://169.254.169.254/latest", "https://localhost/hook",
    )  # fmt: skip
    for url in schemes:
        made = await bare.a.manager.post("/api/callbacks", json={"url": url})
        assert (made.status_code, made.json()["code"]) == (422, "url-not-allowed"), url
    async with bare.house.inside(bare.a.cell) as db:
        rows = await (await db.execute("select 1 from endpoint where url = any(%s)", [list(schemes)])).fetchall()
    assert rows == []
