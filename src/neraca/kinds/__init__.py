"""The kinds of work: one folder each, found by being there; others by the entry point group `neraca.kinds`."""

from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules

from neraca.kind import Kind

GROUP = "neraca.kinds"


@cache
def _found() -> dict[str, Kind]:
    kinds: list[Kind] = [
        import_module(f"{__name__}.{folder.name}").KIND for folder in iter_modules(__path__) if folder.ispkg
    ]
    kinds += [point.load() for point in entry_points(group=GROUP)]
    by_id: dict[str, Kind] = {}
    for kind in kinds:
        if kind.id in by_id:
            raise RuntimeError(f"Two kinds are called {kind.id}.")
        by_id[kind.id] = kind
    return dict(sorted(by_id.items()))


def all() -> list[Kind]:  # noqa: A001 - read as `kinds.all()`
    """Every kind, by id."""
    return list(_found().values())


def get(id_: str) -> Kind | None:
    """The kind of this id, or None."""
    return _found().get(id_)
