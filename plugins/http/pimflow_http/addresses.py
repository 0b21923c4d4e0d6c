"""The address of a server, as an option of its connection."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from pimflow_http.redaction import redact_url


def _is_root(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError("expected an address that begins with https:// or http://")
    if redact_url(url) != url:
        raise ValueError("expected an address without user name, password or fragment")
    return url.rstrip("/")


ServerAddress = Annotated[str, AfterValidator(_is_root)]
"""The address of a server without anything secret in it: `https://erp.example.com`, never with `/` at the end."""
