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
time.sleep(60)
"""
CHILD = """
import time
from neraca.kit import lifeline
assert lifeline.follow()
print("ready", flush=True)
time.sleep(60)
"""
DEAF = CHILD.replace("import time\n", "import signal, time\nsignal.signal(15, signal.SIG_IGN)\n", 1)


def ends_within(source: str, seconds: float) -> bool:
    with subprocess.Popen([sys.executable, "-c", PARENT, source], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        os.kill(child, 0)
        parent.send_signal(signal.SIGKILL)
    end = time.monotonic() + seconds
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
    assert ends_within(CHILD, 1.5)


def test_a_child_that_ignores_the_signal_ends_too() -> None:
    assert ends_within(DEAF, 4)


def test_without_a_launcher_nothing_is_followed() -> None:
    assert not lifeline.follow()
