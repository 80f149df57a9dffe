"""How often one reader may ask: token buckets in memory, forgotten as soon as they are full again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Limit:
    """At most `per_minute` events a key, evenly refilled, all of which may come at once. 0: no limit."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic, most_keys: int = 50_000) -> None:
        self._per_minute, self._clock, self._most_keys = per_minute, clock, most_keys
        self._buckets: dict[str, tuple[float, float]] = {}  # key -> (tokens left, when)
        self._turn = threading.Lock()

    def wait_s(self, key: str, cost: float = 1.0) -> float:
        """0 where the event may go ahead (it is then counted), else the seconds until it may."""
        if not self._per_minute:
            return 0.0
        with self._turn:
            now = self._clock()
            if len(self._buckets) > self._most_keys:
                self._drop_full(now)
            left = self._left(key, now)
            if left >= cost:
                self._buckets[key] = (left - cost, now)
                return 0.0
            return (cost - left) * 60.0 / self._per_minute

    def _left(self, key: str, now: float) -> float:
        left, when = self._buckets.get(key, (float(self._per_minute), now))
        return min(float(self._per_minute), left + (now - when) * self._per_minute / 60.0)

    def _drop_full(self, now: float) -> None:
        for key in [key for key in self._buckets if self._left(key, now) >= self._per_minute]:
            del self._buckets[key]
        while len(self._buckets) > self._most_keys:
            del self._buckets[next(iter(self._buckets))]
