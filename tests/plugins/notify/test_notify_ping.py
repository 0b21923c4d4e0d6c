"""Calls to a monitor, from YAML through `pimflow run` to a server on this machine."""

from __future__ import annotations

import pytest

GOOD = ["A;1.50"]
BAD = ["A;cheap"]
NOTHING: list[str] = []


@pytest.fixture
def pinged(project, monitor, monkeypatch):
    monkeypatch.setenv("PING", monitor.address())
    project.notify('{type: notify.ping, url: "${env:PING}", fail_url: "${env:PING}/fail"}')
    return monitor


def test_each_good_run_calls_also_with_problems(run, pinged):
    for rows in (GOOD, BAD, GOOD):
        run(rows)
    assert pinged.paths == ["/ping/5e1f-uuid"] * 3


def test_a_failure_calls_its_own_address_once(run, pinged):
    for rows in (NOTHING, NOTHING, GOOD):
        run(rows)
    assert pinged.paths == ["/ping/5e1f-uuid/fail", "/ping/5e1f-uuid"]


def test_without_an_address_for_failures_a_failure_calls_nobody(run, project, monitor, monkeypatch):
    monkeypatch.setenv("PING", monitor.address())
    project.notify('{type: notify.ping, url: "${env:PING}"}')
    run(NOTHING)
    assert monitor.paths == []


def test_a_run_of_some_records_is_no_proof_that_the_daily_one_ran(run, pinged):
    assert run(GOOD, "--limit", "1").code == 0
    assert pinged.paths == []


def test_a_monitor_that_fails_is_called_again(run, pinged, project):
    pinged.answers = [500, 503, 200]
    run(GOOD)
    assert len(pinged.paths) == 3
    assert "could not be told" not in project.logs()


def test_an_address_that_the_monitor_does_not_know_is_called_once_and_told(run, pinged, project):
    pinged.answers = [404, 404, 404]
    printed = run(GOOD)
    assert printed.code == 0
    assert len(pinged.paths) == 1
    assert "the monitor at 127.0.0.1 does not know this address" in printed.err
    assert "5e1f-uuid" not in printed.out + printed.err + project.logs()


def test_a_monitor_that_is_away_changes_nothing_and_its_address_stays_secret(run, project, monkeypatch):
    monkeypatch.setenv("PING", "http://hush-user:hush-word@127.0.0.1:9/hush-uuid?key=hush-key")
    project.notify('{type: notify.ping, url: "${env:PING}", timeout: 2}')
    printed = run(GOOD)
    assert printed.code == 0
    assert "the monitor at 127.0.0.1 did not answer" in printed.err
    assert "hush-" not in printed.out + printed.err + project.logs()


def test_what_is_no_address_of_the_web_is_a_mistake(pimflow, project, monkeypatch):
    monkeypatch.setenv("PING", "hc-ping.com/hush-uuid")
    project.notify('{type: notify.ping, url: "${env:PING}"}')
    printed = pimflow("validate", "shop.yaml")
    assert printed.code == 2
    assert "pimflow.yaml:3: notify.0.url: an address that begins with https:// or http:// was expected" in printed.err
    assert "hush-uuid" not in printed.out + printed.err
