"""IN-J01 to J23: bodies that are not strict JSON, and values that are not what the field takes."""

import gzip
import json
import time
import zlib
from collections.abc import AsyncIterator, Iterable
from typing import Any

import httpx
import pytest
from tests.badinput.contract import JSON, Told, nothing_stored, told
from tests.badinput.work import PROJECT, image_lease
from tests.fixtures.door import Door
from tests.fixtures.place import CHOICE

NOT_HERE: dict[str, str] = {}
TASK = b'{"tasks":[{"params":{"text":"t"},"metadata":{"m":%s}}]}'


async def post(door: Door, path: str, body: bytes | AsyncIterator[bytes], **headers: str) -> httpx.Response:
    return await door.live.post(path, content=body, headers={**JSON, **headers})


async def refused(door: Door, bodies: Iterable[bytes], *statuses: int, code: str | set[str] | None = None) -> Told:
    """Every body is refused by two routes of different limits, and nothing is stored. Gives the last problem."""
    tasks = f"/api/projects/{await door.place.project()}/tasks"
    last: Told = {}
    async with nothing_stored(door):
        for body in bodies:
            for path in ("/api/projects", tasks):
                last = told(await post(door, path, body), *statuses, code=code)
    return last


async def invalid(door: Door, changes: dict[str, Any], base: dict[str, Any] = PROJECT) -> list[Told]:
    """The faults of a project with these fields."""
    async with nothing_stored(door):
        answer = await door.live.post("/api/projects", json={**base, **changes})
    found: list[Told] = told(answer, 422, code="validation-failed")["errors"]
    return found


def only(faults: list[Told]) -> tuple[str, str]:
    assert len(faults) == 1, faults
    return faults[0]["pointer"], faults[0]["code"]


async def test_j01_truncated(door: Door) -> None:
    problem = await refused(door, [b'{"a":', b'{"a', b"[", b'{"a":1'], 400, code="malformed-json")
    assert "line 1, column" in problem["detail"]


async def test_j02_empty(door: Door) -> None:
    assert (await refused(door, [b"", b" \r\n\t"], 400, code="malformed-json"))["detail"].endswith("it is empty.")


async def test_j03_more_than_one_document(door: Door) -> None:
    await refused(door, [b"{}x", b"{}{}", b"{}\n{}\n", b"{} []", b"{},"], 400, code="malformed-json")


async def test_j04_not_quite_json(door: Door) -> None:
    bodies = [
        b"{/*c*/}",
        b"//c\n{}",
        b'{"a":1,}',
        b"[1,]",
        b"{'a':1}",
        b"{a:1}",
        b"{\"a\":'b'}",
        b'{"a":01}',
        b'{"a":+1}',
    ]
    await refused(door, bodies, 400, code="malformed-json")


async def test_j05_numbers_that_are_none(door: Door) -> None:
    values = [b"NaN", b"Infinity", b"-Infinity", b"1e400", b"-1e400"]
    await refused(door, [b'{"price":%s}' % v for v in values], 400, code={"malformed-json", "number-too-long"})


async def test_j06_endless_numbers(door: Door) -> None:
    bodies = [
        b'{"a":%s}' % v for v in (b"1" * 5000, b"0." + b"1" * 1000, b"1" * 65, b"-" + b"1" * 64, b"1e" + b"0" * 63)
    ]
    await refused(door, bodies, 400, code="number-too-long")
    tasks = f"/api/projects/{await door.place.project()}/tasks"
    assert (await post(door, tasks, TASK % (b"1" * 64))).status_code == 201


async def test_j07_large_integers(door: Door) -> None:
    for value in (2**53 + 1, 2**63, -(2**63) - 1):
        for field in ("priority", "lease_seconds"):
            assert only(await invalid(door, {field: value})) == (f"#/{field}", "out-of-range")
        price = {"micros": value, "currency": "USD"}
        assert only(await invalid(door, {"price": price})) == ("#/price/micros", "out-of-range")
    tasks = f"/api/projects/{await door.place.project()}/tasks"
    exact = [2**53 + 1, 2**63, -(2**63) - 1, 10**63, str(2**53 + 1)]
    answer = await post(door, tasks, TASK % json.dumps(exact).encode())
    made = answer.json()["items"][0]["id"]
    assert (await door.live.get(f"/api/tasks/{made}")).json()["metadata"]["m"] == exact


async def test_j08_deep(door: Door) -> None:
    def nested(depth: int, inside: int) -> bytes:
        return TASK % (b"[" * (depth - inside) + b"]" * (depth - inside))

    inside = 4  # the document, tasks, the task, its metadata
    tasks = f"/api/projects/{await door.place.project()}/tasks"
    assert (await post(door, tasks, nested(32, inside))).status_code == 201
    bodies = [nested(33, inside), nested(1000, inside), nested(100_000, inside), b"[" * 100_000, b'{"a":' * 100_000]
    cpu = time.process_time()
    await refused(door, bodies, 400, code="too-deep")
    assert time.process_time() - cpu < 2  # of ten requests, the counting of rows included


async def test_j09_duplicate_keys(door: Door) -> None:
    bodies = [b'{"a":1,"a":1}', b'{"x":{"a":1,"b":2,"a":3}}', b'{"a":1,"\\u0061":2}', b'[{"a":1,"a":2}]']
    assert '"a"' in (await refused(door, bodies, 400, code="duplicate-key"))["detail"]


async def test_j10_half_surrogate_pairs(door: Door) -> None:
    values = [b'"\\ud800"', b'"\\udc00"', b'"\\ude00\\ud83d"', b'{"\\ud800":1}', b'"a\\uDBFFb"']
    problem = await refused(door, [TASK % v for v in values], 422, code="invalid-unicode")
    assert "#/tasks/0/metadata/m" in problem["detail"]
    tasks = f"/api/projects/{await door.place.project()}/tasks"
    assert (await post(door, tasks, TASK % b'"\\ud83d\\ude00"')).status_code == 201


async def test_j11_nul(door: Door) -> None:
    values = [b'"\\u0000"', b'"a\\u0000b"', b'{"\\u0000":1}', b'[[{"a":"\\u0000"}]]']
    problem = await refused(door, [TASK % v for v in values], 422, code="nul-not-allowed")
    assert "#/tasks/0/metadata/m/0/0/a" in problem["detail"]


async def test_j12_invalid_utf8(door: Door) -> None:
    values = [b"\xff", b"\xc0\xaf", b"\xed\xa0\x80\xed\xb0\x80", b"\xf5\x80\x80\x80", b"\xe2\x82"]
    problem = await refused(door, [TASK % (b'"%s"' % v) for v in values], 400, code="invalid-encoding")
    assert f"byte {TASK.index(b'%s') + 1}" in problem["detail"]


async def test_j13_other_encodings(door: Door) -> None:
    text = json.dumps(PROJECT)
    bodies = [b"\xef\xbb\xbf" + text.encode(), *(text.encode(name) for name in ("utf-16", "utf-16-le", "utf-32"))]
    await refused(door, bodies, 400, code={"invalid-encoding", "malformed-json"})


async def test_j14_content_types(door: Door) -> None:
    body = json.dumps(PROJECT).encode()
    async with nothing_stored(door):
        for kind in (
            "",
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/json; charset=utf-7",
            "application/json; charset=latin-1",
            "text/json",
            "application/vnd.x+json",
            "application/json, text/plain",
        ):
            told(await post(door, "/api/projects", body, **{"Content-Type": kind}), 415, code="unsupported-media-type")
        bare = httpx.Request("POST", "http://127.0.0.1:8000/api/projects", content=body, headers=door.live.headers)
        assert "content-type" not in bare.headers
        told(await door.live.send(bare), 415, code="unsupported-media-type")
    for kind in ("application/json", "application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"'):
        assert (await post(door, "/api/projects", body, **{"Content-Type": kind})).status_code == 201


async def test_j15_content_encodings(door: Door) -> None:
    body = json.dumps(PROJECT).encode()
    bomb = gzip.compress(b" " * 10**8)
    async with nothing_stored(door):
        for coding, sent in (
            ("gzip", gzip.compress(body)),
            ("gzip, gzip", gzip.compress(gzip.compress(body))),
            ("deflate", zlib.compress(body)),
            ("br", body),
            ("zstd", body),
            ("x-unknown", body),
            ("gzip", bomb),
        ):
            told(
                await post(door, "/api/projects", sent, **{"Content-Encoding": coding}),
                415,
                code="unsupported-media-type",
            )
    assert (await post(door, "/api/projects", body, **{"Content-Encoding": "identity"})).status_code == 201


async def test_j16_too_large(door: Door) -> None:
    """The lies about Content-Length are told to a real socket, under IN-H01."""
    padded = json.dumps(PROJECT).encode().ljust(2**20)
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while True:
            taken += 2**16
            yield b" " * 2**16

    async with nothing_stored(door):
        problem = told(await post(door, "/api/projects", padded + b" "), 413, code="payload-too-large")
        assert str(2**20) in problem["detail"]
        told(await post(door, "/api/projects", endless()), 413, code="payload-too-large")
    assert taken <= 2**20 + 2**17
    assert (await post(door, "/api/projects", padded)).status_code == 201


async def test_j17_magic_keys(door: Door) -> None:
    keys = ["__proto__", "constructor", "$ref", "$where", "@type", "__class__", "prototype", "__init__", "toString"]
    tasks = f"/api/projects/{await door.place.project()}/tasks"
    stored = {key: {key: 1} for key in keys}
    answer = await post(door, tasks, TASK % json.dumps(stored).encode())
    made = answer.json()["items"][0]["id"]
    assert (await door.live.get(f"/api/tasks/{made}")).json()["metadata"]["m"] == stored
    for key in keys:
        assert only(await invalid(door, {key: {}}))[1] == "unknown-field"
        assert only(await invalid(door, {"config": {**CHOICE, key: {}}}))[1] == "unknown-field"


async def test_j18_many_and_long_keys(door: Door) -> None:
    many = json.dumps({str(i): 0 for i in range(1001)}).encode()
    masses = b"{" + b",".join(b'"%06x":0' % i for i in range(10**6)) + b"}"
    tasks = f"/api/projects/{await door.place.project()}/tasks"
    async with nothing_stored(door):
        told(await post(door, tasks, TASK % many), 422, code="too-many-keys")
        cpu = time.process_time()
        told(await post(door, tasks, TASK % masses), 422, code="too-many-keys")
        assert time.process_time() - cpu < 2
        told(await post(door, "/api/projects", masses), 413, code="payload-too-large")
        for key in (b"k" * 257, "é".encode() * 129, b"k" * 2**20):
            told(await post(door, tasks, TASK % (b'{"%s":0}' % key)), 422, code="key-too-long")
    each = [{"params": {"text": "t"}, "metadata": {str(i): 0 for i in range(997)}}] * 201
    async with nothing_stored(door):
        problem = told(await door.live.post(tasks, json={"tasks": each}), 422, code="too-many-keys")
        assert "all its objects" in problem["detail"]
    for fits in (json.dumps({str(i): 0 for i in range(1000)}).encode(), b'{"%s":0}' % (b"k" * 256)):
        assert (await post(door, tasks, TASK % fits)).status_code == 201


async def test_j19_nothing_is_coerced(door: Door) -> None:
    wrong: tuple[Any, ...] = (True, "7", 7.0, 7.5, None, [], {})
    for value in wrong:
        faults = await invalid(door, {"priority": value})
        assert only(faults) == ("#/priority", "wrong-type")
    wrong = (1, "true", None, [], {})
    for value in wrong:
        async with nothing_stored(door):
            body = {"project_id": "00000000-0000-4000-8000-000000000000", "prefetch": value}
            problem = told(await door.live.post("/api/work/next", json=body), 422, code="validation-failed")
        assert only(problem["errors"]) == ("#/prefetch", "wrong-type")
    wrong = (1, True, None, [], {})
    for value in wrong:
        assert only(await invalid(door, {"name": value})) == ("#/name", "wrong-type")
    wrong = ([], "x", 1, None, True, [PROJECT])
    for document in wrong:
        async with nothing_stored(door):
            problem = told(await post(door, "/api/projects", json.dumps(document).encode()), 422)
        assert only(problem["errors"]) == ("#", "wrong-type")


async def test_j20_unknown_and_read_only_fields(door: Door) -> None:
    for name in ("id", "tenant_id", "client_id", "paid_at", "role", "mode", "state", "config_version", "created_at"):
        assert only(await invalid(door, {name: "x"})) == (f"#/{name}", "unknown-field")
    assert only(await invalid(door, {"price": {"micros": 1, "currency": "USD", "paid": 1}})) == (
        "#/price/paid",
        "unknown-field",
    )


async def test_j21_times(door: Door) -> None:
    made = await door.live.post("/api/callbacks", json={"url": "http://127.0.0.1:8099/x"})
    path = f"/api/callbacks/{made.json()['id']}/replay"
    good = "2026-01-31T09:30:00Z"
    wrong: tuple[Any, ...] = (
        "2026-01-31T09:30:00", "2026-01-31", 1769851800, 1769851800.5, "1769851800", "1769851800000",
        "0000-01-01T00:00:00Z", "9999-12-31T23:59:60Z", "2026-01-31T09:30:00+25:00", "1000000-01-01T00:00:00Z",
        "2026-02-30T00:00:00Z", "2026-01-31 09:30:00Z", "2026-01-31T09:30Z", "20260131T093000Z", "yesterday", "",
        "2026-01-31T24:00:00Z", None, True, [], {},
    )  # fmt: skip
    async with nothing_stored(door):
        for value in wrong:
            problem = told(await door.live.post(path, json={"since": value, "until": good}), 422)
            assert only(problem["errors"]) == ("#/since", "not-a-time"), value
    for value in ("0001-01-01T00:00:00+23:59", "1999-12-31T23:59:59.123456-08:00"):
        assert (await door.live.post(path, json={"since": value, "until": good})).status_code == 200


async def test_j22_money(door: Door) -> None:
    for micros in (0.1, -1, 1e-9, "100", 10**12 + 1, None):
        assert only(await invalid(door, {"price": {"micros": micros, "currency": "USD"}}))[0] == "#/price/micros"
    for currency in ("usd", "Usd", "US", "USDT", "$", "", 840, None, "USD\n"):
        assert only(await invalid(door, {"price": {"micros": 1, "currency": currency}}))[0] == "#/price/currency"
    assert only(await invalid(door, {"price": 0.1})) == ("#/price", "wrong-type")


async def test_j23_huge_lists(door: Door) -> None:
    project_id, lease = await image_lease(door)
    path = f"/api/work/leases/{lease['lease_id']}/submit"
    box = {"class": "cup", "shape": "box", "box": {"x": 1, "y": 1, "w": 1, "h": 1}}
    thousand_and_one = [{"params": {"text": "t"}}] * 1001
    async with nothing_stored(door):
        for count, code in ((100_001, "too-many-keys"), (10_001, "validation-failed")):
            answer = {"objects": [box] * count}
            cpu = time.process_time()
            sent = {"fence": lease["fence"], "answer": answer, "active_ms": 1}
            problem = told(await door.live.post(path, json=sent), 422, code=code)
            assert time.process_time() - cpu < 5
        assert only(problem["errors"]) == ("#/answer/objects", "too-many")
        problem = told(await door.live.post(f"/api/projects/{project_id}/tasks", json={"tasks": thousand_and_one}), 422)
        assert only(problem["errors"]) == ("#/tasks", "too-many")
        options = [{"id": f"o{i}", "label": "L"} for i in range(1001)]
        assert only(await invalid(door, {"config": {**CHOICE, "options": options}})) == ("#/config/options", "too-many")


async def test_a_fault_is_named_where_it_is_in_the_order_of_the_document(door: Door) -> None:
    body = {
        "policy": {"answers": 0, "type": "fixed"},
        "minutes": "x",
        "config": CHOICE,
        "kind": "choice",
        "fancy": 1,
        "name": "a\u202eb",
    }
    async with nothing_stored(door):
        problem = told(await door.live.post("/api/projects", json=body), 422)
    assert [(f["pointer"], f["detail"]) for f in problem["errors"]] == [
        ("#/policy/answers", '"answers" must be at least 1, not 0.'),
        ("#/minutes", '"minutes" must be a number, not "x".'),
        ("#/fancy", 'There is no field "fancy" here; leave it out.'),
        ("#/name", '"name" must not have control or direction characters.'),
        ("#/price", '"price" is required.'),
    ]
    assert problem["detail"] == "5 values cannot be accepted."


@pytest.mark.parametrize("key", ["a" * 300, "x/y~z", "é\u202e", "a b", "<script>"])
async def test_a_hostile_key_is_told_escaped_and_short(door: Door, key: str) -> None:
    if len(key) > 256:
        key = key[:256]
    faults = await invalid(door, {key: 1})
    assert only(faults)[1] == "unknown-field"
    assert len(faults[0]["detail"]) < 120
    assert faults[0]["detail"].isascii() or "…" in faults[0]["detail"]
