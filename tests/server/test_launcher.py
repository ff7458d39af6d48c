"""The launcher with the real database, API and worker; deaths are real kills."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from tests.fixtures.home import home_folder

from neraca.kit import postgres
from neraca.server import port as ports
from neraca.server.launcher import BACKOFF_SECONDS

pytestmark = pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="finds the launcher's children in /proc")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class House:
    """A home, a port, and launchers started on them."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self.launchers: list[subprocess.Popen[str]] = []

    def launch(self) -> subprocess.Popen[str]:
        launcher = subprocess.Popen(
            [sys.executable, "-m", "neraca.server.launcher"],
            env=os.environ | {"NERACA_HOME": str(self.home), "NERACA_PORT": str(self.port), "NERACA_DEMO": "0"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.launchers.append(launcher)
        return launcher

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.HTTPError):
            return False

    def restarted(self, module: str, old: int) -> bool:
        return self.child(module) not in {None, old}

    def child(self, module: str) -> int | None:
        """The process of a module whose NERACA_HOME is ours."""
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                command = (process / "cmdline").read_bytes()
                if f"neraca.server.{module}\0".encode() not in command:
                    continue
                if f"NERACA_HOME={self.home}\0".encode() in (process / "environ").read_bytes():
                    return int(process.name)
        return None


def soon(true: Callable[[], object], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


@pytest.fixture
def house() -> Iterator[House]:
    with home_folder() as home:
        made = House(home)
        yield made
        for launcher in made.launchers:
            with contextlib.suppress(ProcessLookupError):
                launcher.terminate()
            launcher.communicate(timeout=60)
        if postgres.status(made.home).running:
            postgres.start(made.home).stop()


def test_a_first_start_deaths_and_a_clean_stop(house: House) -> None:
    launcher = house.launch()
    soon(house.ready, 60)
    first = json.loads((house.home / "first-run.json").read_text())
    assert (house.home / "first-run.json").stat().st_mode & 0o777 == 0o600
    assert first["operator"]["password"]
    soon(lambda: house.child("worker") is not None, 60)

    for module in ("api", "worker"):
        old = house.child(module)
        assert old is not None
        os.kill(old, signal.SIGKILL)
        soon(partial(house.restarted, module, old), 60)
    assert max(BACKOFF_SECONDS) < 2
    soon(house.ready, 60)

    server = int(Path(postgres.status(house.home).data or "", "postmaster.pid").read_text().split()[0])
    os.kill(server, signal.SIGKILL)
    soon(lambda: not ports.is_free(house.port) and house.ready(), 60)

    launcher.send_signal(signal.SIGTERM)
    said, _ = launcher.communicate(timeout=60)
    assert launcher.returncode == 0
    assert re.search(rf"http://127\.0\.0\.1:{house.port}\b", said)
    assert first["operator"]["email"] in said
    assert house.child("api") is None
    assert house.child("worker") is None
    assert not postgres.status(house.home).running


def test_a_second_start_takes_over_from_a_killed_launcher(house: House) -> None:
    launcher = house.launch()
    soon(house.ready, 60)
    secrets = (house.home / "first-run.json").read_bytes()
    soon(lambda: house.child("worker") is not None, 60)
    launcher.kill()
    again = house.launch()  # at once: leftovers of the first still hold the port
    soon(lambda: (house.home / "launcher.lock").read_text() == str(again.pid), 60)
    soon(house.ready, 60)
    assert (house.home / "first-run.json").read_bytes() == secrets
    assert again.poll() is None


def test_a_second_launcher_of_the_same_home_is_refused(house: House) -> None:
    house.launch()
    lock = house.home / "launcher.lock"
    soon(lambda: lock.exists() and lock.read_text() != "", 60)
    other = house.launch()
    said, _ = other.communicate(timeout=60)
    assert other.returncode == 1
    assert said.startswith("Neraca already runs from ")
    assert said.count("\n") == 1


def test_a_foreign_process_on_the_port_is_named(house: House) -> None:
    with socket.create_server(("127.0.0.1", house.port)):
        refused = house.launch()
        said, _ = refused.communicate(timeout=60)
    assert refused.returncode == 1
    assert said == (
        f"Port {house.port} is taken by {Path('/proc/self/comm').read_text().strip()} (process "
        f"{os.getpid()}): stop it, or choose another port with NERACA_PORT.\n"
    )


@pytest.mark.parametrize("given", ["0", "65536", "http", "80 80", "-1"])
def test_a_bad_port_is_told_in_a_sentence(house: House, given: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "neraca.server.launcher"],
        env=os.environ | {"NERACA_HOME": str(house.home), "NERACA_PORT": given},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith(f"NERACA_PORT is {given!r}")
    assert not house.home.exists()
