"""IN-C01, C02, C04, C05, C06: keys, cell tokens, media links, sign-ins, and the signatures of callbacks."""

import base64
import hashlib
import hmac
import json
import time
from uuid import uuid4

import httpx
import pytest
from tests.badinput.contract import nothing_stored, told
from tests.badinput.work import PROJECT, asset, picture
from tests.fixtures.door import Door

from neraca.accounts import add_key, add_membership, add_person, hash_password
from neraca.client.webhooks import NotSigned, verify
from neraca.wire.accounts import KeyNew

NOT_HERE = {
    "IN-C03": "The server takes in no events of others; who receives ours keeps `webhook-id`, as the docs tell.",
    "IN-C07": "There is no OpenID Connect and no redirect.",
}
PASSWORD = "a long enough password"


def b64(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


async def person(door: Door, role: str = "manager") -> str:
    """The e-mail address of a new member."""
    email = f"{uuid4().hex}@example.org"
    hashed = await hash_password(PASSWORD)
    async with door.place.house.control() as control:
        person_id = await add_person(control, email, "N", hashed)
        assert person_id is not None
        await add_membership(control, person_id, door.place.cell.client_id, role)
    return email


async def signed_in(door: Door, email: str) -> tuple[str, str, str]:
    """Cookie, CSRF token and cell token."""
    said = await door.live.post("/api/session", json={"email": email, "password": PASSWORD})
    cookie, csrf = said.cookies["neraca_session"], said.json()["csrf"]
    door.live.cookies.clear()
    made = await door.live.post(
        "/api/cell-tokens",
        json={"client_id": str(door.place.cell.client_id)},
        headers={"Cookie": f"neraca_session={cookie}", "X-CSRF-Token": csrf},
    )
    return cookie, csrf, made.json()["token"]


async def asks(door: Door, token: str) -> httpx.Response:
    return await door.live.get("/api/projects", headers={"Authorization": f"Bearer {token}"})


def flips(token: str, step: int) -> list[str]:
    """The token with one character another, here and there."""
    return [token[:i] + ("A" if token[i] != "A" else "B") + token[i + 1 :] for i in range(4, len(token), step)] + [
        token[:-1] + ("A" if token[-1] != "A" else "E")
    ]


async def test_c01_forged_tokens(door: Door) -> None:
    cookie, csrf, good = await signed_in(door, await person(door))
    assert (await asks(door, good)).status_code == 200
    house, client_id = door.place.house, str(door.place.cell.client_id)
    claim = {"client": client_id, "login": hashlib.sha256(cookie.encode()).hexdigest(), "exp": int(time.time()) + 600}
    assert (await asks(door, "nct_" + house.cell_tokens.sign(claim))).status_code == 200  # the forger's recipe works
    body = good[4:].split(".")[0]
    jwt = f"{b64({'alg': 'none', 'typ': 'JWT'})}.{b64(claim)}."
    async with nothing_stored(door):
        for token in (
            *flips(good, 7), good[:-1], good + "A", good + "=", good[:4] + body, f"nct_{body}.", "nct_", "nct_.",
            good + "." + good[4:], good.replace("nct_", "NCT_"), good[4:], jwt, f"nct_{jwt}", f"nct_{b64(claim)}.",
            "nct_" + house.cell_tokens.sign({**claim, "exp": int(time.time()) - 1}),
            "nct_" + house.cell_tokens.sign({k: v for k, v in claim.items() if k != "exp"}),
            "nct_" + house.cell_tokens.sign({**claim, "login": "00" * 32}),
            "nct_" + house.cell_tokens.sign({**claim, "client": str(uuid4())}),
            "nct_" + house.media_tokens.sign(claim),
            "nct_" + base64.urlsafe_b64encode(hmac.digest(b"guess", body.encode(), "sha256")).decode(),
            "nct_" + "A" * 10_000,
        ):  # fmt: skip
            answer = await asks(door, token)
            told(answer, 401, code="unauthenticated")
            assert answer.headers["www-authenticate"] == "Bearer"
    signed_out = await door.live.delete(
        "/api/session", headers={"Cookie": f"neraca_session={cookie}", "X-CSRF-Token": csrf}
    )
    assert signed_out.status_code == 204
    house.fresh.clear()
    door.live._transport.app.state.house.fresh.clear()  # type: ignore[attr-defined] # what is remembered for a second
    told(await asks(door, good), 401)


async def test_c01_session_cookies(door: Door) -> None:
    cookie, csrf, _ = await signed_in(door, await person(door))
    path, change = "/api/session", {"locale": "en"}
    async with nothing_stored(door):
        for wrong in (*flips(cookie, 9), cookie[:-1], cookie + "A", "", "nss_", f'"{cookie}x"', csrf):
            told(await door.live.get(path, headers={"Cookie": f"neraca_session={wrong}"}), 401)
        mine = {"Cookie": f"neraca_session={cookie}"}
        for more in (
            {}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": csrf[:-1]}, {"X-CSRF-Token": cookie},
            {"X-CSRF-Token": csrf, "Sec-Fetch-Site": "cross-site"},
            {"X-CSRF-Token": csrf, "Origin": "https://evil.example"},
            {"X-CSRF-Token": csrf, "Origin": "null"}, {"X-CSRF-Token": csrf, "Sec-Fetch-Site": "same-site"},
        ):  # fmt: skip
            told(await door.live.patch(path, json=change, headers={**mine, **more}), 403, code="cross-site")
        told(await door.live.get("/api/projects", headers={**mine, "Authorization": ""}), 401)
    fine = await door.live.patch(path, json=change, headers={**mine, "X-CSRF-Token": csrf})
    assert fine.status_code == 200


SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
NOW = 1_800_000_000.0
SENT = b'{"type":"task.decided","data":{"n":1}}'


def signed(body: bytes = SENT, *, at: float = 0, secret: str = SECRET, number: str = "msg_1") -> dict[str, str]:
    stamp = str(int(NOW + at))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.digest(key, f"{number}.{stamp}.".encode() + body, "sha256")
    return {
        "webhook-id": number,
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + base64.b64encode(mac).decode(),
    }


OTHER = "whsec_" + base64.b64encode(b"o" * 32).decode()


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, SENT),
        *[({k: v for k, v in signed().items() if k != name}, SENT) for name in signed()],
        *[({**signed(), name: ""}, SENT) for name in signed()],
        (signed(secret=OTHER), SENT),
        (signed(at=-301), SENT),
        (signed(at=301), SENT),
        (signed(), json.dumps(json.loads(SENT)).encode()),
        (signed(), SENT + b"\n"),
        (signed(), b""),
        ({**signed(), "webhook-id": "msg_2"}, SENT),
        ({**signed(), "webhook-timestamp": str(int(NOW) + 1)}, SENT),
        ({**signed(), "webhook-timestamp": "1e10"}, SENT),
        ({**signed(), "webhook-timestamp": "nan"}, SENT),
        ({**signed(), "webhook-timestamp": "1_800_000_000"}, SENT),
        ({**signed(), "webhook-timestamp": " 1800000000"}, SENT),
        ({**signed(), "webhook-timestamp": "9" * 5000}, SENT),
        ({**signed(), "webhook-signature": signed()["webhook-signature"].removeprefix("v1,")}, SENT),
        ({**signed(), "webhook-signature": signed()["webhook-signature"].replace("v1,", "v2,")}, SENT),
        ({**signed(), "webhook-signature": signed()["webhook-signature"][:-1]}, SENT),
        ({**signed(), "webhook-signature": signed()["webhook-signature"].replace(" ", ",")[:20]}, SENT),
        ({**signed(), "webhook-signature": "v1,"}, SENT),
        ({**signed(), "webhook-signature": "v1,\udc80é"}, SENT),
    ],
)
def test_c02_callbacks_that_are_not_ours(headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(NotSigned):
        verify(SECRET, headers, body, now=NOW)


def test_c02_callbacks_that_are_ours() -> None:
    good, other = signed()["webhook-signature"], signed(secret=OTHER)["webhook-signature"]
    for signature in (good, f"{other} {good}", f"{good} {other}", f"v1a,x {good}", f"  {good}"):
        verify(SECRET, {**signed(), "webhook-signature": signature}, SENT, now=NOW)
    verify(SECRET, {name.title(): value for name, value in signed(at=-290).items()}, SENT, now=NOW)
    for secret in ("", "whsec_", "whsec_%%%", "nothing"):
        with pytest.raises(NotSigned):
            verify(secret, signed(secret=SECRET), SENT, now=NOW)


async def test_c04_media_links(door: Door) -> None:
    asset_id = await asset(door, picture(4, 4))
    url = (await door.live.get(f"/api/assets/{asset_id}")).json()["url"]
    assert (await door.live.get(url)).status_code == 200
    token = url.removeprefix("/media/")
    house = door.place.house
    claim = {"client": str(door.place.cell.client_id), "asset": asset_id, "exp": int(time.time()) - 1}
    async with nothing_stored(door):
        for wrong in (
            *flips(token, 9), token[:-1], token + "A", token + "=", token.split(".")[0], "", "%2e", "a.b",
            house.media_tokens.sign(claim), house.cell_tokens.sign({**claim, "exp": int(time.time()) + 60}), asset_id,
        ):  # fmt: skip
            told(await door.live.get(f"/media/{wrong}"), 404, code="not-found")
        told(await door.live.get(f"{url}?x=1"), 422, code="unknown-filter")
        told(await door.live.get(f"{url}?{'exp=' + str(10**10)}"), 422)
        told(await door.live.get(url, headers={"Host": "evil.example"}), 421)
        told(await door.theirs.get(url), 404)
        for method in ("POST", "PUT", "DELETE"):
            told(await door.live.request(method, url), 405)


async def test_c05_where_a_key_may_stand(door: Door) -> None:
    key = door.live.headers["authorization"].removeprefix("Bearer ")
    bare = httpx.AsyncClient(transport=door.live._transport, base_url="http://127.0.0.1:8000")
    async with nothing_stored(door):
        for query in (f"api_key={key}", f"access_token={key}", f"key={key}", f"token={key}"):
            told(await bare.get(f"/api/projects?{query}"), 401, 422)
            problem = told(await door.live.get(f"/api/projects?{query}"), 422, code="unknown-filter")
            assert key not in json.dumps(problem)
        told(await bare.post("/api/projects", json={**PROJECT, "api_key": key}), 401)
        for value in (
            f"bearer {key}", f"BEARER {key}", f"Bearer  {key}", f"Bearer\t{key}", f"Bearer {key} x", key,
            f"Token {key}", f"Basic {base64.b64encode(f'{key}:'.encode()).decode()}", "Bearer",
            "Bearer ", "", f"Bearer {key},Bearer {key}",
            f"Bearer {key[:-1]}", f"Bearer {key}a", f"Bearer {key.upper()}", f"Bearer {key.replace('live', 'test')}",
            "Bearer nrc_live_", "Bearer null", "Bearer " + "a" * 5000,
        ):  # fmt: skip
            told(await bare.get("/api/projects", headers={"Authorization": value}), 401, code="unauthenticated")
        twice = [("Authorization", f"Bearer {key}")] * 2
        told(await bare.get("/api/projects", headers=twice), 401)
        told(await bare.get("/api/projects", headers={"X-API-Key": key, "Cookie": f"neraca_session={key}"}), 401)
        told(await door.live.get("/api/session"), 401)
    await bare.aclose()


async def test_c05_a_revoked_key(door: Door) -> None:
    async with door.place.house.control() as control:
        new = KeyNew(name="soon gone", mode="live", role="manager")
        made = await add_key(control, door.place.cell.client_id, new, "test")
        await control.execute("update api_key set revoked_at = clock_timestamp() where id = %s", [made.id])
    told(await asks(door, made.key), 401)


async def test_c06_guessing_a_password(door: Door) -> None:
    email = await person(door)
    details = set()
    for n in range(10):
        guess = {"email": email, "password": f"guess {n}"}
        details.add(told(await door.live.post("/api/session", json=guess), 401, code="wrong-password")["detail"])
    nobody = {"email": f"{uuid4().hex}@example.org", "password": "guess"}
    details.add(told(await door.live.post("/api/session", json=nobody), 401, code="wrong-password")["detail"])
    assert len(details) == 1  # it does not tell whether there is such a person
    for password in ("guess", PASSWORD):
        answer = await door.live.post("/api/session", json={"email": email, "password": password})
        told(answer, 429, code="too-many-requests")
        assert int(answer.headers["retry-after"]) > 0
        assert "set-cookie" not in answer.headers
