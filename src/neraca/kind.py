"""The contract of a kind of work: what its folder must offer, and nothing about where it is stored or shown.

A kind supplies rules and shapes; it never writes statistics. `judgments` turns the answers of one task into comparable
rows, `neraca.measure` infers over them, `merge` puts an answer together again.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, fsum, log
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from neraca.kit import wording
from neraca.kit.problems import MAX_FAULTS, pointer, shown
from neraca.measure.belief import NOBODY, Crowd

__all__ = [
    "MAX_FLAWS",
    "NOBODY",
    "Agreed",
    "Answer",
    "Crowd",
    "Drawn",
    "Flaw",
    "Format",
    "JsonObject",
    "Judgment",
    "Kind",
    "Objects",
    "Part",
    "Vote",
    "check",
    "confidence",
    "pointer",
    "shown",
]  # fmt: skip
MAX_FLAWS = MAX_FAULTS


class Part(BaseModel):
    """A shape that a kind stores: strict, immutable, without unknown fields, infinities or NaN."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False, serialize_by_alias=True)


PartT = TypeVar("PartT", bound=BaseModel)
JsonRow = dict[str, Any]
JsonObject = Mapping[str, Any]
"""A JSON object as it is stored: a raw configuration, parameters, an answer, a row of a file."""

Answer = JsonObject


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something wrong: a slug, where (RFC 6901 fragment such as `#/objects/0/box/w`), and a plain sentence."""

    code: str
    pointer: str
    detail: str
    params: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Vote:
    """One labeler's valid answer to the task."""

    answer: Answer
    labeler: str
    answer_id: str


@dataclass(frozen=True, slots=True)
class Judgment:
    """What one labeler says of one subject: a class id, or an object in the kind's own words (JSON values only)."""

    subject: str
    labeler: str
    value: Any


@dataclass(frozen=True, slots=True)
class Agreed:
    """What is held true of one subject. `confidence` is P(right) in 0..1; `posterior` is over class ids."""

    subject: str
    value: Any
    confidence: float
    posterior: Mapping[str, float] | None = None


def confidence(agreed: Sequence[Agreed]) -> float:
    """P(every subject of a task is right), as if they were independent; 1 where nothing was agreed."""
    return exp(fsum(log(max(a.confidence, 1e-12)) for a in agreed))


@dataclass(frozen=True, slots=True)
class Drawn:
    """An object of an answer: its class, the sort of shape, and the shape's numbers (`box`: x, y, w, h in pixels)."""

    label: str
    shape: str
    numbers: tuple[float, ...]


class Objects(Protocol):
    """What the estimate needs of a kind whose answers are objects: to take them apart; `measure` compares them."""

    def classes(self, config: JsonObject) -> list[str]:
        """The class ids of objects, in the configuration's order."""
        ...

    def drawn(self, answer: Answer) -> list[Drawn]:
        """The objects of an answer, in its order."""
        ...


class Format(Protocol):
    """A file format of a kind: whole answers, written and read without the rest of the world."""

    id: str
    lossless: bool

    def write(self, rows: Sequence[JsonObject], config: JsonObject) -> Iterator[str]:
        """Text in pieces. A row has `id`, `params`, `answer`."""
        ...

    def read(self, text: str, config: JsonObject) -> Iterator[JsonRow]:
        """The rows again. Raises ValueError naming the place."""
        ...


class Jsonl:
    """The format that every kind has: `{"id", "params", "answer"}` a line, UTF-8, with nothing lost."""

    id = "jsonl"
    lossless = True

    def write(self, rows: Sequence[JsonObject], config: JsonObject) -> Iterator[str]:  # noqa: ARG002 - the contract's signature
        for row in rows:
            yield json.dumps(dict(row), ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"

    def read(self, text: str, config: JsonObject) -> Iterator[JsonRow]:  # noqa: ARG002 - the contract's signature
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


class Kind(Protocol):
    """What `neraca.kinds.<id>.KIND` is. Configurations, parameters and answers are instances of its own models."""

    @property
    def id(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def title(self) -> str: ...
    @property
    def online(self) -> bool:
        """Whether every answer is one class, so that a submit can decide the task."""
        ...

    @property
    def objects(self) -> Objects | None:
        """How answers are taken apart, for a kind whose answers are objects."""
        ...

    @property
    def config(self) -> type[BaseModel]: ...
    @property
    def params(self) -> type[BaseModel]: ...
    @property
    def answer(self) -> type[BaseModel]: ...
    @property
    def formats(self) -> Mapping[str, Format]: ...

    def config_flaws(self, config: Any) -> list[Flaw]: ...
    def params_flaws(self, params: Any, config: Any) -> list[Flaw]: ...
    def flaws(self, answer: Any, params: Any, config: Any) -> list[Flaw]:
        """Everything wrong with a well-formed answer."""
        ...

    def distance(self, left: Answer, right: Answer, config: JsonObject) -> float:
        """Symmetric, 0..1, 0 for an answer and itself."""
        ...

    def classes(self, config: JsonObject) -> list[str]:
        """Class ids for the online rule, in the configuration's order; empty if not online."""
        ...

    def judgments(self, votes: Sequence[Vote], config: JsonObject) -> list[Judgment]:
        """Comparable rows of one task; the order of the votes makes no difference."""
        ...

    def agree(self, votes: Sequence[Vote], config: JsonObject, crowd: Crowd) -> list[Agreed]:
        """The inference of `neraca.measure` that fits this kind. `crowd` is what is believed of who draws objects."""
        ...

    def confidence(self, agreed: Sequence[Agreed]) -> float:
        """What a verdict of these says of itself, 0..1; `kind.confidence` unless the kind has a better number."""
        ...

    def merge(self, agreed: Sequence[Agreed], config: JsonObject) -> JsonRow:
        """One answer from what was agreed."""
        ...

    def assets(self, params: JsonObject) -> list[str]:
        """The asset ids that the parameters name."""
        ...

    def upgrade(self, raw: JsonObject, since: int) -> JsonRow:
        """An answer that was stored under version `since`, as an answer of today."""
        ...


def check(model: type[PartT], raw: object) -> tuple[PartT | None, list[Flaw]]:
    """The raw value as the model, or every flaw of its shape (at most 50)."""
    try:
        return model.model_validate(raw, strict=True), []
    except ValidationError as error:
        return None, [Flaw(fault.code, fault.pointer, fault.detail) for fault in wording.faults(error, raw)]
    except RecursionError:
        return None, [Flaw("too-deep", "#", "This is nested too deeply.")]
