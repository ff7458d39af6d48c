"""Structured logs, one JSON object a line on stderr; ids and sizes, never content.

An exception's message can quote what a client sent (a database names the failing row), so of an
exception only its type, its SQLSTATE and the places it came through are written down.
"""

import json
import logging
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog


def trace(wrong: BaseException) -> list[str]:
    """Where an exception happened, and what led to it, without what it says."""
    told: list[str] = []
    seen: set[int] = set()
    now: BaseException | None = wrong
    while now is not None and id(now) not in seen:
        seen.add(id(now))
        state = getattr(now, "sqlstate", None)
        told.append(f"{type(now).__name__}{f' {state}' if state else ''}")
        told.extend(
            f"  {'/'.join(Path(frame.filename).parts[-3:])}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(now.__traceback__)
        )
        now = now.__cause__ or (None if now.__suppress_context__ else now.__context__)
    return told


def _traced(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Puts the trace in the place of `exc_info`."""
    wrong = event.pop("exc_info", None)
    if wrong is True:
        wrong = sys.exc_info()[1]
    if isinstance(wrong, BaseException):
        event["trace"] = trace(wrong)
    return event


class Lines(logging.Formatter):
    """The same for what libraries log: the first line of their message (the next ones show objects)."""

    def format(self, record: logging.LogRecord) -> str:
        event: dict[str, Any] = {
            "logger": record.name,
            "event": record.getMessage().strip().partition("\n")[0],
            "level": record.levelname.lower(),
        }
        if record.exc_info and record.exc_info[1] is not None:
            event["trace"] = trace(record.exc_info[1])
        return json.dumps(event)


def configure() -> None:
    """Sets structlog and the standard library's loggers up for this process."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _traced,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),  # a line in one write
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
