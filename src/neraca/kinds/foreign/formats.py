"""JSONL: a line per task, with nothing lost."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any


class Jsonl:
    """`{"id", "params", "answer"}` a line, UTF-8."""

    id = "jsonl"
    lossless = True

    def write(self, rows: Sequence[Mapping[str, Any]], config: Mapping[str, Any]) -> Iterator[str]:  # noqa: ARG002 - the contract's signature
        for row in rows:
            yield json.dumps(dict(row), ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"

    def read(self, text: str, config: Mapping[str, Any]) -> Iterator[dict[str, Any]]:  # noqa: ARG002 - the contract's signature
        for number, line in enumerate(text.split("\n"), 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError:
                raise ValueError(f"Line {number} is not JSON.") from None
            if not isinstance(row, dict):
                raise ValueError(f"Line {number} is not an object.")  # noqa: TRY004 - the contract's error
            yield row
