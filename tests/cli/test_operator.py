"""Operator commands on the machine of a running server; what they make works in the app's API."""

import json
import os
import subprocess
import sys

from tests.fixtures.served import Served, served

__all__ = ["served"]


def neraca(home: Served, *words: str) -> subprocess.CompletedProcess[str]:
    known = {name: value for name, value in os.environ.items() if not name.startswith("NERACA_")}
    known.pop("DATABASE_URL", None)
    return subprocess.run(
        [sys.executable, "-c", "from neraca.cli import main; main()", *words],
        env={**known, "NERACA_HOME": str(home.home), "NERACA_PORT": str(home.port)},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


async def events(served: Served, kind: str) -> int:
    async with served.house() as house, house.control() as control:
        found = await control.execute("select count(*) as n from control_event where kind = %s", [kind])
        row = await found.fetchone()
    assert row is not None
    return int(row["n"])


async def test_a_new_client_gets_its_first_manager_and_only_the_first_from_the_operator(served: Served) -> None:
    added = json.loads(neraca(served, "client", "add", "Orchard", "--json").stdout)
    assert added["live_key"].startswith("nrc_live_")
    assert added["test_key"].startswith("nrc_test_")
    before = await events(served, "invitation.made")
    made = json.loads(neraca(served, "client", "invite", "Orchard", "first@orchard.example", "--json").stdout)
    assert await events(served, "invitation.made") == before + 1
    asked = {"token": made["token"], "name": "First Manager", "password": "a long enough one"}
    async with served.http() as browser:
        accepted = await browser.post("/api/invitations/accept", json=asked)
    assert accepted.status_code == 201
    assert [(m["client_id"], m["role"]) for m in accepted.json()["memberships"]] == [(added["id"], "manager")]

    refused = neraca(served, "client", "invite", "Orchard", "second@orchard.example")
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert "has a manager" in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_a_faulty_invitation_is_told_in_a_sentence(served: Served) -> None:
    for words, said in (
        (("Nowhere", "a@b.example"), "There is no client 'Nowhere'"),
        (("Nowhere", "no address"), "'no address' is not an e-mail address"),
    ):
        done = neraca(served, "client", "invite", *words)
        assert done.returncode == 1
        assert said in done.stderr
        assert done.stderr.count("\n") == 1


async def test_a_reset_password_is_shown_once_and_ends_the_sessions(served: Served) -> None:
    neraca(served, "client", "add", "Reset Ltd")
    made = json.loads(neraca(served, "client", "invite", "Reset Ltd", "m@reset.example", "--json").stdout)
    accept = {"token": made["token"], "name": "M", "password": "the first password"}
    async with served.http() as browser:
        assert (await browser.post("/api/invitations/accept", json=accept)).status_code == 201
        assert (await browser.get("/api/session")).status_code == 200
        new = json.loads(neraca(served, "person", "reset", "m@reset.example", "--json").stdout)
        assert (await browser.get("/api/session")).status_code == 401
        for password, status in (("the first password", 401), (new["password"], 200)):
            asked = {"email": "m@reset.example", "password": password}
            assert (await browser.post("/api/session", json=asked)).status_code == status
    assert await events(served, "password.reset") == 1
    nobody = neraca(served, "person", "reset", "nobody@reset.example")
    assert nobody.returncode == 1
    assert "Nobody signs in" in nobody.stderr


def test_the_doctor_of_a_running_server_finds_nothing(served: Served) -> None:
    done = neraca(served, "doctor", "--json")
    assert done.returncode == 0, done.stderr
    findings = json.loads(done.stdout)
    assert {"PostgreSQL", "worker", "schema of the control plane"} <= {found["what"] for found in findings}
    assert {found["state"] for found in findings} <= {"ok", "warn"}
