"""Records HTTP exchanges in the form that `replay` reads."""

from __future__ import annotations

import threading
from base64 import b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import orjson

from pimflow_testkit.matching import MULTIPART, asked_live

_KEPT = frozenset(
    {
        *("accept", "content-type", "content-language", "content-disposition", "content-range", "range", "date"),
        *("etag", "if-match", "last-modified", "link", "location", "odata-version", "retry-after"),
        *("www-authenticate", "x-wp-total", "x-wp-totalpages"),
    }
)
"""Headers that matter to a client; the others may tell where and by whom a recording was made."""


class RecordingTransport(httpx.BaseTransport):
    """Passes requests on to `inner` and keeps each with its answer; `save` writes them to a file.

    Every one of `secrets` is replaced by `secret`, wherever it occurs; cookies and authorization are never kept.
    """

    def __init__(self, inner: httpx.BaseTransport, *, scenario: str, server: str, secrets: Sequence[str] = ()) -> None:
        self._inner = inner
        self._about = {"scenario": scenario, "server": server}
        self._secrets = [secret for secret in secrets if secret]
        self._exchanges: list[Mapping[str, Any]] = []
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Give the answer of `inner`, read to its end."""
        response = self._inner.handle_request(request)
        response.read()
        exchange = {"request": _request(request), "response": _response(response)}
        with self._lock:
            self._exchanges.append(exchange)
        kept = [(name, value) for name, value in response.headers.multi_items() if name not in _ENCODED]
        return httpx.Response(response.status_code, headers=kept, content=response.content, request=request)

    def save(self, path: Path) -> None:
        """Write the recording as JSON."""
        text = orjson.dumps({**self._about, "exchanges": self._exchanges}, option=orjson.OPT_INDENT_2).decode()
        for secret in self._secrets:
            for form in (secret, orjson.dumps(secret).decode()[1:-1], str(httpx.QueryParams({"": secret}))[1:]):
                text = text.replace(form, "secret")
        path.write_text(text + "\n", encoding="utf-8")

    def close(self) -> None:
        """Close `inner`."""
        self._inner.close()


_ENCODED = frozenset({"content-encoding", "content-length", "transfer-encoding"})


def _request(request: httpx.Request) -> dict[str, Any]:
    asked = asked_live(request)
    found: dict[str, Any] = {"method": asked.method, "path": request.url.path}
    if asked.query:
        found["query"] = asked.query
    found["headers"] = _headers(request.headers)
    kind = request.headers.get("content-type", "")
    if asked.body == MULTIPART:
        return found | {"files": {}}
    if kind.startswith("application/x-www-form-urlencoded"):
        return found | {"form": asked.body}
    return found | _content(request.content)


def _response(response: httpx.Response) -> dict[str, Any]:
    return {"status": response.status_code, "headers": _headers(response.headers), **_content(response.content)}


def _headers(headers: httpx.Headers) -> dict[str, Any]:
    return {name: value for name, value in headers.items() if name in _KEPT}


def _content(content: bytes) -> dict[str, Any]:
    if not content:
        return {}
    try:
        return {"json": orjson.loads(content)}
    except orjson.JSONDecodeError:
        pass
    try:
        return {"text": content.decode()}
    except UnicodeDecodeError:
        return {"base64": b64encode(content).decode()}
