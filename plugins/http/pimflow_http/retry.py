"""Which calls are made again, after how long, and how often."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import httpx
from loguru import logger
from tenacity import RetryCallState, Retrying, retry_if_result, stop_after_attempt, wait_exponential, wait_random

from pimflow_http.clock import Clock
from pimflow_http.explanations import causes

TRANSIENT = frozenset({408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 527, 529})
_NOT_DONE = frozenset({408, 429})
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)

_LASTING = (httpx.UnsupportedProtocol, ssl.SSLCertVerificationError)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """`tries` in all; back-off from `first` seconds, doubled up to `longest`; at most `total` seconds waited."""

    tries: int = 6
    first: float = 1.0
    longest: float = 30.0
    total: float = 300.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """How one try went: an answer, or the failure that came in its place. `final`: another try brings the same."""

    response: httpx.Response | None = None
    error: httpx.RequestError | None = None
    final: bool = False

    @property
    def transient(self) -> bool:
        """Trying again may help."""
        if self.response is None:
            return not any(isinstance(cause, _LASTING) for cause in causes(self.error))
        return self.response.status_code in TRANSIENT and not self.final

    @property
    def ambiguous(self) -> bool:
        """The other side may have done what was asked, although it did not say so."""
        if self.response is None:
            return not isinstance(self.error, _NOT_SENT)
        return self.transient and self.response.status_code not in _NOT_DONE

    @property
    def throttled(self) -> bool:
        """The other side wants fewer calls."""
        return self.response is not None and self.response.status_code == 429

    @property
    def crowded(self) -> bool:
        """The other side has more to do than it can, for whatever reason."""
        return self.transient and self.response is not None and self.response.status_code in {429, 503}

    def __str__(self) -> str:
        return str(self.response.status_code) if self.response is not None else type(self.error).__name__


def retry_after(response: httpx.Response | None, clock: Clock) -> float | None:
    """Give the seconds that the answer asks to wait: a number, or a date of HTTP; None where it asks nothing.

    A date is held against the time of the answer itself: the clock of this machine may be wrong.
    """
    text = response.headers.get("retry-after", "").strip() if response is not None else ""
    if text.isdecimal():
        return float(text)
    until = _seconds(text)
    if response is None or until is None:
        return None
    now = _seconds(response.headers.get("date", ""))
    return max(0.0, until - (clock.wall() if now is None else now))


def _seconds(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None


def retrying(
    policy: RetryPolicy, clock: Clock, repeatable: bool, pause: Callable[[float], None], what: str
) -> Retrying:
    """Make the loop around `Attempt`s; the last attempt is given back, whatever it was.

    A call that is not `repeatable` is made again only where the other side certainly did nothing. `pause` is told
    the seconds for which everybody with the same account should wait.
    """
    back_off = wait_exponential(policy.first, policy.longest) + wait_random(0, policy.first)

    def again(attempt: Attempt) -> bool:
        return attempt.transient and (repeatable or not attempt.ambiguous)

    def wait(state: RetryCallState) -> float:
        asked = retry_after(_attempt(state).response, clock)
        return back_off(state) if asked is None else asked

    def too_long(state: RetryCallState) -> bool:
        return state.idle_for + state.upcoming_sleep > policy.total

    def before_sleep(state: RetryCallState) -> None:
        attempt = _attempt(state)
        level = "WARNING" if attempt.response is None else "DEBUG"
        tries = f"try {state.attempt_number} of {policy.tries}"
        logger.log(level, "{}: {} ({}), again in {:.0f} s", what, attempt, tries, state.upcoming_sleep)
        if attempt.throttled or retry_after(attempt.response, clock) is not None:
            pause(state.upcoming_sleep)

    return Retrying(
        retry=retry_if_result(again),
        wait=wait,
        stop=lambda state: stop_after_attempt(policy.tries)(state) or too_long(state),
        before_sleep=before_sleep,
        retry_error_callback=_attempt,
        sleep=clock.sleep,
    )


def _attempt(state: RetryCallState) -> Attempt:
    assert state.outcome is not None
    attempt: Attempt = state.outcome.result()
    return attempt
