"""What is known of items, row by row: features, or a model's probabilities, for `neraca aggregate`.

CSV, read as labels are: a first line whose first column is `task`; the others are numbers, of probabilities one for
each class, named by it.
NPZ: the arrays `task` (names) and `rows` (a matrix), of probabilities also `classes`. Nothing in it is executed.
"""

import zipfile
import zlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TextIO

from neraca.cli import columns
from neraca.cli.speech import Refused
from neraca.measure import tables

if TYPE_CHECKING:
    from neraca.measure.arrays import Floats, Ints

What = Literal["feature", "probability"]


@dataclass(frozen=True, slots=True)
class Rows:
    """A row of numbers for each of `tasks`; `names` are the columns."""

    what: What
    file: str
    tasks: list[str]
    names: list[str]
    table: "Floats"


def read(path: Path, what: What) -> Rows:
    """A file of them. Raises one sentence, as Refused or ValueError, that names the line."""
    if path.suffix.lower() in {".parquet", ".npy"}:
        raise Refused(f"{path.name}: take CSV, or NPZ with the arrays task and rows.")
    if path.suffix.lower() == ".npz":
        return _packed(path, what)
    with columns.opened(path) as (name, file):
        return _read(name, file, what)


def _read(name: str, file: TextIO, what: What) -> Rows:
    import numpy as np  # noqa: PLC0415 - for this command only

    head, rows = tables.matrix(name, file, "task")
    if not head:
        raise Refused(f"{name} needs a first line that names its columns: task, then one for each {what}.")
    seen: dict[str, int] = {}
    numbers = array("d")
    for line, (task, *values) in rows:
        where = f"{name}, line {line}"
        if seen.setdefault(task, line) != line:
            raise Refused(f"{where}: the task {task[:40]!r} is there twice.")
        numbers.extend(_number(text, what, where) for text in values)
    if not seen:
        raise Refused(f"{name} has no rows.")
    return Rows(what, name, list(seen), head[1:], np.array(numbers).reshape(len(seen), len(head) - 1))


def _number(text: str, what: What, where: str) -> float:
    try:
        found = float(text)
    except ValueError:
        point = ": write it with a point" if text.count(",") == 1 else ""
        raise Refused(f"{where}: the {what} {text[:40]!r} is no number{point}.") from None
    if "_" in text or not abs(found) <= columns.LARGEST:
        raise Refused(f"{where}: the {what} {text[:40]!r} is not a finite number up to {columns.LARGEST:g}.")
    if what == "probability" and found < 0:
        raise Refused(f"{where}: a probability is not negative.")
    return found


def _packed(path: Path, what: What) -> Rows:
    import numpy as np  # noqa: PLC0415 - for this command only

    try:
        with np.load(path, allow_pickle=False) as file:
            arrays: dict[str, Any] = {name: file[name] for name in file.files}
    except OSError as error:
        raise Refused(f"{path.name} cannot be read: {error.strerror or error}.") from None
    except TypeError:
        raise Refused(f"{path.name} is one array and no NPZ file: save task and rows with numpy.savez.") from None
    except (ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise Refused(f"{path.name} is no NPZ file of plain arrays: {error}.") from None
    wanted = ["task", "rows", *(["classes"] if what == "probability" else [])]
    if missing := [name for name in wanted if name not in arrays]:
        raise Refused(f"{path.name} has no array {', '.join(missing)}; it needs {', '.join(wanted)}.")
    task, rows = [str(one) for one in arrays["task"].ravel().tolist()], arrays["rows"]
    if rows.ndim != 2 or rows.dtype.kind not in "iuf" or len(rows) != len(task) or not rows.size:
        raise Refused(f"{path.name}: rows must be a matrix of numbers with a row for each of {len(task)} tasks.")
    names = [str(one) for one in arrays.get("classes", np.arange(rows.shape[1])).ravel().tolist()]
    if len(names) != rows.shape[1] or len(set(names)) < len(names):
        raise Refused(f"{path.name}: name each of {rows.shape[1]} columns once in classes.")
    if len(set(task)) < len(task):
        raise Refused(f"{path.name} has a task twice.")
    wrong = ~(np.abs(rows) <= columns.LARGEST).all(axis=1) | (
        (rows < 0).any(axis=1) if what == "probability" else False
    )
    if wrong.any():
        raise Refused(
            f"{path.name}, row {int(wrong.argmax())}: a {what} must be a finite number"
            f"{' that is not negative' if what == 'probability' else ''}."
        )
    return Rows(what, path.name, task, names, rows)


@dataclass(frozen=True, slots=True)
class Together:
    """As `neraca.measure.features.estimate` takes them; `of` is the number of each row's task."""

    of: "Ints"
    features: "Floats | None" = None
    probabilities: "Floats | None" = None


def together(files: Sequence[Rows], tasks: Sequence[str], classes: Sequence[str]) -> Together:
    """One or two files; of two, the tasks that are in both."""
    import numpy as np  # noqa: PLC0415 - for this command only

    rows = [{task: n for n, task in enumerate(one.tasks)} for one in files]
    both = [task for task in files[0].tasks if all(task in one for one in rows)]
    if not both:
        raise Refused(f"{files[0].file} and {files[1].file} have no task in common.")
    number = {task: n for n, task in enumerate(tasks)}
    made = Together(np.array([number[task] for task in both]))
    for one, place in zip(files, rows, strict=True):
        taken = one.table[np.array([place[task] for task in both])]
        if one.what == "feature":
            made = replace(made, features=taken)
            continue
        full = np.zeros((len(both), len(classes)))
        full[:, [classes.index(name) for name in one.names]] = taken
        made = replace(made, probabilities=full)
    return made
