# ruff: noqa: N815 - names of methods are those of http.server
"""Serves a Dolibarr in memory over HTTP, with the faults that it tells of."""

import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

import orjson

from .dolibarr_records import LATE, Dolibarr, Error
from .dolibarr_routes import answer

ROOT = "/api/index.php"
FILTERED = re.compile(r'"|union.?select|update.+set', re.IGNORECASE)


class Handler(BaseHTTPRequestHandler):
    """One connection to the Dolibarr of the server."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and content of an answer go together

    def handle_one(self):
        erp, address = self.server.erp, urlsplit(self.path)
        content = self.rfile.read(int(self.headers.get("content-length") or 0))
        path = address.path.removeprefix(f"{ROOT}/")
        with erp.lock:
            fault = self.fault(f"{self.command} {path}")
            if fault and fault[0] != LATE:
                return self.send(*fault[1:])
            if FILTERED.search(unquote(address.query.replace("+", " "))):
                text = b"Access refused to 192.0.2.10 by SQL or Script injection protection in main.inc.php"
                return self.send(403, "text/html; charset=UTF-8", text)
            query = {name: values[-1] for name, values in parse_qs(address.query).items()}
            try:
                body = orjson.loads(content) if content else None
                told = answer(erp, self.command, path, query, body, self.headers)
            except Error as error:
                return self.send(error.status, "application/json", orjson.dumps(error.answer))
            if fault:
                return self.send(*fault[1:])
            return self.send(200, "application/json", orjson.dumps(told))

    def fault(self, call):
        faults = self.server.erp.faults.answers
        for one in faults:
            if re.fullmatch(one[0].removeprefix(LATE), call):
                faults.remove(one)
                return LATE if one[0].startswith(LATE) else "", *one[1:]
        return None

    def send(self, status, kind, content):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        if status == 429:
            self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = handle_one

    def log_message(self, *_):
        """Say nothing."""


@contextmanager
def served(erp=None):
    """Serve a Dolibarr on a free port."""
    erp = erp or Dolibarr()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.erp = erp
    erp.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield erp
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
