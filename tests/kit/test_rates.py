"""One bucket, several processes: never more than the limit, and few draws."""

import asyncio
from collections import Counter

from neraca.kit.rates import Rates


class Bucket:
    """A bucket as the database keeps it, under a clock that is turned by hand."""

    def __init__(self) -> None:
        self.time = 0.0
        self.held: dict[str, tuple[float, float]] = {}
        self.draws = 0

    def __call__(self) -> float:
        return self.time

    async def draw(self, who: str, per_minute: int, wanted: int, returned: int) -> tuple[int, float]:
        self.draws += 1
        held, at = self.held.get(who, (float(per_minute), self.time))
        held = min(held + returned + (self.time - at) * per_minute / 60, per_minute)
        await asyncio.sleep(0)
        given = min(wanted, int(held))
        self.held[who] = (held - given, self.time)
        return given, max((1 - (held - given)) * 60 / per_minute, 0)


def processes(bucket: Bucket, count: int) -> list[Rates]:
    return [Rates(bucket.draw, bucket) for _ in range(count)]


async def test_two_processes_give_no_more_than_one_limit() -> None:
    bucket = Bucket()
    first, second = processes(bucket, 2)
    got = [await rates.take("k", 3) for rates in (first, second, first, second, first)]
    assert got == [0, 0, 0, 20, 20]
    bucket.time = 19.0
    assert await first.take("k", 3) == 1.0  # without asking again
    bucket.time = 20.0
    assert [await rates.take("k", 3) for rates in (first, second)] == [0, 20]
    assert await first.take("other", 3) == 0  # everybody has a bucket of their own
    assert await first.take("k", 4) > 0  # of one that had nothing left, a new limit makes no full one


async def test_a_busy_caller_is_not_a_draw_for_each_request() -> None:
    bucket = Bucket()
    rates = processes(bucket, 2)
    passed: Counter[int] = Counter()
    for tenth in range(600):  # a minute at 40 a second, 20 each, of 100 that are allowed
        bucket.time = tenth / 10
        for n in range(4):
            passed[n % 2] += await rates[n % 2].take("k", 6000) == 0
    assert passed == {0: 1200, 1: 1200}
    assert bucket.draws < 2 * 60  # less than one a second each


async def test_what_is_not_spent_goes_back() -> None:
    """A caller that is well below its limit is never refused, however its requests are spread."""
    bucket = Bucket()
    rates = processes(bucket, 4)
    for second in range(300):
        bucket.time = float(second * 3)
        for one in rates:
            assert await one.take("k", 120) == 0


async def test_requests_at_once_share_a_draw() -> None:
    bucket = Bucket()
    (rates,) = processes(bucket, 1)
    got = await asyncio.gather(*(rates.take("k", 6000) for _ in range(100)))
    assert got == [0] * 100
    assert bucket.draws <= 8
    got = await asyncio.gather(*(rates.take("few", 5) for _ in range(10)))
    assert sorted(wait > 0 for wait in got) == [False] * 5 + [True] * 5
