"""The HTTP client of pimflow connectors: time-outs, retries, one limiter per address and client.

`with Client(Remote("the PIM", "https://pim.example.com", client_id="3_ab")) as client:` opens one, `client.request`
sends.
"""

from __future__ import annotations

from pimflow_http.addresses import ServerAddress
from pimflow_http.client import Client, Remote, was_ambiguous
from pimflow_http.clock import Clock
from pimflow_http.explanations import NETWORK, STATUSES, BrokenAnswerError, Explanation
from pimflow_http.limiter import Limiter, Limiters
from pimflow_http.pace import Pace
from pimflow_http.redaction import redact, redact_url
from pimflow_http.retry import RetryPolicy

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
