"""Mails about runs, from YAML through `pimflow run` to a mail server, read as their reader reads them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from urllib.parse import quote

import pytest

from .notify_servers import PASSWORD, USER

GOOD = ["A;1.50", "B;2.50"]
BAD = ["A;1.50", "B;cheap", "C;cheap"]
NOTHING: list[str] = []
"""Fails by the guard `min_rows`."""

TO_MAIL = '{type: notify.message, to: ["${env:MAIL}"]}'


@pytest.fixture
def told(project, mailbox, monkeypatch):
    monkeypatch.setenv("MAIL", mailbox.address())
    project.notify(TO_MAIL)
    return mailbox


def test_one_mail_for_a_failure_none_for_the_second_one_when_it_works_again(run, told):
    assert [run(rows).code for rows in (GOOD, NOTHING, NOTHING, GOOD, GOOD)] == [0, 3, 3, 0, 0]
    assert told.subjects == [
        "[pimflow] shop failed: the source gave 0 rows, and the least allowed is 1",
        "[pimflow] shop works again",
    ]
    assert [str(mail["to"]) for mail in told.mails] == ["julia@shop.example"] * 2
    assert "stopped. The source gave 0 rows, and the least allowed is 1. Nothing was written." in told.text(0)
    assert "2 records read; " in told.text(1)


def test_a_run_that_was_killed_is_told_by_the_next(run, told, project):
    run(GOOD)
    source = project.folder / "products.csv"
    source.unlink()
    os.mkfifo(source)  # the process waits for the begin of the file
    process = subprocess.Popen(
        [sys.executable, "-m", "pimflow", "run", "shop.yaml"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    begun = time.monotonic()
    while project.logs().count("begins") < 2:
        assert time.monotonic() - begun < 60
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    source.unlink()
    assert [run(GOOD).code for _ in range(2)] == [0, 0]
    assert told.subjects == ["[pimflow] shop works again"]
    first = told.text(0).splitlines()[0]
    assert re.fullmatch(
        r"The run of \S+ \S+ was broken off: its process was killed\. What it had written stays\.", first
    )


def test_problems_tell_which_records_and_why(run, told, project):
    assert [run(BAD).code for _ in range(2)] == [0, 0]
    (subject,) = told.subjects
    assert subject == "[pimflow] shop: 2 records need attention"
    text = told.text(0)
    assert "price: products.csv says 'cheap', " in text
    assert "2 records arrived without it" in text
    assert "pimflow runs 2" in text
    project.notify(TO_MAIL.replace("to:", "language: fr, to:"))
    run([*BAD, "D;cheap"])
    assert told.subjects[1:] == ["[pimflow] shop : 3 enregistrements à vérifier"]
    assert "price\N{NO-BREAK SPACE}: products.csv indique 'cheap', " in told.text(1)
    assert "Arrivée sans cette valeur\N{NO-BREAK SPACE}: 3 enregistrements (2, 3, 4)." in told.text(1)


@pytest.fixture
def both(project, mailbox, monkeypatch):
    """Julia is the product manager, Peter the administrator."""
    monkeypatch.setenv("JULIA", mailbox.address("julia@shop.example"))
    monkeypatch.setenv("PETER", mailbox.address("peter@shop.example"))
    project.notify(
        '{type: notify.message, for: product manager, to: ["${env:JULIA}"]}',
        '{type: notify.message, for: administrator, to: ["${env:PETER}"]}',
    )
    return mailbox


def test_each_is_told_of_what_concerns_them_and_what_to_do(run, both):
    run(BAD)
    run(NOTHING)
    run(BAD)
    assert [(str(mail["to"]), str(mail["subject"])) for mail in both.mails] == [
        ("julia@shop.example", "[pimflow] shop: 2 records need attention"),
        ("peter@shop.example", "[pimflow] shop failed: the source gave 0 rows, and the least allowed is 1"),
        ("peter@shop.example", "[pimflow] shop works again"),
    ]
    first, second, third = both.text(0).splitlines()[:3]
    assert (first, second) == ("Nothing to do for you.", "To pass on to the ERP team:")
    assert third.startswith("  - price: products.csv says 'cheap', ")
    assert "pimflow " not in both.text(0)
    assert "What you must do: " in both.text(1)
    assert "Nothing to do for you." in both.text(2)


def test_letters_of_all_scripts_arrive_as_they_are(run, told):
    run(["Ä-1;größer als €5", "B-2;日本"])
    text = told.text(0)
    assert "'größer als €5'" in text
    assert "日本" in text


def test_html_in_a_value_stays_text(run, told):
    run(["A;<b>5</b> & more"])
    assert "'<b>5</b> & more'" in told.text(0)


def test_a_long_report_is_cut_with_the_way_to_the_rest(run, told, project):
    project.notify('{type: notify.message, to: ["${env:MAIL}"], longest: 500}')
    run([f"A-{number};price {number} of many" for number in range(200)])
    text = told.text(0)
    assert 200 < len(text) <= 510
    assert "… this is not all. The whole report: pimflow runs 2" in text.splitlines()[-1]
    assert "likewise" in text


def test_a_mail_server_that_is_away_changes_nothing_and_is_tried_by_the_next_run(run, told, project, monkeypatch):
    monkeypatch.setenv("MAIL", "mailto://hush-user:hush-word@127.0.0.1:9?from=a@shop.example&to=b@shop.example")
    away = run(NOTHING)
    assert away.code == 3
    assert "could not be told of the failure: E-Mail did not take the message" in away.err
    monkeypatch.setenv("MAIL", told.address())
    run(NOTHING)
    assert told.subjects == ["[pimflow] shop failed: the source gave 0 rows, and the least allowed is 1"]
    assert "Connection refused" in project.logs()
    assert "hush-word" not in project.logs() + away.err + away.out


def test_starttls_and_login(run, project, guarded_mailbox, monkeypatch):
    address = f"mailtos://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{guarded_mailbox.port}"
    monkeypatch.setenv("MAIL", f"{address}?mode=starttls&verify=no&from=pimflow@shop.example&to=julia@shop.example")
    project.notify(TO_MAIL)
    run(NOTHING)
    assert guarded_mailbox.logins == [USER.encode()]
    assert len(guarded_mailbox.mails) == 1
    for form in (PASSWORD, quote(PASSWORD, safe=""), quote(PASSWORD)):
        assert form not in project.logs()
        assert form.encode() not in project.state()


def test_a_wrong_password_is_told_and_never_shown(run, pimflow, project, guarded_mailbox, monkeypatch):
    address = f"mailtos://connector:wrong-hush-word@127.0.0.1:{guarded_mailbox.port}"
    monkeypatch.setenv("MAIL", f"{address}?mode=starttls&verify=no&from=pimflow@shop.example&to=julia@shop.example")
    project.notify(TO_MAIL)
    printed = [run(NOTHING), pimflow("notify-test", "shop.yaml"), pimflow("notify-test", "shop.yaml", "--json")]
    assert [one.code for one in printed] == [3, 3, 3]
    assert guarded_mailbox.mails == []
    (found,) = json.loads(printed[2].out)
    assert "535" in found["detail"]
    assert "wrong-hush-word" not in "".join(one.out + one.err for one in printed) + project.logs()


def test_a_certificate_that_nobody_vouches_for_is_refused(run, project, guarded_mailbox, monkeypatch):
    address = f"mailtos://connector:word@127.0.0.1:{guarded_mailbox.port}"
    monkeypatch.setenv("MAIL", f"{address}?mode=starttls&from=pimflow@shop.example&to=julia@shop.example")
    project.notify(TO_MAIL)
    run(NOTHING)
    assert guarded_mailbox.logins == []
    assert "CERTIFICATE_VERIFY_FAILED" in project.logs()


def test_a_recipient_that_is_refused_does_not_cost_the_others_their_mail(run, project, mailbox, monkeypatch):
    mailbox.refused.add("gone@shop.example")
    monkeypatch.setenv("GONE", mailbox.address("gone@shop.example"))
    monkeypatch.setenv("MAIL", mailbox.address())
    project.notify('{type: notify.message, to: ["${env:GONE}", "${env:MAIL}"]}')
    for _ in range(3):
        run(NOTHING)
    assert [str(mail["to"]) for mail in mailbox.mails] == ["julia@shop.example"]
    assert "550" in project.logs()


def test_an_address_that_apprise_does_not_know_is_a_mistake_with_its_line(pimflow, project, monkeypatch, caplog):
    monkeypatch.setenv("MAIL", "smoke://signal:hush-word@hill")
    project.notify('{type: notify.message, to: ["json://localhost", "${env:MAIL}"]}')
    printed = pimflow("validate", "shop.yaml")
    assert printed.code == 2
    assert "pimflow.yaml:3: notify.0.to.1: apprise knows no such address" in printed.err
    assert "hush-word" not in printed.out + printed.err + caplog.text


def test_notify_test_proves_that_messages_arrive(pimflow, project, mailbox, monitor, monkeypatch):
    monkeypatch.setenv("MAIL", mailbox.address())
    monkeypatch.setenv("PING", monitor.address())
    project.notify(TO_MAIL, '{type: notify.ping, url: "${env:PING}"}')
    printed = pimflow("notify-test", "shop.yaml")
    assert printed.code == 0
    assert printed.out.splitlines() == [
        "ok    pimflow.yaml:3: notify.message, E-Mail",
        "ok    pimflow.yaml:4: notify.ping, the monitor at 127.0.0.1",
    ]
    assert mailbox.subjects == ["[pimflow] shop: this is a test"]
    assert monitor.paths == ["/ping/5e1f-uuid"]


def test_notify_test_tells_where_messages_do_not_arrive(pimflow, project, mailbox, monitor, monkeypatch):
    monkeypatch.setenv("MAIL", mailbox.address())
    monkeypatch.setenv("PING", monitor.address())
    monitor.answers = [404]
    project.notify(TO_MAIL, '{type: notify.ping, url: "${env:PING}"}')
    printed = pimflow("notify-test", "shop.yaml")
    assert printed.code == 3
    assert "ok    pimflow.yaml:3: notify.message, E-Mail" in printed.out
    assert "wrong pimflow.yaml:4: notify.ping, the monitor at 127.0.0.1: the monitor at 127.0.0.1 does" in printed.out
    assert "5e1f-uuid" not in printed.out


def test_notify_test_says_where_nobody_is_told(pimflow, project):
    printed = pimflow("notify-test", "shop.yaml")
    assert printed.code == 2
    assert "nobody is told of shop: there is no `notify`" in printed.err
