"""A mail server and a monitor, real ones on ports that the system chooses."""

from __future__ import annotations

import email
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

USER, PASSWORD = "connector", "pass/word@maerz 7"


@dataclass
class Mailbox:
    """What a mail server took, and whom it refuses."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    logins: list[bytes] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if address in self.refused:
            return f"550 no such person: {address}"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        mail = email.message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"

    def login(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append(data.login)
        right = data.login == USER.encode() and data.password == PASSWORD.encode()
        return AuthResult(success=right, handled=right)

    @property
    def subjects(self) -> list[str]:
        return [str(mail["subject"]) for mail in self.mails]

    def text(self, number: int) -> str:
        """Give the text of a mail as its reader sees it."""
        body = self.mails[number].get_body(("plain",))
        assert body is not None
        return str(body.get_content())

    def address(self, to: str = "julia@shop.example") -> str:
        return f"mailto://127.0.0.1:{self.port}?from=pimflow@shop.example&to={to}"


class OnFreePort(Controller):
    """Serves on a port that the system chooses."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def served(mailbox: Mailbox, **options: Any) -> Iterator[Mailbox]:
    controller = OnFreePort(mailbox, hostname="127.0.0.1", port=0, **options)
    controller.start()
    mailbox.port = controller.port
    try:
        yield mailbox
    finally:
        controller.stop()


@dataclass
class Monitor:
    """What a monitor was asked, and what it answers."""

    port: int = 0
    paths: list[str] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    def address(self, path: str = "/ping/5e1f-uuid") -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@contextmanager
def watching(monitor: Monitor) -> Iterator[Monitor]:
    """Let a monitor answer 200, or what its list of answers has first."""

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            monitor.paths.append(self.path)
            self.send_response(monitor.answers.pop(0) if monitor.answers else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Keep the test's output free of it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    monitor.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield monitor
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
