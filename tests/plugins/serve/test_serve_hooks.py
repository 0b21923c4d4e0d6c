"""Events from outside: who may send them, what they lead to, and how often."""

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pimflow.errors import ConfigError
from pimflow.state import requests, schedules
from pimflow.state.events import MOST_KEYS
from pimflow_serve.access.body_size import OF_EVENTS
from pimflow_serve.configuring import settings_of
from pimflow_serve.examining import examined
from pimflow_serve.hooks.signatures import signed
from pimflow_serve.jobs.dispatch import Dispatch, this_server
from pimflow_serve.starting import logged

from ..notify.notify_servers import Mailbox  # noqa: TID252 - tests are no package
from ..notify.notify_servers import served as mail_served  # noqa: TID252
from .conftest import NAME
from .test_serve_runner import ended, started

KEY, NEW_KEY = "a-key-of-the-pim-2026", "its-successor-of-2027"
HOOKS = f"""\
version: 1
serve:
  hooks:
    pim: {{type: akeneo, pipelines: [{NAME}], keys: [{KEY}, {NEW_KEY}], own: [pimflow_1], wait: 5}}
    erp: {{type: changed, pipelines: [{NAME}], keys: [{KEY}]}}
"""


@pytest.fixture
def hooked(served):
    """The project, with a hook of each kind; nobody is signed in."""
    (served.folder / "pimflow.yaml").write_text(HOOKS, "utf-8")
    serving = served.app.state.serving = replace(served.serving, settings=settings_of(served.folder, None))
    return replace(served, serving=serving)


def digest(body, key):
    return hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


def event(id_="1", identifier="CUP", kind="product.updated", author="julia", **product):
    named = {"identifier": identifier} if identifier else {}
    record = {"product": {"uuid": "0000-1", **named, **product}}
    data = {**record, "author": {"identifier": author, "type": "user"}}
    return {
        "specversion": "1.0",
        "id": id_,
        "type": f"com.akeneo.pim.v1.{kind}",
        "time": "2026-11-23T05:15:00Z",
        "data": data,
    }


def send(hooked, data, key=KEY, header="X-AKENEO-SIGNATURE-PRIMARY"):
    """Send an event as the Event Platform does."""
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    return hooked.browser().post("/hooks/akeneo/pim", content=body, headers={header: digest(body, key)})


def send_older(hooked, *told, key=KEY, ago=0):
    """Send events as the Events API does."""
    body = json.dumps({"events": list(told)}).encode()
    timestamp = str(int(hooked.clock().timestamp()) - ago)
    headers = {
        "X-Akeneo-Request-Signature": digest(f"{timestamp}.".encode() + body, key),
        "X-Akeneo-Request-Timestamp": timestamp,
    }
    return hooked.browser().post("/hooks/akeneo/pim", content=body, headers=headers)


def send_changed(hooked, data, key=KEY, ago=0, **headers):
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    timestamp = str(int(hooked.clock().timestamp()) - ago)
    signature = "sha256=" + digest(f"{timestamp}.".encode() + body, key)
    told = {"X-Pimflow-Signature": signature, "X-Pimflow-Timestamp": timestamp, **headers}
    return hooked.browser().post("/hooks/changed/erp", content=body, headers=told)


def asked(hooked):
    return [(one.kind, one.wish.keys) for one in requests.open_ones(hooked.database)]


def test_events_become_one_run_of_just_these_products_a_little_later(hooked):
    for id_, sku in (("1", "CUP"), ("2", "POT"), ("3", "CUP")):
        answer = send(hooked, event(id_, sku))
        assert (answer.status_code, answer.json()["received"]) == (200, 1)
    (request,) = requests.open_ones(hooked.database)
    assert (request.kind, request.wish.keys) == ("only", ("CUP", "POT"))
    assert (request.wish.cause, request.wish.asked_by) == ("event", "hook pim")
    assert request.due - request.asked == timedelta(seconds=5)


def test_an_event_that_comes_twice_leads_to_nothing_more(hooked):
    send(hooked, event())
    (request,) = requests.open_ones(hooked.database)
    requests.claim(hooked.database, request.number, "a server", hooked.clock())
    answer = send(hooked, event())
    assert answer.json() == {"received": 0, "known": 1, "ignored": 0}
    assert len(requests.open_ones(hooked.database)) == 1
    send(hooked, event("2"))
    assert [one.status for one in requests.open_ones(hooked.database)] == ["running", "waiting"]


def test_either_key_is_good_under_either_header_while_one_takes_the_others_place(hooked):
    for number, key in enumerate((KEY, NEW_KEY)):
        for header in ("X-AKENEO-SIGNATURE-PRIMARY", "X-AKENEO-SIGNATURE-SECONDARY"):
            assert send(hooked, event(f"{number} {header}"), key, header).status_code == 200
    assert send(hooked, event("9"), "a-key-that-nobody-has").status_code == 401


def test_without_a_signature_nothing_is_taken_or_looked_up(hooked):
    browser = hooked.browser()
    assert browser.post("/hooks/akeneo/pim", json=event()).status_code == 401
    assert browser.post("/hooks/changed/erp", json={"keys": ["CUP"]}).status_code == 401
    answer = browser.post("/hooks/akeneo/nobody", json=event())
    assert answer.status_code == 404
    assert "hook" in answer.json()["error"]["message"]
    assert browser.post("/hooks/changed/pim", json={}).status_code == 404
    assert requests.open_ones(hooked.database) == []


def test_strangers_fill_no_log(hooked):
    with logged(hooked.serving):
        for _ in range(5):
            send(hooked, event(), "a-key-that-nobody-has")
        hooked.clock.passed += timedelta(minutes=2)
        send(hooked, event(), "a-key-that-nobody-has")
    lines = (hooked.folder / ".pimflow" / "server" / "server.jsonl").read_text("utf-8").splitlines()
    assert sum("an event was refused" in line for line in lines) == 2


def test_a_body_that_was_changed_on_its_way_is_refused(hooked):
    body = json.dumps(event()).encode()
    headers = {"X-AKENEO-SIGNATURE-PRIMARY": digest(body, KEY)}
    answer = hooked.browser().post("/hooks/akeneo/pim", content=body.replace(b"CUP", b"POT"), headers=headers)
    assert answer.status_code == 401
    assert "X-AKENEO" not in answer.text


def test_what_is_oversized_is_refused_before_it_is_read(hooked):
    assert send(hooked, b"x" * (OF_EVENTS + 1)).status_code == 413
    assert (
        send_older(hooked, *(older(f"{n}", identifier="CUP", text="x" * 300_000) for n in range(10))).status_code == 200
    )


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b"7", b'{"events": 7}', b'{"events": [7]}', b'{"id": "1"}', b'{"type": []}']
)
def test_what_is_no_event_is_refused_in_words(hooked, body):
    answer = send(hooked, body)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith("this is no event: ")
    assert asked(hooked) == []


def test_a_look_whether_somebody_is_there_is_answered(hooked):
    assert send(hooked, b"").json() == {"received": 0, "known": 0, "ignored": 0}


def test_own_changes_removals_and_what_is_no_product_lead_to_nothing(hooked):
    send(hooked, event("1", author="pimflow_1"))
    send(hooked, event("2", kind="product.deleted"))
    other = {"id": "3", "type": "com.akeneo.pim.v1.attribute.updated", "data": {"attribute": {"code": "colour"}}}
    assert send(hooked, other).json() == {"received": 0, "known": 0, "ignored": 1}
    assert asked(hooked) == []


def test_a_product_without_an_identifier_is_known_by_its_uuid_and_a_model_has_all_changes_read(hooked):
    send(hooked, event("1", identifier=""))
    assert asked(hooked) == [("only", ("0000-1",))]
    send(
        hooked,
        {"id": "2", "type": "com.akeneo.pim.v1.product-model.created", "data": {"product_model": {"code": "SHIRT"}}},
    )
    assert asked(hooked) == [("changes", ())]


def older(id_, action="product.updated", author="julia", **resource):
    return {
        "action": action, "event_id": id_, "event_datetime": "2026-11-23T05:15:00+00:00", "author": author,
        "author_type": "ui", "pim_source": "pim", "data": {"resource": resource},
    }  # fmt: skip


def test_the_older_events_api_is_understood(hooked):
    told = [
        older("a", identifier="CUP", uuid="0000-1", family="mugs"),
        older("b", "product_model.updated", code="SHIRT"),
        older("c", "product.removed", identifier="POT"),
        older("d", identifier="OWN", author="pimflow_1"),
    ]
    assert send_older(hooked, *told).json() == {"received": 2, "known": 0, "ignored": 2}
    assert send_older(hooked, *told).json() == {"received": 0, "known": 2, "ignored": 2}
    assert asked(hooked) == [("changes", ())]  # of the model; its variants have new values too


def test_the_older_form_is_refused_when_it_was_signed_long_ago_or_with_another_key(hooked):
    assert send_older(hooked, older("a", identifier="CUP"), ago=301).status_code == 401
    assert send_older(hooked, older("a", identifier="CUP"), ago=-301).status_code == 401
    assert send_older(hooked, older("a", identifier="CUP"), key="x" * 20).status_code == 401
    assert send_older(hooked, older("a", identifier="CUP"), ago=290, key=NEW_KEY).status_code == 200


def test_anybody_with_a_key_can_tell_that_records_changed(hooked):
    assert send_changed(hooked, {"keys": ["CUP", "POT"]}).json()["received"] == 2
    assert asked(hooked) == [("only", ("CUP", "POT"))]
    assert send_changed(hooked, {"keys": ["CUP"]}, ago=301).status_code == 401
    assert send_changed(hooked, {"keys": ["CUP"]}, **{"X-Pimflow-Timestamp": "soon"}).status_code == 401
    assert send_changed(hooked, {"keys": "CUP"}).status_code == 400


def test_who_does_not_know_what_changed_has_all_changes_read(hooked):
    send_changed(hooked, {"keys": ["CUP"]})
    send_changed(hooked, b"")
    send_changed(hooked, {"keys": ["POT"]})
    assert asked(hooked) == [("changes", ())]


def test_the_same_request_sent_again_is_known(hooked):
    assert send_changed(hooked, {"id": "7", "keys": ["CUP"]}).json()["received"] == 1
    assert send_changed(hooked, {"id": "7", "keys": ["CUP"]}, ago=3).json() == {"received": 0, "known": 1, "ignored": 0}


def test_a_mass_update_becomes_a_run_of_all_changes(hooked):
    send_changed(hooked, {"keys": [f"S-{number}" for number in range(MOST_KEYS)]})
    assert asked(hooked)[0][0] == "only"
    send_changed(hooked, {"keys": ["ONE-MORE"]})
    assert asked(hooked) == [("changes", ())]


def test_events_are_counted(hooked, signed_in):
    send(hooked, event())
    send(hooked, event())
    send(hooked, event("2"), "a-key-that-nobody-has")
    text = signed_in("viewer").get("/metrics").text
    assert 'pimflow_events_total{hook="pim",outcome="received"} 1.0' in text
    assert 'pimflow_events_total{hook="pim",outcome="known"} 1.0' in text
    assert 'pimflow_events_total{hook="pim",outcome="refused"} 1.0' in text
    assert f'pimflow_requests{{pipeline="{NAME}",status="waiting"}} 1.0' in text


def test_an_event_brings_just_this_product_once_no_pause_keeps_it_and_its_problems_are_told(served):
    with mail_served(Mailbox()) as mailbox:
        entry = f'{{type: notify.message, to: ["{mailbox.address()}"], for: product manager}}'
        hook = f"{{type: changed, pipelines: [{NAME}], keys: [{KEY}], wait: 0}}"
        text = f"version: 1\nnotify: [{entry}]\nserve: {{hooks: {{erp: {hook}}}}}\n"
        (served.folder / "pimflow.yaml").write_text(text, "utf-8")
        served.write("CUP;mugs;cups;Cup;red;1", "POT;mugs;cups;Pot;no-such-colour;2")
        serving = served.app.state.serving = replace(served.serving, settings=settings_of(served.folder, None))
        schedules.met(served.database, NAME, "changes", "0 3 * * *", served.clock())
        schedules.pause(served.database, NAME, "Peter", served.clock())
        assert send_changed(served, {"keys": ["POT"]}).json()["received"] == 1
        nobody = lambda *_: None  # noqa: E731
        looking = Dispatch(this_server(), serving.project, served.database, served.clock, 2, None, nobody, nobody)
        looking.step(asked=True)
        assert [one.status for one in serving.runner.requests()] == ["waiting"]
        schedules.resume(served.database, NAME, served.clock())
        with started(served) as runner:
            (asked,) = runner.requests()
            assert ended(served, asked.number).exit_code == 0
        assert {one.identifier for one in served.pim.store.products.values()} == {"POT"}
        assert mailbox.subjects == [f"[pimflow] {NAME}: 1 product needs attention"]
    assert [one.wish.asked_by for one in serving.runner.requests()] == ["hook erp"]


def test_what_was_taken_is_remembered_for_a_week(hooked):
    send(hooked, event())
    hooked.clock.passed = timedelta(days=8)
    assert send(hooked, event("2")).json()["received"] == 1
    assert send(hooked, event()).json()["received"] == 1


@pytest.mark.parametrize(
    ("hook", "says"),
    [
        ("{type: akeneo, pipelines: [p], keys: [short]}", "serve.hooks.pim.keys.0: a key of at least 16"),
        ("{type: akeneo, pipelines: [], keys: [a-key-of-the-pim-2026]}", "serve.hooks.pim.pipelines: at least 1 entry"),
        ("{type: pim, pipelines: [p], keys: [a-key-of-the-pim-2026]}", "serve.hooks.pim.type: 'akeneo' or 'changed'"),
        ('{type: akeneo, pipelines: [p], keys: ["${env:NO_KEY_OF_THIS_NAME}"]}', "NO_KEY_OF_THIS_NAME is not set"),
    ],
)
def test_mistakes_of_a_hook_are_told_with_their_line_and_without_keys(tmp_path, hook, says):
    (tmp_path / "pimflow.yaml").write_text(f"version: 1\nserve:\n  hooks:\n    pim: {hook}\n", "utf-8")
    with pytest.raises(ConfigError) as caught:
        settings_of(tmp_path, None)
    assert "pimflow.yaml:4" in str(caught.value)
    assert says in str(caught.value)
    assert "a-key-of-the-pim" not in str(caught.value)


def test_a_check_tells_where_events_come_in_and_which_hook_leads_nowhere(hooked, monkeypatch):
    file = hooked.folder / "pimflow.yaml"
    file.write_text(HOOKS.replace("changed, pipelines: [products]", "changed, pipelines: [product]"), "utf-8")
    monkeypatch.chdir(hooked.folder)
    found = {one.name: one for one in examined(None, 8799, None)}
    assert found["hook pim"].text.endswith(f":8799/hooks/akeneo/pim begins runs of {NAME}")
    assert not found["hook erp"].well
    assert found["hook erp"].text == "no pipeline is called 'product'; did you mean 'products'?"


def test_a_hook_shows_no_key_of_its_own(hooked):
    assert KEY not in repr(hooked.serving.settings)


@given(st.binary(), st.text(), st.lists(st.text()))
def test_no_signature_but_the_right_one_is_taken(body, key, told):
    right = digest(body, key)
    assert signed(body, [key], [*told, f" {right.upper()} "])
    assert not signed(body, [key], [one for one in told if one.strip().lower() != right])
    assert not signed(body, [], [right])


def test_an_administrator_sees_where_events_come_in_and_when_the_last_one_did(hooked, signed_in):
    send(hooked, event())
    peter = signed_in("administrator")
    pim, erp = peter.get("/api/v1/hooks").json()
    assert pim["address"].endswith("/hooks/akeneo/pim")
    assert (pim["pipelines"], pim["wait_seconds"], erp["last"]) == ([NAME], 5.0, None)
    assert pim["last"] is not None
    page = peter.get("/settings").text
    assert "Events from other systems" in page
    assert pim["address"] in page
    assert KEY not in page
    assert signed_in("operator").get("/api/v1/hooks").status_code == 403
    assert "Events from other systems" not in signed_in("operator").get("/settings").text
