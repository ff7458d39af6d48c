"""Children that end when their launcher does, however that dies.

The launcher keeps the writing end of a pipe and writes nothing; a child inherits the reading end.
When the launcher is gone the kernel closes the pipe and the child reads its end.
"""

import contextlib
import os
import signal
import threading
import time

VARIABLE = "NERACA_LIFELINE"
GRACE_SECONDS = 2.0


class Lifeline:
    """The launcher's side."""

    def __init__(self) -> None:
        self.reader, self._writer = os.pipe()

    def environment(self) -> dict[str, str]:
        """What a child needs to know; start it with `pass_fds=[lifeline.reader]`."""
        return {VARIABLE: str(self.reader)}


def follow() -> bool:
    """Makes this process end with its launcher; called once, at its start.

    A daemon thread waits. At the launcher's end the process gets SIGTERM, and two seconds later it
    exits in any case, so that its port is free. False when no launcher started this process.
    """
    number = os.environ.pop(VARIABLE, "")
    if not number.isdigit():
        return False
    reader = int(number)
    try:
        os.set_inheritable(reader, False)
    except OSError:
        return False
    threading.Thread(target=_wait, args=[reader], name="lifeline", daemon=True).start()
    return True


def _wait(reader: int) -> None:
    with contextlib.suppress(OSError):
        os.read(reader, 1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os._exit(1)
