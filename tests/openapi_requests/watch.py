"""The pytest plugin: sees the requests, and lets the test fail that sent a wrong one.

Requests are seen where they leave this process, whatever transport takes them, and where they reach a sandbox served
in this process or by child.py, from wherever they come (`pimflow` run as a command too). Only pimflow's own client
counts, known by its User-Agent: tests of the sandbox send wrong requests on purpose.
"""

import threading
from pathlib import Path

import httpx
import pytest

from pimflow_akeneo_sandbox.app import Application

from .contract import Contract

OWN = "pimflow/"
API = ("/api/rest/", "/api/oauth/")


class Watch:
    """Keeps what was wrong, in a file, until the test that is running asks: other processes may write there too."""

    def __init__(self, contract: Contract, file: Path):
        self.file = file
        self._contract = contract
        self._lock = threading.Lock()
        self.requests = 0

    def check(self, agent, method, target, content_type, body):
        """Note what is wrong with one request."""
        if not agent.startswith(OWN):
            return
        found = list(self._contract.violations(method, target, content_type, body))
        with self._lock:
            self.requests += 1
            if found:
                with self.file.open("a", encoding="utf-8") as file:
                    file.writelines(one.replace("\n", " ") + "\n" for one in found)

    def take(self):
        """Give what was found since the last call, each only once."""
        with self._lock:
            found = self.file.read_text("utf-8").splitlines() if self.file.exists() else []
            self.file.unlink(missing_ok=True)
        return list(dict.fromkeys(found))

    def install(self, patch: pytest.MonkeyPatch):
        """See everything from now on until the patch is undone."""
        send, build = httpx.Client.send, Application.build_middleware_stack

        def watched_send(client, request, **options):
            path, _, query = request.url.raw_path.decode().partition("?")
            begin = min((path.find(part) for part in API if part in path), default=-1)
            if begin >= 0:
                headers = request.headers
                target = f"{path[begin:]}?{query}"
                kind = headers.get("content-type", "")
                self.check(headers.get("user-agent", ""), request.method, target, kind, request.read())
            return send(client, request, **options)

        def watched_stack(app):
            return self._around(build(app))

        patch.setattr(httpx.Client, "send", watched_send)
        patch.setattr(Application, "build_middleware_stack", watched_stack)

    def _around(self, app):
        async def watched(scope, receive, send):
            content = []

            async def noted():
                message = await receive()
                content.append(message.get("body", b""))
                if message["type"] == "http.request" and not message.get("more_body"):
                    self._check_scope(scope, b"".join(content))
                return message

            ours = scope["type"] == "http" and not scope["path"].startswith("/_sandbox")
            await app(scope, noted if ours else receive, send)

        return watched

    def _check_scope(self, scope, body):
        headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
        target = f"{scope['raw_path'].decode()}?{scope['query_string'].decode()}"
        kind = headers.get("content-type", "")
        self.check(headers.get("user-agent", ""), scope["method"], target, kind, body)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self):
        result = yield
        self._judge()
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self):
        result = yield
        self._judge()
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self):
        result = yield
        self._judge()
        return result

    def pytest_sessionfinish(self, session):
        """Hand the count to the process that tells it, where several run the suite."""
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["requests"] = self.requests

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node):
        """Take the count of a process that ended."""
        self.requests += getattr(node, "workeroutput", {}).get("requests", 0)

    def pytest_terminal_summary(self, terminalreporter):
        terminalreporter.write_line(f"{self.requests} requests to Akeneo were held against its API description")

    def _judge(self):
        found = self.take()
        if found:
            listed = "\n".join(f"  {one}" for one in found[:20])
            pytest.fail(f"pimflow sent what Akeneo's API does not document:\n{listed}", pytrace=False)
