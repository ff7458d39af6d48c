"""What a row means: the columns of a table become the fields of a task."""

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from pydantic import BaseModel, ValidationError

from neraca.kind import Kind
from neraca.kit import strictjson, wording
from neraca.kit.problems import Fault, pointer, shown
from neraca.tasks.imports.reading import HeaderError, Row, Table, jsonl
from neraca.tasks.rules import spelled_out
from neraca.wire.tasks import TaskNew

FIELDS = ("external_id", "priority", "batch_id", "gold", "gold_use", "suggestion", "suggestion_source")
METADATA = "metadata."
TEXT_TYPES = {"string"}
Cell = Callable[[str], Any]


def _types(schema: dict[str, Any]) -> set[str]:
    found = {schema["type"]} if isinstance(schema.get("type"), str) else set()
    for part in schema.get("anyOf", []):
        found |= _types(part)
    return found


def _properties(schema: dict[str, Any], named: dict[str, Any]) -> dict[str, Any]:
    """The fields of an object, also where it is one of several forms."""
    found = dict(schema.get("properties", {}))
    if "$ref" in schema:
        found |= _properties(named[schema["$ref"].rsplit("/", 1)[-1]], named)
    for part in [*schema.get("anyOf", []), *schema.get("oneOf", []), *schema.get("allOf", [])]:
        found |= _properties(part, named)
    return found


def _json_cell(text: str) -> Any:
    try:
        return strictjson.loads(text.encode())
    except strictjson.Refused:
        return text  # the kind's own check says what is wrong with it


def _gold_cell(text: str) -> Any:
    """A whole answer as JSON, or the class that it is."""
    return _json_cell(text) if text.lstrip().startswith("{") else text


READ: dict[str, Cell] = {"priority": _json_cell, "gold": _gold_cell, "suggestion": _gold_cell}
PATHS = {"suggestion": ("suggestion", "answer"), "suggestion_source": ("suggestion", "source")}


def columns(table: Table, params: type[BaseModel]) -> list[tuple[tuple[str, ...], Cell]]:
    """For each column the path of its field and how its text is read. Raises `HeaderError`."""
    schema = params.model_json_schema()
    properties = _properties(schema, schema.get("$defs", {}))
    faults, found = [], list[tuple[tuple[str, ...], Cell]]()
    for i, name in enumerate(table.columns):
        at = pointer([0, i])
        if table.columns.index(name) != i:
            faults.append(Fault(at, "duplicate-column", f"The column {shown(name)} is there twice."))
        elif name in properties:
            types = _types(properties[name]) - {"null"}
            found.append((("params", name), str if types <= TEXT_TYPES else _json_cell))
        elif name in FIELDS:
            found.append((PATHS.get(name, (name,)), READ.get(name, str)))
        elif name.startswith(METADATA) and len(name) > len(METADATA):
            found.append((("metadata", name[len(METADATA) :]), str))
        else:
            known = ", ".join([*properties, *FIELDS, "metadata.…"])
            faults.append(
                Fault(at, "unknown-column", f"There is no field for the column {shown(name)}; there are {known}.")
            )
    given = set(table.columns)
    measured = {"width", "height"} if "image" in properties else set()  # taken from the asset
    faults.extend(
        Fault("#/0", "missing-column", f"The column {name} is missing.")
        for name in schema.get("required", [])
        if name not in given and name not in measured
    )
    if faults:
        raise HeaderError(faults)
    return found


def _table_rows(table: Table, params: type[BaseModel], offset: int) -> Iterator[Row]:
    layout = columns(table, params)
    for end, cells, fault in table.rows(offset):
        row = Row(end)
        if fault is not None or cells is None:
            row.faults = [fault] if fault is not None else []
        elif len(cells) != len(layout):
            row.faults = [
                Fault(
                    "#", "wrong-column-count", f"The row has {len(cells)} cells where there are {len(layout)} columns."
                )
            ]
        else:
            row.value = {"params": {}}
            for (path, read), text in zip(layout, cells, strict=True):
                if text == "":
                    continue  # an empty cell says nothing
                place = row.value if len(path) == 1 else row.value.setdefault(path[0], {})
                place[path[-1]] = read(text)
        yield row


def rows(form: str, file: BinaryIO, params: type[BaseModel], offset: int) -> Iterator[Row]:
    """The rows of a file from a checkpoint on. Raises `HeaderError`."""
    if form == "jsonl":
        return jsonl(file, offset)
    return _table_rows(Table(file), params, offset)


def name_class(row: Row, kind: Kind) -> None:
    """A known or suggested answer that is given by its class alone becomes the answer that it is."""
    if not isinstance(row.value, dict):
        return
    if isinstance(text := row.value.get("gold"), str):
        row.value["gold"] = spelled_out(kind, text) or text
    suggested = row.value.get("suggestion")
    if isinstance(suggested, dict) and isinstance(text := suggested.get("answer"), str):
        suggested["answer"] = spelled_out(kind, text) or text


def task(row: Row) -> TaskNew | None:
    """The row as a task; what is wrong with it is added to its faults."""
    if row.faults:
        return None
    try:
        return TaskNew.model_validate(row.value)
    except ValidationError as wrong:
        row.faults.extend(wording.faults(wrong, row.value))
        return None


def params(row: Row) -> dict[str, Any] | None:
    """The parameters of a row that is no task for other reasons, so that all its faults are named."""
    found = row.value.get("params")
    return found if isinstance(found, dict) else None
