"""The installation that other tests use: it answers, it has children that come back."""

import httpx
import pytest
from tests.fixtures.served import Served, serving, soon


async def test_an_installation_answers_its_clients_and_its_children_come_back() -> None:
    with serving() as served:
        mine, theirs = served.add_client("mine"), served.add_client("theirs")
        async with served.http(mine.live) as client, served.http(theirs.live) as other, served.http() as nobody:
            assert (await client.get("/api/projects")).json() == {"items": [], "next": None}
            assert (await other.get("/api/projects")).status_code == 200
            assert (await nobody.get("/api/projects")).status_code == 401
        (key,) = await served.keys(mine, 1)
        async with served.http(key) as labeler:
            assert (await labeler.get("/api/work/projects")).status_code == 200
            assert (await labeler.get("/api/projects")).status_code == 403
            for module in ("api", "worker"):
                old = served.child(module)
                assert served.kill(module)
                soon(lambda: served.child(module) not in {None, old}, 60, f"{module} did not come back")  # noqa: B023 - called at once
            soon(served.ready, 60, "the API does not answer again")
            assert (await labeler.get("/api/work/projects")).status_code == 200
        _stopped(served)


def _stopped(served: Served) -> None:
    served.stop()
    assert not served.ready()
    assert served.child("api") is None
    assert served.child("worker") is None
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{served.url}/healthz", trust_env=False)
