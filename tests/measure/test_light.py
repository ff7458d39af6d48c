"""What the API process may import of the measures needs no NumPy; none of them needs SciPy or numba."""

import subprocess
import sys

LIGHT = ("boxes", "grouping", "area", "cuboids", "online", "sequential", "changes")
ALL = (
    "agreement", "alpha", "copies", "evidence", "existence", "kappa", "lines", "masks", "multilabel", "numeric",
    "objects", "ordinal", "pairwise", "polygons", "rankings", "sequences", "spam", "spans", "staple", "text", "timing",
    "tree",
)  # fmt: skip


def test_light_measures_need_no_numpy() -> None:
    code = (
        f"import sys, neraca.measure; from neraca.measure import {', '.join(LIGHT)}; sys.exit('numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_no_measure_needs_scipy_or_numba() -> None:
    heavy = "bool({'scipy', 'numba', 'shapely', 'pandas'} & set(sys.modules))"
    code = f"import sys; from neraca.measure import {', '.join(ALL)}; sys.exit({heavy})"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
