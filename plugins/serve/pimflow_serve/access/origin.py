"""Where a request comes from: one that changes something comes from a page of this server, or it is refused."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import Request

from pimflow_serve.refusals import N_, Refused
from pimflow_serve.serving import Serving

_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})


def changes_something(request: Request) -> bool:
    """Tell whether a request is one of those that change something."""
    return request.method not in _HARMLESS


def check_origin(request: Request, serving: Serving) -> None:
    """Raise Refused for a request that a page of another site sent. Browsers name the page's site with each."""
    named = request.headers.get("origin") or request.headers.get("referer") or ""
    here = {_origin(str(request.base_url)), _origin(serving.settings.url)}
    if _origin(named) not in here:
        raise Refused(
            403,
            N_("this was not sent by a page of this server"),
            N_(
                "Open the page here, and try again. If pimflow is behind a proxy, your administrator must tell it its "
                "address: `public_url` under `serve` in pimflow.yaml."
            ),
        )


def _origin(url: str) -> str:
    """Give scheme, host and port of an address; a scheme's own port is left out, as browsers do."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if not parts.hostname or parts.scheme not in {"http", "https"}:
        return "nowhere"
    own = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{parts.hostname}:{port or own}"
