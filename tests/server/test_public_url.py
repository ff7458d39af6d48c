"""Behind a proxy: links and cookies are made for the address that people use."""

import json
import os
import subprocess
import sys

import httpx
import pytest
from tests.fixtures.served import serving

from neraca.server import settings


def test_invitations_and_cookies_are_for_the_public_address() -> None:
    with serving(NERACA_PUBLIC_URL="https://labels.example.org/") as served:
        served.add_client("Far Away")
        words = ["client", "invite", "Far Away", "m@far.example", "--json"]
        said = subprocess.run(
            [sys.executable, "-c", "from neraca.cli import main; main()", *words],
            env=os.environ | {
                "NERACA_HOME": str(served.home), "NERACA_PORT": str(served.port),
                "NERACA_PUBLIC_URL": "https://labels.example.org/",
            },
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
        made = json.loads(said)
        assert made["url"] == f"https://labels.example.org/invite/{made['token']}"
        accepted = httpx.post(
            f"{served.url}/api/invitations/accept",
            json={"token": made["token"], "name": "M", "password": "a long enough one"},
            headers={"Host": "labels.example.org"}, trust_env=False,
        )  # fmt: skip
        assert accepted.status_code == 201
        assert "secure" in accepted.headers["set-cookie"].lower().split("; ")


def test_an_address_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NERACA_PUBLIC_URL", "labels.example.org")
    with pytest.raises(RuntimeError, match="must be an address such as"):
        settings.load()
