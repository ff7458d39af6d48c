"""The demo as a new user runs it: no server is running, so it starts one."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

from tests.fixtures.home import home_folder

from neraca.kit import postgres
from neraca.server import port as ports


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def test_simulated_labelers_and_a_model_decide_every_task() -> None:
    port = free_port()
    with home_folder() as home:
        done = subprocess.run(
            [
                sys.executable, "-c", "from neraca.cli import main; main()",
                "demo", "--tasks", "12", "--people", "6", "--json",
            ],
            env=os.environ | {"NERACA_HOME": str(home), "NERACA_PORT": str(port)},
            capture_output=True, text=True, check=False, timeout=240,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "simulated labelers (programs, not people)" in " ".join(done.stderr.split())
        found = json.loads(done.stdout)
        assert [one["tasks"] for one in found["outcomes"]] == [12, 12, 12]
        assert [one["answers_per_task"] for one in found["outcomes"][1:]] == [3, 5]
        for one in found["outcomes"]:
            rows = [json.loads(line) for line in Path(one["export"]).read_text("utf-8").splitlines()]
            assert len(rows) == 12
            assert all(row["verdict"]["answer"]["choice"] in "0123456789" for row in rows)
            assert one["answers"] == sum(len(row["answers"]) for row in rows)
            assert 0.5 < one["accuracy"] <= 1
        assert found["answers"] == sum(one["answers"] for one in found["outcomes"])
        assert ports.is_free(port)  # what it started it has stopped
        assert not postgres.status(home).running
