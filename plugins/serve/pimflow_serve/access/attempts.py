"""How often somebody may try a password: few times for a name from one address, a few more from an address in all.

Fixed windows: the storage of `limits` forgets these when they are over, and never the names of moving ones.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from math import ceil

from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from pimflow_serve.access.people import LONGEST_NAME
from pimflow_serve.refusals import N_, Refused

OF_NAME_THERE = RateLimitItemPerMinute(5, 5)
OF_ADDRESS = RateLimitItemPerMinute(30, 5)
OF_NAME = RateLimitItemPerMinute(60, 60)
AT_ONCE = RateLimitItemPerSecond(10, 1)
_AT_HOME = RateLimitItemPerDay(1, 30, namespace="at home")
"""Used up where somebody signed in: strangers who guess their password elsewhere do not keep them out there."""
_LOGGED = RateLimitItemPerMinute(20, namespace="logged")
_NETWORK_BITS = 64


@dataclass
class Attempts:
    """The passwords that were tried on this server lately. May be asked from any thread."""

    _limiter: FixedWindowRateLimiter = field(default_factory=lambda: FixedWindowRateLimiter(MemoryStorage()))

    def begin(self, name: str, address: str) -> None:
        """Count an attempt before it is looked at. Raises Refused where there were too many."""
        name, place = _name(name), _place(address)
        at_home = not self._limiter.test(_AT_HOME, name, place)
        limits: list[tuple[RateLimitItem, tuple[str, ...]]] = [(AT_ONCE, ()), (OF_ADDRESS, (place,))]
        for limit, of in limits if at_home else [*limits, (OF_NAME, (name,))]:
            if not self._limiter.test(limit, *of):
                raise self._too_many(limit, *of)
        if not self._limiter.hit(OF_NAME_THERE, name, place):
            raise self._too_many(OF_NAME_THERE, name, place)
        self._limiter.hit(AT_ONCE)

    def failed(self, name: str, address: str) -> bool:
        """Count a wrong password, and tell whether it is to be logged: strangers fill no disk."""
        self._limiter.hit(OF_ADDRESS, _place(address))
        self._limiter.hit(OF_NAME, _name(name))
        return self._limiter.hit(_LOGGED)

    def succeeded(self, name: str, address: str) -> None:
        """Forget the wrong ones of somebody who now signs in."""
        self._limiter.clear(OF_NAME_THERE, _name(name), _place(address))
        self._limiter.hit(_AT_HOME, _name(name), _place(address))

    def _too_many(self, limit: RateLimitItem, *of: str) -> Refused:
        wait = max(1, ceil(self._limiter.get_window_stats(limit, *of).reset_time - time.time()))
        told = N_("too many attempts to sign in; try again in %(minutes)s minutes")
        remedy = N_("An administrator can set a new password.")
        return Refused(429, told, remedy, {"Retry-After": str(wait)}, {"minutes": ceil(wait / 60)})


def _name(name: str) -> str:
    """Give a name as it is counted: one that nobody can have takes no more memory than another."""
    return name[: LONGEST_NAME + 1].lower()


def _place(address: str) -> str:
    """Give where an address is: whoever has one of IPv6 has a network of them."""
    try:
        found = ip_address(address)
    except ValueError:  # the name of a socket, or of a test
        return address
    return str(int(found) >> _NETWORK_BITS) if isinstance(found, IPv6Address) and not found.ipv4_mapped else address
