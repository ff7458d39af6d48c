"""A bucket of requests for each caller: full at first, filled again evenly, kept by this process."""

import time
from collections.abc import Callable, Hashable


class Rates:
    """At most `per_minute` at once and on average. Each process has its own: with n of them there are n buckets."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left: dict[Hashable, tuple[float, float]] = {}

    def take(self, who: Hashable, per_minute: int) -> float:
        """Takes one. Gives 0, or how many seconds it takes until there is one again."""
        now = self._clock()
        left, since = self._left.get(who, (float(per_minute), now))
        left = min(left + (now - since) * per_minute / 60, float(per_minute))
        if left < 1:
            self._left[who] = (left, now)
            return (1 - left) * 60 / per_minute
        if len(self._left) > 10_000:
            self._left.clear()
        self._left[who] = (left - 1, now)
        return 0.0
