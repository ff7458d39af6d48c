"""A bucket of requests for each caller: full at first, filled again evenly, the same for all processes.

The bucket is a row elsewhere. A process takes a handful out of it at once, about what it needs in a second, and
spends these on its own: no request waits for a row that every request writes. What it has not spent goes back. So
nobody ever gets more than the limit, and where several processes answer one caller, each may sit for a second on
what another one would have spent.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

HOLD_SECONDS = 2.0  # how long a handful may be spent
MOST_KNOWN = 10_000
Draw = Callable[[str, int, int, int], Awaitable[tuple[int, float]]]


@dataclass(slots=True)
class _Handful:
    """What this process holds of a bucket."""

    left: int = 0
    size: int = 0
    since: float = 0.0
    empty_until: float = 0.0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Rates:
    """At most `per_minute` at once and on average, in all processes together.

    `draw(who, per_minute, wanted, returned)` takes up to `wanted` out of the bucket after putting `returned` back;
    it gives how many it got and, for none, in how many seconds there will be one.
    """

    def __init__(self, draw: Draw, clock: Callable[[], float] = time.monotonic) -> None:
        self._draw = draw
        self._clock = clock
        self._known: dict[tuple[str, int], _Handful] = {}  # under the limit too: a new one counts at once

    async def take(self, who: str, per_minute: int) -> float:
        """Takes one. Gives 0, or how many seconds it takes until there is one again."""
        if len(self._known) > MOST_KNOWN:
            self._known.clear()
        mine = self._known.setdefault((who, per_minute), _Handful())
        wait = self._spent(mine)
        if wait is None:
            async with mine.turn:
                wait = self._spent(mine)  # whoever had the turn before may have drawn for this one too
                if wait is None:
                    return await self._drawn(mine, who, per_minute)
        return wait

    def _spent(self, mine: _Handful) -> float | None:
        """One of the handful: 0, or the seconds until there may be one; None where the bucket must be asked."""
        now = self._clock()
        if mine.left and now < mine.since + HOLD_SECONDS:
            mine.left -= 1
            return 0.0
        return mine.empty_until - now if mine.empty_until > now else None

    async def _drawn(self, mine: _Handful, who: str, per_minute: int) -> float:
        age = self._clock() - mine.since
        wanted = 0 if age > 2 * HOLD_SECONDS else mine.size - mine.left  # what was needed lately
        if age < HOLD_SECONDS:
            wanted *= 2  # the last handful is gone already
        wanted = max(min(wanted, per_minute // 60), 1)
        returned, mine.left = mine.left, 0
        got, wait = await self._draw(who, per_minute, wanted, returned)
        now = self._clock()
        if not got:
            mine.empty_until = now + wait
            return wait
        mine.left, mine.size, mine.since = got - 1, got, now
        return 0.0
