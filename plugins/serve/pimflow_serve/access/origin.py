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
    named = _origin(request.headers.get("origin") or request.headers.get("referer") or "")
    if not named or named not in {_origin(str(request.base_url)), _origin(serving.settings.url)}:
        raise Refused(
            403,
            N_("this was not sent by a page of this server"),
            N_(
                "Open the page here, and try again. If pimflow is behind a proxy, your administrator must tell it its "
                "address: `public_url` under `serve` in pimflow.yaml."
            ),
        )


def _origin(url: str) -> str:
    """Give scheme, host and port of an address; nothing where it has none of a page."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    own = {"http": 80, "https": 443}.get(parts.scheme)
    if not parts.hostname or own is None:
        return ""
    return f"{parts.scheme}://{parts.hostname}:{port or own}"
