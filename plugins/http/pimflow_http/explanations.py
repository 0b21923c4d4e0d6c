"""What a status or a network failure means to people, as tables that a connector may override entry by entry."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import httpx

from pimflow import AccessError, FlowError, LoginError, RemoteError, UnreachableError
from pimflow_http.receiving import TooSlowError


class BrokenAnswerError(RemoteError):
    """The answer should be data and is not whole; the same call may give a whole one."""


class MakesError(Protocol):
    """A class of FlowError, or such a class with arguments already given."""

    def __call__(self, message: str, /, *, detail: str = "") -> FlowError:
        """Make the error."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """`found` continues "The PIM at https://…"; `remedy` says in a sentence what to do now."""

    error: MakesError
    found: str
    remedy: str

    def about(self, who: str, detail: str) -> FlowError:
        """Make the error for the system `who`, as in "the PIM at https://pim.example.com"."""
        return self.error(f"{who[:1].upper()}{who[1:]} {self.found}. {self.remedy}", detail=detail)


_LATER = "It was asked several times in vain; run again later, or ask its administrator what is wrong."
_LIMITED = partial(UnreachableError, limited=True)

STATUSES: Mapping[int, Explanation] = {
    300: Explanation(
        RemoteError,
        "sends callers to another address",
        "Give the address it names as `url` of the connection; where that is a page to log in, a proxy has to let "
        "this machine pass.",
    ),
    400: Explanation(
        RemoteError, "did not accept the request", "This is a mistake of the connector; please report it with the log."
    ),
    401: Explanation(LoginError, "refused the credentials", "Check the credentials of the connection."),
    403: Explanation(AccessError, "forbids this to the account", "Ask its administrator for the missing permission."),
    404: Explanation(
        RemoteError, "has nothing at this address", "Check the `url` of the connection and the version of the system."
    ),
    407: Explanation(
        UnreachableError, "is behind a proxy that wants a login", "Put user name and password into `proxy`."
    ),
    408: Explanation(UnreachableError, "gave up waiting for the request", _LATER),
    413: Explanation(RemoteError, "found the request too large", "Send less at once or shorten the longest texts."),
    429: Explanation(
        _LIMITED, "kept answering that it gets too many calls", "Run at a quieter time, or lower `concurrency`."
    ),
    500: Explanation(UnreachableError, "failed while it handled the request", _LATER),
    502: Explanation(UnreachableError, "is not reached by the gateway in front of it", _LATER),
    503: Explanation(UnreachableError, "is out of service for now", _LATER),
    504: Explanation(UnreachableError, "did not answer the gateway in front of it in time", _LATER),
}
"""By status; 300, 400 and 500 also stand for every status of their hundred that has no entry."""

NETWORK: Mapping[type[BaseException], Explanation] = {
    ssl.SSLCertVerificationError: Explanation(
        UnreachableError,
        "shows a certificate that this machine does not trust",
        "Give the file of the certificate authority as `ca_file`, or have the certificate renewed.",
    ),
    ssl.SSLError: Explanation(
        UnreachableError,
        "and this machine found no common encryption",
        "Check whether `url` begins rightly with https:// or http://.",
    ),
    socket.gaierror: Explanation(
        UnreachableError,
        "has a host name that nobody knows",
        "Check the spelling in `url`, and that this machine is in the right network.",
    ),
    ConnectionRefusedError: Explanation(
        UnreachableError, "refuses connections", "Check host and port in `url`, and that the server runs."
    ),
    httpx.ProxyError: Explanation(
        UnreachableError, "is not reached through the proxy", "Check the address and the login given as `proxy`."
    ),
    TooSlowError: Explanation(
        UnreachableError,
        "answers so slowly that it was not waited for any longer",
        "Check the network in between, or run at a quieter time.",
    ),
    httpx.ConnectTimeout: Explanation(
        UnreachableError,
        "could not be reached in time",
        "Check network and firewall, and whether a `proxy` is needed.",
    ),
    httpx.PoolTimeout: Explanation(UnreachableError, "has no free connection", "Lower `concurrency`, then run again."),
    httpx.TimeoutException: Explanation(
        UnreachableError, "did not answer in time", "Raise `timeout` of the connection, or run at a quieter time."
    ),
    httpx.UnsupportedProtocol: Explanation(
        RemoteError, "has no address of the web", "Give `url` as https://host or http://host."
    ),
    httpx.DecodingError: Explanation(
        UnreachableError,
        "gave an answer in a compression that cannot be read",
        "Something in between, such as a proxy, damages answers; ask who runs it.",
    ),
    httpx.RemoteProtocolError: Explanation(UnreachableError, "broke the connection off", _LATER),
    httpx.ConnectError: Explanation(UnreachableError, "could not be reached", "Check host and port in `url`."),
    httpx.TransportError: Explanation(UnreachableError, "lost the connection", _LATER),
}
"""By the class of the failure or of what caused it; the first entry that fits holds."""

STRANGE = Explanation(
    RemoteError,
    "answered with something else than data",
    "Check the `url` of the connection, and whether a proxy or login page answers in its place.",
)
BROKEN = Explanation(
    BrokenAnswerError,
    "gave an answer that is not whole",
    "Run again later, or ask who runs the network in between whether something there cuts answers off.",
)

_OF_THE_PROXY = (ConnectionRefusedError, socket.gaierror, httpx.ConnectTimeout)


def for_status(status: int, overrides: Mapping[int, Explanation]) -> Explanation:
    """Find the explanation of a status, of its hundred where it has none."""
    for table in (overrides, STATUSES):
        if status in table:
            return table[status]
    return STATUSES[min(max(status // 100 * 100, 300), 500)]


def for_failure(error: BaseException, *, proxied: bool = False) -> Explanation:
    """Find the explanation of a network failure by its class and the classes of its causes.

    With a proxy it is the proxy that refuses a connection or has a host name that nobody knows.
    """
    found_causes = tuple(causes(error))
    if proxied and any(isinstance(cause, _OF_THE_PROXY) for cause in found_causes):
        return NETWORK[httpx.ProxyError]
    found = (entry for kind, entry in NETWORK.items() if any(isinstance(cause, kind) for cause in found_causes))
    return next(found, NETWORK[httpx.TransportError])


def put_off(asked: float, longest: float, *, limited: bool) -> Explanation:
    """Explain that the other side wants to be left alone for longer than a run waits, both in seconds."""
    return Explanation(
        _LIMITED if limited else UnreachableError,
        f"wants no calls for {_minutes(asked)}, and a run waits {_minutes(longest)} at most",
        "Run again after that time; where it comes often, run at a quieter time or lower `concurrency`.",
    )


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} seconds" if seconds < 120 else f"{seconds / 60:,.0f} minutes"


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """Give the error, what caused it, what caused that."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
