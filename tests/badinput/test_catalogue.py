"""Every row of the catalogue of bad input is a test, or stands in a table with the reason why it cannot be one yet."""

import re
from types import ModuleType

from tests.badinput import test_framing, test_geometry, test_http, test_json, test_tokens, test_workflow

ROWS = {"J": 23, "H": 18, "G": 18, "C": 7, "W": 8}
MODULES: tuple[ModuleType, ...] = (test_framing, test_geometry, test_http, test_json, test_tokens, test_workflow)


def test_every_row_is_tested_or_told() -> None:
    """A test says its row in its name, as `test_j01_truncated`; a table is called `NOT_HERE`."""
    names = [name for module in MODULES for name in vars(module)]
    tested = {f"IN-{found[1].upper()}" for name in names if (found := re.match(r"test_([a-z]\d\d)_", name))}
    reasons: dict[str, str] = {}
    for module in MODULES:
        reasons |= getattr(module, "NOT_HERE", {})
    wanted = {f"IN-{group}{n:02}" for group, count in ROWS.items() for n in range(1, count + 1)}
    assert wanted - tested - reasons.keys() == set()
    assert reasons.keys() <= wanted
    assert all(reason.endswith(".") for reason in reasons.values())
