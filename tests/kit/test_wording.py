"""Faults of shapes as people read them."""

import json
import time
from typing import Annotated, Any, Literal

import pytest
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from neraca.kit import wording
from neraca.kit.problems import pointer, shown
from neraca.wire.shape import Email, Moment, Money, Name, Uuid


def _even(n: int) -> int:
    if n % 2:
        raise ValueError("must be even")
    return n


class Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


class One(Strict):
    type: Literal["one"]
    size: Annotated[int, Field(ge=1, le=9)]


class Two(Strict):
    type: Literal["two"]


class Shape(Strict):
    name: Name = "n"
    email: Email = "a@b"
    id: Uuid = "00000000-0000-4000-8000-000000000000"
    at: Moment | None = None
    price: Money | None = None
    share: Annotated[float, Field(gt=0, lt=1)] = 0.5
    count: Annotated[int, AfterValidator(_even)] = 0
    yes: bool = True
    pick: Literal["a", "b", "c"] = "a"
    few: Annotated[list[int], Field(min_length=2, max_length=3)] = [1, 2]
    branch: Annotated[One | Two, Field(discriminator="type")] | None = None
    code: Annotated[str, Field(pattern="^[a-z]+$", max_length=5)] = "a"


SAID: list[tuple[dict[str, Any], str, str, str]] = [
    ({"name": "\u200b"}, "#/name", "not-allowed", '"name" must have at least one visible character.'),
    ({"name": ""}, "#/name", "too-short", '"name" must not be empty.'),
    ({"name": "x" * 201}, "#/name", "too-long", '"name" must have at most 200 characters, not 201.'),
    ({"name": None}, "#/name", "wrong-type", '"name" must be text, not null.'),
    ({"email": "x y"}, "#/email", "not-allowed", '"email" must be an e-mail address, not "x y".'),
    ({"id": "X"}, "#/id", "not-allowed", '"id" must be an id as the API gave it, not "X".'),
    ({"share": 1}, "#/share", "out-of-range", '"share" must be less than 1, not 1.'),
    ({"share": 0.0}, "#/share", "out-of-range", '"share" must be more than 0, not 0.0.'),
    ({"share": "1"}, "#/share", "wrong-type", '"share" must be a number, not "1".'),
    ({"count": 3}, "#/count", "not-allowed", '"count" must be even.'),
    ({"count": 3.5}, "#/count", "wrong-type", '"count" must be a whole number, not 3.5.'),
    ({"yes": 1}, "#/yes", "wrong-type", '"yes" must be true or false, not 1.'),
    ({"pick": "d"}, "#/pick", "not-allowed", '"pick" must be "a", "b" or "c", not "d".'),
    ({"few": [1]}, "#/few", "too-few", '"few" must have at least 2 items, not 1.'),
    ({"few": [1, 2, 3, 4]}, "#/few", "too-many", '"few" must have at most 3 items, not 4.'),
    ({"few": [1, "x"]}, "#/few/1", "wrong-type", 'Item 2 of "few" must be a whole number, not "x".'),
    ({"few": {}}, "#/few", "wrong-type", '"few" must be a list, not an object.'),
    ({"branch": {"type": "three"}}, "#/branch/type", "not-allowed", '"type" must be "one" or "two", not "three".'),
    ({"branch": {}}, "#/branch/type", "required", '"type" is required.'),
    ({"branch": {"type": "one"}}, "#/branch/size", "required", '"size" is required.'),
    ({"branch": {"type": "one", "size": 10}}, "#/branch/size", "out-of-range", '"size" must be at most 9, not 10.'),
    ({"price": 5}, "#/price", "wrong-type", '"price" must be an object, not 5.'),
    ({"more": 1}, "#/more", "unknown-field", 'There is no field "more" here; leave it out.'),
    ({"a/b~c d": 1}, "#/a~1b~0c%20d", "unknown-field", 'There is no field "a/b~c d" here; leave it out.'),
    ({"code": "A"}, "#/code", "not-allowed", '"code" must be of the form ^[a-z]+$, not "A".'),
    (
        {"at": "2026-01-01"},
        "#/at",
        "not-a-time",
        '"at" must be a date and time with an offset, such as 2026-01-31T09:30:00Z, not "2026-01-01".',
    ),
]


@pytest.mark.parametrize(("document", "at", "code", "said"), SAID, ids=[json.dumps(s[0])[:30] for s in SAID])
def test_sentences(document: dict[str, Any], at: str, code: str, said: str) -> None:
    with pytest.raises(ValidationError) as wrong:
        Shape.model_validate_json(json.dumps(document))
    assert [(f.pointer, f.code, f.detail) for f in wording.faults(wrong.value, document)] == [(at, code, said)]


def test_the_order_is_that_of_the_document() -> None:
    document = {"z": 1, "yes": 0, "branch": {"x": 1, "type": "one"}, "few": ["a", 1, "b"], "name": ""}
    with pytest.raises(ValidationError) as wrong:
        Shape.model_validate_json(json.dumps(document))
    found = wording.faults(wrong.value, document, at=("body",))
    assert [f.pointer.removeprefix("#/body/") for f in found] == [
        "z", "yes", "branch/x", "branch/size", "few/0", "few/2", "name",
    ]  # fmt: skip


def test_many_faults_are_cut_and_cheap() -> None:
    document = {f"k{i}": 0 for i in range(50_000)}
    with pytest.raises(ValidationError) as wrong:
        Shape.model_validate_json(json.dumps(document))
    cpu = time.process_time()
    found = wording.faults(wrong.value, document)
    assert [f.pointer for f in found] == [f"#/k{i}" for i in range(50)]
    assert time.process_time() - cpu < 5  # it was minutes where the order of keys was looked up for each


def test_what_is_repeated_is_short_and_plain() -> None:
    assert shown("a\u202e\x00\x7f\n") == '"a\\u202e\\u0000\\u007f\\n"'
    assert len(shown("x" * 10_000)) == 64
    assert (shown(True), shown(None), shown(1.5)) == ("true", "null", "1.5")
    assert pointer(["é", 0, "x" * 100]) == "#/%C3%A9/0/" + "x" * 64
