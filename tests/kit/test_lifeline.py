"""A child that ends with its launcher, whose death is a real kill -9."""

import os
import signal
import subprocess
import sys
import time

from neraca.kit import lifeline

PARENT = """
import os, subprocess, sys, time
from neraca.kit.lifeline import Lifeline
line = Lifeline()
child = subprocess.Popen(
    [sys.executable, "-c", sys.argv[1]], env=os.environ | line.environment(),
    pass_fds=[line.reader], start_new_session=True, stdout=subprocess.PIPE, text=True,
)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(600)
"""
CHILD = """
import signal, time
from neraca.kit import lifeline
lifeline.GRACE_SECONDS = 600  # so that only the signal can end it
assert lifeline.follow()
print("ready", flush=True)
time.sleep(600)
"""
DEAF = CHILD.replace(
    "lifeline.GRACE_SECONDS = 600  # so that only the signal can end it", "signal.signal(15, signal.SIG_IGN)"
)


def ends(source: str) -> bool:
    """Whether the child of a killed launcher ends, long before it would by itself."""
    with subprocess.Popen([sys.executable, "-c", PARENT, source], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        os.kill(child, 0)
        parent.send_signal(signal.SIGKILL)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            with open(f"/proc/{child}/stat") as stat:  # noqa: PTH123
                if stat.read().split()[2] == "Z":
                    return True
        except FileNotFoundError:
            return True
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    return False


def test_a_child_ends_with_its_killed_launcher() -> None:
    assert ends(CHILD)


def test_a_child_that_ignores_the_signal_ends_too() -> None:
    assert ends(DEAF)


def test_without_a_launcher_nothing_is_followed() -> None:
    assert not lifeline.follow()
