"""The contract of notifiers, held by both of ours against real servers."""

from __future__ import annotations

from typing import Any

from pimflow import UnreachableError
from pimflow_notify.message import NotifyMessage
from pimflow_notify.ping import NotifyPing
from pimflow_testkit import Setup, notifier_suite

from .notify_servers import Mailbox, Monitor, served, watching

NOBODY = 9
"""The port for discarding, where nobody listens."""
MAILBOX, MONITOR = Mailbox(NOBODY), Monitor(NOBODY)


def mails(port: int) -> dict[str, Any]:
    return {
        "to": [f"mailto://127.0.0.1:{port}?from=hush-from@shop.example&to={who}@shop.example" for who in ("a", "b")]
    }


def pings(port: int) -> dict[str, Any]:
    url = f"http://127.0.0.1:{port}/hush-uuid"
    return {"url": url, "fail_url": f"{url}/hush-fail", "timeout": 2}


test_message_contract = notifier_suite(
    NotifyMessage,
    lambda _: mails(MAILBOX.port),
    session=lambda: served(MAILBOX),
    arrived=lambda: MAILBOX.mails,
    failing={"nobody there": Setup(lambda _: mails(NOBODY), raises=UnreachableError)},
)

test_ping_contract = notifier_suite(
    NotifyPing,
    lambda _: pings(MONITOR.port),
    session=lambda: watching(MONITOR),
    arrived=lambda: MONITOR.paths,
    failing={"nobody there": Setup(lambda _: pings(NOBODY), raises=UnreachableError)},
    secrets=["hush-uuid", "hush-fail"],
)
