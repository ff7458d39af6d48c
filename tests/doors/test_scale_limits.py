"""A key's limit holds for all API processes of an installation together, at Scale's addresses and at the house's."""

import asyncio
import time
from collections import Counter

import httpx
from tests.doors.account import Account, fresh
from tests.doors.test_scale_rest import operator
from tests.faults.test_killed import second_api, wait_until_ready


def limited(account: Account, per_minute: int) -> str:
    """A fresh client's live key under a limit."""
    name = fresh("limited")
    made = account.served.add_client(name)
    (live,) = [key["id"] for key in operator(account, "key", "list", name) if key["mode"] == "live"]
    assert operator(account, "key", "limit", live, "--per-minute", str(per_minute))["per_minute"] == per_minute
    return made.live


async def until_ready(url: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        for _ in range(200):
            try:
                if (await http.get(f"{url}/readyz")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)
    raise AssertionError("the second API process is not ready")


async def test_two_processes_keep_one_limit(account: Account) -> None:
    few, many = limited(account, 6), limited(account, 240)
    await asyncio.to_thread(wait_until_ready, account.served)
    async with second_api(account.served) as other, httpx.AsyncClient(trust_env=False, timeout=30) as http:
        await until_ready(other)
        urls = (account.served.url, other)

        async def ask(n: int, key: str) -> httpx.Response:
            if n % 4 < 2:
                return await http.get(f"{urls[n % 2]}/scale/v1/projects", auth=(key, ""))
            return await http.get(f"{urls[n % 2]}/api/projects", headers={"Authorization": f"Bearer {key}"})

        begun = time.monotonic()
        answers = [await ask(n, few) for n in range(16)]
        seconds = time.monotonic() - begun
        passed = sum(a.status_code == 200 for a in answers)
        assert {a.status_code for a in answers} == {200, 429}
        assert 6 <= passed <= 6 + seconds / 10 + 1
        waits = [int(a.headers["retry-after"]) for a in answers if a.status_code == 429]
        assert all(1 <= wait <= 10 for wait in waits)
        last = time.monotonic()
        await asyncio.sleep(max(waits[-1] - 2.5, 0))
        early = [await ask(n, few) for n in range(4)]
        assert {a.status_code for a in early} == {429}
        await asyncio.sleep(waits[-1] - (time.monotonic() - last))
        after = [await ask(n, few) for n in range(4)]  # who waits as long as was said is let in, and nobody besides
        assert Counter(a.status_code for a in after) == {200: 1, 429: 3}

        begun = time.monotonic()
        answers = await asyncio.gather(*(ask(n, many) for n in range(400)))
        seconds = time.monotonic() - begun
        passed = sum(a.status_code == 200 for a in answers)
        assert 240 - 2 * 4 <= passed <= 240 + seconds * 4 + 1  # each may sit on one second's share
        assert Counter(a.status_code for a in answers) == {200: passed, 429: 400 - passed}
