"""An ERP with a REST API, in memory: it pages, filters and refuses as such APIs do."""

import base64
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass
class Shelf:
    """What the server has, and what it was asked. `most` is the largest page that it gives."""

    items: list = field(default_factory=list)
    most: int = 100
    asked: list = field(default_factory=list)
    written: list = field(default_factory=list)
    tokens: list = field(default_factory=list)
    secret: str = "hush-secret"
    url: str = ""

    def __post_init__(self):
        self.valid = set()

    def page(self, path, query, body, base):
        """Answer one read: the content, and headers."""
        since = (query | body).get("since")
        only = (query | body).get("sku")
        there = [one for one in self.items if since is None or one["changed"] >= since]
        there = [one for one in there if only is None or one["sku"] in only.split(",")]
        size = min(int((query | body).get("limit", self.most)), self.most)
        style = path.rpartition("/")[2]
        if style == "plain":
            return there, {}
        at = {"page": (int((query | body).get("page", 1)) - 1) * size, "stuck": 0}.get(style)
        if at is None:
            at = int((query | body).get("offset") or (query | body).get("cursor") or 0)
        if style == "after":
            at = sum(one["id"] <= int(query.get("after", 0)) for one in there)
        found, more = there[at : at + size], at + size < len(there)
        if style == "links":
            address = f"{base}/links?offset={at + size}"
            return found, {"Link": f'<{address}>; rel="next", <{base}/links>; rel="first"'} if more else {}
        following = at + size if more else None
        address = f"{base}/next?offset={following}" if more else None
        return {"data": {"items": found}, "meta": {"cursor": following, "next": address}}, {}


class Handler(BaseHTTPRequestHandler):
    """Answers one call; the shelf is that of the server."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, content=None, headers=()):
        data = b"" if content is None else json.dumps(content).encode()
        self.send_response(status)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def allowed(self):
        sent = self.headers.get("Authorization", "")
        key = self.headers.get("X-Key") or parse_qs(urlsplit(self.path).query).get("key", [""])[0]
        basic = base64.b64encode(f"user:{self.server.shelf.secret}".encode()).decode()
        bearers = {f"Bearer {token}" for token in (self.server.shelf.secret, *self.server.shelf.valid)}
        return sent in bearers | {f"Basic {basic}"} or key == self.server.shelf.secret

    def handle_call(self):
        length = int(self.headers.get("Content-Length") or 0)
        text = self.rfile.read(length).decode()
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.server.shelf.asked.append((self.command, parts.path, query))
        if parts.path == "/token":
            return self.token(parse_qs(text))
        if not self.allowed():
            return self.answer(401, {"message": "who are you?"})
        return self.known(parts.path, query, json.loads(text) if text else {})

    def token(self, form):
        if form.get("client_secret") != [self.server.shelf.secret] or form.get("grant_type") != ["client_credentials"]:
            return self.answer(401, {"error": "invalid_client", "error_description": "Unknown client."})
        self.server.shelf.tokens.append(f"hush-token-{len(self.server.shelf.tokens)}")
        self.server.shelf.valid = {self.server.shelf.tokens[-1]}
        return self.answer(
            200, {"access_token": self.server.shelf.tokens[-1], "token_type": "Bearer", "expires_in": 3600}
        )

    def known(self, path, query, body):
        if path.startswith("/api/items/"):
            return self.one(unquote(path.removeprefix("/api/items/")), body)
        if path == "/api/items" and self.command == "POST":
            return self.one(body["item"]["sku"], body)
        content, headers = self.server.shelf.page(path, query, body, f"{self.server.shelf.url}/api")
        return self.answer(200, content, headers)

    def one(self, sku, body):
        there = next((one for one in self.server.shelf.items if one["sku"] == sku), None)
        if self.command == "GET":
            return self.answer(404, {"message": "no such item"}) if there is None else self.answer(200, there)
        record = body.get("item", body)
        if record.get("name") == "":
            return self.answer(422, {"error": {"message": "Name must not be empty."}})
        self.server.shelf.written.append((self.command, sku, record))
        if there is None:
            self.server.shelf.items.append({"id": len(self.server.shelf.items) + 1, **record})
            return self.answer(201, record)
        there.update(record)
        return self.answer(200, there)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = handle_call  # noqa: N815 - the names are those of the library


@contextmanager
def served(shelf):
    """Serve it; `shelf.url` is its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.shelf, server.daemon_threads = shelf, True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    shelf.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield shelf
    finally:
        server.shutdown()
        server.server_close()


def items(number):
    """Make items; of each the changed day grows with its number."""
    return [
        {
            "id": at,
            "sku": f"S-{at}",
            "name": f"Item {at}",
            "changed": f"2026-01-01T00:00:{at % 60:02d}Z",
            "dim": {"w": at},
        }
        for at in range(1, number + 1)
    ]
