"""Serves a site of `frappe_site` on this machine."""

import json
import threading
from contextlib import contextmanager
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

from .frappe_forms import RefusedError
from .frappe_site import USERS, Site


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    site: Site

    def log_message(self, *_):
        pass

    def do_GET(self):
        self._answer()

    do_POST = do_PUT = do_DELETE = do_PATCH = do_GET  # noqa: N815

    def _answer(self):
        content = self.rfile.read(int(self.headers.get("content-length") or 0))
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        with self.site._lock:
            self.site.ranges = None
            self.site.calls.append((self.command, unquote(parts.path), query))
            self.site.cookies.append(self.headers.get("cookie"))
            fault = next((one for one in self.site.faults if one.path in self.path and one.times > 0), None)
            if fault is not None:
                fault.times -= 1
                return self._send(fault.status, fault.body, fault.headers)
            if self.site.host and self.headers.get("host") != self.site.host:
                return self._send(404, "<!doctype html>\n<title>404 Not Found</title>\n<p>it does not exist.</p>\n")
            if len(content) > self.site.largest:
                return self._send(413, "<!doctype html>\n<title>413 Request Entity Too Large</title>\n")
            try:
                return self._send(200, self._result(parts.path, query, content))
            except RefusedError as error:
                return self._send(error.status, error.body())

    def _result(self, path, query, content):
        user = self._user()
        asked = {name: _decoded(value) for name, value in query.items()}
        if content and self.headers.get("content-type", "").startswith("multipart/"):
            asked |= self._form(content)
        elif content:
            asked |= json.loads(content)
        _, _, kind, *rest = (unquote(part) for part in path.split("/"))
        if kind == "method":
            return {"message": self.site.method(user, rest[0], asked)}
        if self.command == "GET":
            self.site.demand(user, rest[0], "read")
            if len(rest) > 1:
                return {"data": self.site.single(*rest)}
            return {"data": self.site.listed(rest[0], asked)}
        if self.command == "POST":
            self.site.demand(user, rest[0], "create")
            return {"data": self.site.insert({"doctype": rest[0], **asked})}
        self.site.demand(user, rest[0], "write")
        return {"data": self.site.update(*rest, asked)}

    def _form(self, content):
        head = f"content-type: {self.headers['content-type']}\r\n\r\n".encode()
        parts = BytesParser().parsebytes(head + content).get_payload()
        named = {part.get_param("name", header="content-disposition"): part for part in parts}
        texts = {name: part.get_payload(decode=True).decode() for name, part in named.items() if name != "file"}
        return {**texts, "file_name": named["file"].get_filename()}

    def _user(self):
        scheme, _, key = (self.headers.get("authorization") or "").partition(" ")
        if not scheme:
            raise RefusedError(403, "PermissionError", "You are not permitted to access this resource.")
        if scheme != "token" or key not in USERS:
            raise RefusedError(401, "AuthenticationError", messages=False)
        return USERS[key]

    def _send(self, status, body, headers=None):
        is_text = isinstance(body, str)
        content = body.encode() if is_text else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "text/html" if is_text else "application/json")
        self.send_header("content-length", str(len(content)))
        self.send_header("set-cookie", "sid=Guest; Path=/")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


def _decoded(value):
    try:
        return json.loads(value) if value[:1] in "[{" else value
    except json.JSONDecodeError:
        return value


@contextmanager
def served(site):
    """Serve a site; gives its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"site": site}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
