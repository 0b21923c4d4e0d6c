"""Serves an Odoo in memory on this machine: what its reference tells of the protocols."""

import json
import re
import threading
from contextlib import contextmanager
from datetime import UTC
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .odoo_database import Erp
from .odoo_records import RefusalError

HTML = "<html><title>500 Internal Server Error</title></html>"
POSITIONAL = {
    "search": ["domain"], "search_count": ["domain"], "search_read": ["domain"], "create": ["vals_list"],
    "write": ["ids", "vals"], "read": ["ids"], "has_access": ["ids", "operation"],
    "check_access_rights": ["operation"], "update_field_translations": ["ids", "field_name", "translations"],
    "action_archive": ["ids"], "action_unarchive": ["ids"], "get_external_id": ["ids"], "fields_get": ["allfields"],
}  # fmt: skip


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    erp: Erp

    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path == "/web/version" and self.erp.series[0] >= 19:
            series = ".".join(map(str, self.erp.series))
            return self._json(200, {"version_info": [*self.erp.series, 0, "final", 0, ""], "version": series})
        return self._text(404, "<!DOCTYPE html><title>404</title>")

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        method = self.path.rpartition("/")[2]
        fault = self.erp.faults.get(method if self.path != "/jsonrpc" else _method_of(body))
        if fault and (status := fault.pop(0)):
            if status == "cut":
                self.close_connection = True
                return self._carried_out(json.loads(body))
            return self._text(status, HTML)
        if self.path == "/jsonrpc":
            return self._json(200, {"jsonrpc": "2.0", "id": json.loads(body)["id"], **self._answer(json.loads(body))})
        found = re.fullmatch(r"/json/2/([\w.]+)/(\w+)", self.path)
        if not found or self.erp.series[0] < 19:
            return self._text(404, "<!DOCTYPE html><title>404</title>")
        return self._json2(*found.groups(), json.loads(body))

    def _carried_out(self, body):
        """Do what was asked, and say nothing."""
        if self.path == "/jsonrpc":
            self._answer(body)
        else:
            self.erp.execute(2, *self.path.split("/")[3:], body.pop("ids", None), body)

    def _answer(self, body):
        service, method, args = (body["params"][name] for name in ("service", "method", "args"))
        try:
            return {"result": self._called(service, method, args)}
        except RefusalError as error:
            told = {
                "name": error.name,
                "message": error.message,
                "arguments": [error.message],
                "context": {},
                "debug": "",
            }
            return {"error": {"code": 200, "message": "Odoo Server Error", "data": told}}

    def _called(self, service, method, args):
        erp = self.erp
        if (service, method) == ("common", "version"):
            return {"server_version": "18.0", "server_version_info": [*erp.series, 0, "final", 0, ""]}
        database, *rest = args
        if database != "shop":
            said = f'connection to server failed: FATAL:  database "{database}" does not exist\n'
            raise RefusalError("psycopg2.OperationalError", said)
        if (service, method) == ("common", "authenticate"):
            return 2 if rest[:2] == ["connector", erp.key] else False
        user, key, model, name, positional, *named = rest
        if (user, key) != (2, erp.key):
            raise RefusalError("odoo.exceptions.AccessDenied", "Access Denied")
        named = dict(named[0]) if named else {}
        named.update(zip(POSITIONAL.get(name, []), positional, strict=False))
        return erp.execute(user, model, name, named.pop("ids", None), named)

    def _json2(self, model, method, named):
        told = None
        if self.headers.get("x-odoo-database") != "shop":
            return self._text(404, "<!DOCTYPE html><title>404</title>")
        if self.headers.get("authorization") != f"bearer {self.erp.key}":
            told = RefusalError("werkzeug.exceptions.Unauthorized", "Invalid apikey", 401)
        try:
            if told is None:
                return self._json(200, self.erp.execute(2, model, method, named.pop("ids", None), named))
        except RefusalError as error:
            told = error
        return self._json(told.status, {"name": told.name, "message": told.message, "arguments": [], "debug": ""})

    def _json(self, status, answer):
        return self._send(status, "application/json; charset=utf-8", json.dumps(answer).encode())

    def _text(self, status, text):
        return self._send(status, "text/html; charset=utf-8", text.encode())

    def _send(self, status, kind, content):
        self.send_response_only(status)
        self.send_header("Date", format_datetime(self.erp.now.replace(tzinfo=UTC), usegmt=True))
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _method_of(body):
    params = json.loads(body)["params"]
    return params["args"][4] if params["method"] == "execute_kw" else params["method"]


@contextmanager
def serve(erp):
    """Serve a database on a port of its own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"erp": erp}))
    server.daemon_threads = True
    erp.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield erp
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
