"""How often somebody may try a password: few times for a name from one address, a few more from an address in all."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from math import ceil

from limits import RateLimitItem, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from pimflow_serve.refusals import N_, Refused

OF_NAME_THERE = RateLimitItemPerMinute(5, 5)
OF_ADDRESS = RateLimitItemPerMinute(30, 5)
OF_NAME = RateLimitItemPerMinute(60, 60)
AT_ONCE = RateLimitItemPerSecond(10, 1)


@dataclass
class Attempts:
    """The passwords that were tried on this server lately. May be asked from any thread."""

    _limiter: MovingWindowRateLimiter = field(default_factory=lambda: MovingWindowRateLimiter(MemoryStorage()))

    def begin(self, name: str, address: str) -> None:
        """Count an attempt before it is looked at. Raises Refused where there were too many."""
        name = name.lower()
        for limit, *of in ((AT_ONCE,), (OF_ADDRESS, address), (OF_NAME, name)):
            if not self._limiter.test(limit, *of):
                raise self._too_many(limit, *of)
        if not self._limiter.hit(OF_NAME_THERE, name, address):
            raise self._too_many(OF_NAME_THERE, name, address)
        self._limiter.hit(AT_ONCE)

    def failed(self, name: str, address: str) -> None:
        """Count a wrong password."""
        self._limiter.hit(OF_ADDRESS, address)
        self._limiter.hit(OF_NAME, name.lower())

    def succeeded(self, name: str, address: str) -> None:
        """Forget the wrong ones of somebody who now signs in."""
        self._limiter.clear(OF_NAME_THERE, name.lower(), address)

    def _too_many(self, limit: RateLimitItem, *of: str) -> Refused:
        wait = max(1, ceil(self._limiter.get_window_stats(limit, *of).reset_time - time.time()))
        told = N_("too many attempts to sign in; try again in %(minutes)s minutes")
        remedy = N_("An administrator can set a new password.")
        return Refused(429, told, remedy, {"Retry-After": str(wait)}, {"minutes": ceil(wait / 60)})
