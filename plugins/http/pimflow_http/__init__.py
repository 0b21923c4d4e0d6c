"""The HTTP client of pimflow connectors: time-outs, retries, one limiter per address and client.

`with Client(Remote("the PIM", "https://pim.example.com", client_id="3_ab")) as client:` opens one, `client.request`
sends. The names below are loaded on first use: the options of a connection need an address, and no HTTP.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pimflow_http.addresses import ServerAddress
    from pimflow_http.client import Client, Remote, was_ambiguous
    from pimflow_http.clock import Clock
    from pimflow_http.explanations import NETWORK, STATUSES, BrokenAnswerError, Explanation
    from pimflow_http.limiter import Limiter, Limiters
    from pimflow_http.pace import Pace
    from pimflow_http.redaction import redact, redact_url
    from pimflow_http.retry import RetryPolicy

_HOME = {
    "addresses": "ServerAddress",
    "client": "Client Remote was_ambiguous",
    "clock": "Clock",
    "explanations": "NETWORK STATUSES BrokenAnswerError Explanation",
    "limiter": "Limiter Limiters",
    "pace": "Pace",
    "redaction": "redact redact_url",
    "retry": "RetryPolicy",
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names.split()}

__all__ = [
    "NETWORK",
    "STATUSES",
    "BrokenAnswerError",
    "Client",
    "Clock",
    "Explanation",
    "Limiter",
    "Limiters",
    "Pace",
    "Remote",
    "RetryPolicy",
    "ServerAddress",
    "redact",
    "redact_url",
    "was_ambiguous",
]


def __getattr__(name: str) -> Any:
    try:
        module = _MODULE_OF[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    return getattr(import_module(f"{__name__}.{module}"), name)
