"""Who listens on a port of this machine."""

import contextlib
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

LISTEN = "0A"  # the state in /proc/net/tcp


@dataclass(frozen=True, slots=True)
class Holder:
    """A listening process; `command` is empty where another account's cannot be read."""

    pid: int
    name: str
    command: str


def is_free(port: int) -> bool:
    """Whether a server could listen on 127.0.0.1 now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen(1)
        except OSError:
            return False
    return True


def holder(port: int) -> Holder | None:
    """The process that listens on a port; None when it is another account's, or nobody does."""
    tables = [p for p in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")) if p.exists()]
    if not tables:
        return _by_lsof(port)
    inodes = set()
    for table in tables:
        for line in table.read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTEN and int(fields[1].rpartition(":")[2], 16) == port:
                inodes.add(f"socket:[{fields[9]}]")
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if any(str(fd.readlink()) in inodes for fd in (process / "fd").iterdir()):
                command = (process / "cmdline").read_bytes().replace(b"\0", b" ")
                name = (process / "comm").read_text().strip()
                return Holder(int(process.name), name, command.decode(errors="replace").strip())
    return None


def _by_lsof(port: int) -> Holder | None:
    """The same where there is no /proc; macOS brings `lsof`."""
    tool = shutil.which("lsof") or "/usr/sbin/lsof"
    try:
        said = subprocess.run(
            [tool, "-nP", f"-iTCP:{port}", "-sTCP:LISTEN", "-Fpc"],
            capture_output=True, text=True, check=False,
        ).stdout  # fmt: skip
    except OSError:
        return None
    found = {line[:1]: line[1:] for line in said.splitlines()}
    if "p" not in found:
        return None
    command = subprocess.run(
        ["ps", "-o", "command=", "-p", found["p"]], capture_output=True, text=True, check=False
    ).stdout
    return Holder(int(found["p"]), found.get("c", "?"), command.strip())
