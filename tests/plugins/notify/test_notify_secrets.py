"""Addresses of services hold tokens: whatever happens, nothing tells them."""

from __future__ import annotations

import logging

import pytest

from pimflow import Event, UnreachableError
from pimflow_notify.message import NotifyMessage, shortened
from pimflow_notify.overhearing import overheard, parts_of, private_parts
from pimflow_testkit.notifier_cases import a_message

SERVICES = [
    "json://hush-user:hush-word@127.0.0.1:{port}/hush-path?+hush-header=hush-value",
    "xml://127.0.0.1:{port}/hush%2Fpath/hush-token",
    "ntfy://hush-user:hush-word@127.0.0.1:{port}/hush-topic",
    "gotify://127.0.0.1:{port}/hush-token",
    "mailto://hush-user:hush-word@127.0.0.1:{port}?from=a@shop.example&to=b@shop.example",
]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_that_does_not_take_the_message_tells_no_secret(service, monitor, pimflow_log):
    (notifier,) = NotifyMessage(to=[service.format(port=monitor.port)], timeout=0.3).recipients()
    with pytest.raises(UnreachableError) as caught:
        notifier.deliver(a_message(Event.FAILURE))
    told = f"{caught.value} {caught.value.detail} {notifier!r} {notifier.title} {pimflow_log}"
    for word in ("hush-word", "hush-token", "hush-topic", "hush-value", "hush/path", "hush-path"):
        assert word not in told


def test_what_libraries_log_reaches_nobody_meanwhile(caplog):
    caplog.set_level(0)
    urllib3 = logging.getLogger("urllib3.connectionpool")
    with overheard() as lines:
        urllib3.debug("POST /services/%s", "hush-token")
    urllib3.warning("afterwards")
    assert lines == ["POST /services/hush-token"]
    assert [record.getMessage() for record in caplog.records] == ["afterwards"]


def test_parts_are_found_as_they_are_written_and_as_they_are_meant():
    assert parts_of("mailto://me:a%40longer@host") >= {"mailto", "a%40longer", "a@longer", "host"}
    assert private_parts(["mailto://me:longer@host"], "mailto://me:****@host") >= {"longer"}
    assert "host" not in private_parts(["mailto://me:longer@host"], "mailto://me:****@host")


@pytest.mark.parametrize("longest", [500, 501, 777, 2000])
def test_a_text_is_cut_between_lines_and_never_too_long(longest):
    message = a_message(Event.FAILURE, "\n".join("x" * (number % 90) for number in range(100)))
    text = shortened(message, longest)
    assert len(text) <= longest
    assert text.endswith("… this is not all. The whole report: pimflow runs suite")
    assert message.text.startswith(text.rpartition("\n")[0])


def test_one_endless_line_is_cut_within(monkeypatch):
    text = shortened(a_message(Event.FAILURE, "x" * 10_000), 500)
    assert len(text) == 500
    assert text.endswith("pimflow runs suite")


def test_a_short_text_stays_as_it_is():
    assert shortened(a_message(Event.FAILURE, "short"), 500) == "short"
