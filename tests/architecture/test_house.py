"""The rules of the house that import-linter cannot tell."""

import ast
import re
import subprocess
from collections import Counter
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
SLICES = (
    "accounts", "projects", "assets", "models", "tasks", "routing", "answers", "quality", "deliver", "doors",
)  # fmt: skip
FORBIDDEN = {"utils", "util", "common", "helpers", "helper", "core", "misc", "manager", "managers"}
LIMITS = {".py": 500, ".ts": 250, ".tsx": 250}
ANY_LIMIT = 12  # of one file; psycopg rows and JSON schemas need some


def sources() -> list[Path]:
    """Every file of the repository that git knows or would take."""
    said = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return [ROOT / line for line in said.splitlines() if (ROOT / line).is_file()]


def python() -> list[Path]:
    return [p for p in sources() if p.suffix == ".py"]


def offers(module: Path) -> list[str]:
    """What a module lists in its `__all__`."""
    for node in ast.parse(module.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return [str(name) for name in ast.literal_eval(node.value)]
    return []


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("neraca", cache_dir=None)


def test_a_slice_is_entered_by_its_front_door(graph: grimp.ImportGraph) -> None:
    """Another slice is imported as `neraca.<slice>`, never a module inside it."""
    wrong = []
    for slice_ in SLICES:
        inside = graph.find_descendants(f"neraca.{slice_}")
        # A front door may offer a name that is also a module's; the graph takes it for the module.
        door = ROOT / "src/neraca" / slice_ / "__init__.py"
        offered = {f"neraca.{slice_}.{name}" for name in offers(door)}
        for module in sorted(inside - offered):
            wrong += [
                f"{importer} imports {module}"
                for importer in sorted(graph.find_modules_that_directly_import(module))
                if importer not in inside and importer != f"neraca.{slice_}" and importer.split(".")[1] in SLICES
            ]
    assert wrong == []


def test_files_are_short() -> None:
    long = [
        f"{path.relative_to(ROOT)} has {lines} lines"
        for path in sources()
        if path.suffix in LIMITS and ".gen." not in path.name
        if (lines := len(path.read_text("utf-8").splitlines())) > LIMITS[path.suffix]
    ]
    assert long == []


def test_names_say_something() -> None:
    vague = [
        str(path.relative_to(ROOT))
        for path in sources()
        if FORBIDDEN & {part.partition(".")[0] for part in path.relative_to(ROOT).parts}
    ]
    assert vague == []


def test_kit_is_entered_module_by_module() -> None:
    """Pure code imports from kit; a chain through its __init__ would make it impure."""
    assert (ROOT / "src/neraca/kit/__init__.py").read_text("utf-8").strip() == ""


def test_only_queries_hold_sql() -> None:
    statement = re.compile(r"\s*(select\s.+\sfrom|insert\s+into|update\s.+\sset|delete\s+from)\s")
    wrong = []
    for slice_ in SLICES:
        for path in (ROOT / "src/neraca" / slice_).rglob("*.py"):
            if "queries" in path.name or "queries" in path.parent.name:
                continue
            wrong += [
                f"{path.relative_to(ROOT)}:{node.lineno}"
                for node in ast.walk(ast.parse(path.read_text("utf-8")))
                if isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and statement.match(node.value.lower().replace("\n", " "))
            ]
    assert wrong == []


def test_any_is_rare() -> None:
    counted: Counter[str] = Counter()
    for path in python():
        if "src" not in path.relative_to(ROOT).parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Name) and node.id == "Any":
                counted[str(path.relative_to(ROOT))] += 1
    assert {path: n for path, n in counted.items() if n > ANY_LIMIT} == {}


def test_lock_files_name_no_host() -> None:
    for name in ("run.txt", "dev.txt"):
        text = (ROOT / "requirements" / name).read_text("utf-8")
        assert "://" not in text
        pins = re.findall(r"^[a-z0-9-]+(?:\[.*\])?==", text, re.MULTILINE)
        assert len(pins) > 20
        assert text.count("--hash=sha256:") >= len(pins)
    npm = ROOT / "package-lock.json"
    if npm.exists():
        assert '"resolved"' not in npm.read_text("utf-8")


def test_no_secret_shaped_default() -> None:
    """Every secret is made at the first start; none is in the code."""
    token = re.compile(r"nrc_(?:live|test)_[A-Za-z0-9_-]{20,}")
    assert [str(p) for p in python() if token.search(p.read_text("utf-8"))] == []
