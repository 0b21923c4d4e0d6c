"""What a status or a network failure means to people, as tables that a connector may override entry by entry."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import httpx

from pimflow import AccessError, FlowError, LoginError, RemoteError, UnreachableError, said, together
from pimflow.words import capital
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
        text = together("{who} {found}. {remedy}", who=capital(who), found=self.found, remedy=self.remedy)
        return self.error(text, detail=detail)


_LATER = said("It was asked several times in vain; run again later, or ask its administrator what is wrong.")
_LIMITED = partial(UnreachableError, limited=True)

STATUSES: Mapping[int, Explanation] = {
    300: Explanation(
        RemoteError,
        said("sends callers to another address"),
        said(
            "Give the address it names as `url` of the connection; where that is a page to log in, a proxy has to let "
            "this machine pass."
        ),
    ),
    400: Explanation(
        RemoteError,
        said("did not accept the request"),
        said("This is a mistake of the connector; please report it with the log."),
    ),
    401: Explanation(LoginError, said("refused the credentials"), said("Check the credentials of the connection.")),
    403: Explanation(
        AccessError, said("forbids this to the account"), said("Ask its administrator for the missing permission.")
    ),
    404: Explanation(
        RemoteError,
        said("has nothing at this address"),
        said("Check the `url` of the connection and the version of the system."),
    ),
    407: Explanation(
        UnreachableError, said("is behind a proxy that wants a login"), said("Put user name and password into `proxy`.")
    ),
    408: Explanation(UnreachableError, said("gave up waiting for the request"), _LATER),
    413: Explanation(
        RemoteError, said("found the request too large"), said("Send less at once or shorten the longest texts.")
    ),
    429: Explanation(
        _LIMITED,
        said("kept answering that it gets too many calls"),
        said("Run at a quieter time, or lower `concurrency`."),
    ),
    500: Explanation(UnreachableError, said("failed while it handled the request"), _LATER),
    502: Explanation(UnreachableError, said("is not reached by the gateway in front of it"), _LATER),
    503: Explanation(UnreachableError, said("is out of service for now"), _LATER),
    504: Explanation(UnreachableError, said("did not answer the gateway in front of it in time"), _LATER),
}
"""By status; 300, 400 and 500 also stand for every status of their hundred that has no entry."""

NETWORK: Mapping[type[BaseException], Explanation] = {
    ssl.SSLCertVerificationError: Explanation(
        UnreachableError,
        said("shows a certificate that this machine does not trust"),
        said("Give the file of the certificate authority as `ca_file`, or have the certificate renewed."),
    ),
    ssl.SSLError: Explanation(
        UnreachableError,
        said("and this machine found no common encryption"),
        said("Check whether `url` begins rightly with https:// or http://."),
    ),
    socket.gaierror: Explanation(
        UnreachableError,
        said("has a host name that nobody knows"),
        said("Check the spelling in `url`, and that this machine is in the right network."),
    ),
    ConnectionRefusedError: Explanation(
        UnreachableError, said("refuses connections"), said("Check host and port in `url`, and that the server runs.")
    ),
    httpx.ProxyError: Explanation(
        UnreachableError,
        said("is not reached through the proxy"),
        said("Check the address and the login given as `proxy`."),
    ),
    TooSlowError: Explanation(
        UnreachableError,
        said("answers so slowly that it was not waited for any longer"),
        said("Check the network in between, or run at a quieter time."),
    ),
    httpx.ConnectTimeout: Explanation(
        UnreachableError,
        said("could not be reached in time"),
        said("Check network and firewall, and whether a `proxy` is needed."),
    ),
    httpx.PoolTimeout: Explanation(
        UnreachableError, said("has no free connection"), said("Lower `concurrency`, then run again.")
    ),
    httpx.TimeoutException: Explanation(
        UnreachableError,
        said("did not answer in time"),
        said("Raise `timeout` of the connection, or run at a quieter time."),
    ),
    httpx.UnsupportedProtocol: Explanation(
        RemoteError, said("has no address of the web"), said("Give `url` as https://host or http://host.")
    ),
    httpx.DecodingError: Explanation(
        UnreachableError,
        said("gave an answer in a compression that cannot be read"),
        said("Something in between, such as a proxy, damages answers; ask who runs it."),
    ),
    httpx.RemoteProtocolError: Explanation(UnreachableError, said("broke the connection off"), _LATER),
    httpx.ConnectError: Explanation(
        UnreachableError, said("could not be reached"), said("Check host and port in `url`.")
    ),
    httpx.TransportError: Explanation(UnreachableError, said("lost the connection"), _LATER),
}
"""By the class of the failure or of what caused it; the first entry that fits holds."""

STRANGE = Explanation(
    RemoteError,
    said("answered with something else than data"),
    said("Check the `url` of the connection, and whether a proxy or login page answers in its place."),
)
BROKEN = Explanation(
    BrokenAnswerError,
    said("gave an answer that is not whole"),
    said("Run again later, or ask who runs the network in between whether something there cuts answers off."),
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
        said(
            "wants no calls for {asked}, and a run waits {longest} at most",
            asked=_minutes(asked),
            longest=_minutes(longest),
        ),
        said("Run again after that time; where it comes often, run at a quieter time or lower `concurrency`."),
    )


def _minutes(seconds: float) -> str:
    if seconds < 120:
        return said("{number:.0f} seconds", number=seconds)
    return said("{number:,.0f} minutes", number=seconds / 60)


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """Give the error, what caused it, what caused that."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
