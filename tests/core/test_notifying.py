"""Who is told of a run: through the run itself, its state and its log."""

import json
import threading
from datetime import UTC, datetime

import jsonschema
import pytest

from pimflow.assemble import assemble
from pimflow.configuration.loading import load_pipeline
from pimflow.errors import BusyError, ConfigError, LoginError, StateError, UnreachableError
from pimflow.model import Event, Run, Status
from pimflow.plugins import create_registry
from pimflow.running.holding import Pace, held
from pimflow.running.run import RunOptions
from pimflow.schema import pipeline_schema
from pimflow.state import history

WINDOW = "window"


@pytest.fixture
def notified(bench):
    """The bench, with a notice in one window of the shop."""
    bench.settings["notify"] = [{"type": "shop.notice"}]
    return bench


def fail(shop):
    shop.scripts["open"] = [LoginError("the shop refused the credentials. Check them")]


def titles(shop):
    return [message.title for _, message in shop.messages]


def log_of(bench):
    """The lines of all logs."""
    files = sorted((bench.folder / ".pimflow" / "logs").glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


def test_failure_once_then_recovery_once(notified, shop):
    for failing in (True, True, False, False):
        if failing:
            fail(shop)
        notified.run()
    assert titles(shop) == [
        "[pimflow] bench failed: the shop refused the credentials",
        "[pimflow] bench works again",
    ]
    (_, failure), (_, recovery) = shop.messages
    assert failure.event is Event.FAILURE
    assert failure.report.exit_code == 3
    assert "stopped. The shop refused the credentials. Check them." in failure.text
    assert recovery.event is Event.RECOVERY
    assert "3 new" in recovery.text


def test_problems_tell_which_products_and_why(notified, shop):
    shop.tables["products"] = [("sku", "colour"), ("A", "BORD"), ("B", "red"), ("C", "BORD")]
    notified.run()
    notified.run()
    ((_, message),) = shop.messages
    assert message.title == "[pimflow] bench: 2 products need attention"
    assert "says 'BORD', the shop has no such colour. 2 products arrived without a colour (A, C)." in message.text


def test_a_run_that_a_mistake_in_the_file_breaks_off_is_told(notified, shop):
    with pytest.raises(ConfigError):
        notified.run(transforms=[{"map": {"sku": "nonsense"}}])
    (title,) = titles(shop)
    assert title.startswith("[pimflow] bench failed: pipeline.yaml:")
    assert "nonsense" in title


def test_a_run_of_some_records_a_preview_and_a_busy_pipeline_are_told_to_nobody(notified, shop):
    fail(shop)
    notified.run(RunOptions(only=("A",)))
    fail(shop)
    notified.run(RunOptions(limit=1))
    fail(shop)
    notified.plan()
    with (
        notified.database() as database,
        held(database, "bench", "other", lambda: datetime.now(UTC), Pace()),
        pytest.raises(BusyError),
    ):
        notified.run_all()
    assert shop.messages == []


def test_a_run_of_some_records_that_went_well_is_no_recovery(notified, shop):
    fail(shop)
    notified.run()
    notified.run(RunOptions(only=("A",)))
    assert len(shop.messages) == 1
    notified.run()
    assert titles(shop)[1:] == ["[pimflow] bench works again"]


def test_a_killed_run_is_told_by_the_next(notified, shop):
    killed = Run("20261123-051500-dead", "bench", datetime(2026, 11, 23, 5, 15, tzinfo=UTC))
    with notified.database() as database:
        history.begin_run(database, killed, "none.jsonl")
    notified.run()
    notified.run()
    ((_, message),) = shop.messages
    assert message.event is Event.RECOVERY
    assert "was broken off: its process was killed" in message.text


def test_a_notifier_that_fails_changes_nothing_and_is_tried_by_the_next_run(notified, shop):
    shop.scripts[WINDOW] = [UnreachableError("it is shut", detail="code 7"), KeyError("a defect")]
    for _ in range(3):
        fail(shop)
        assert notified.run().exit_code == 3
    assert titles(shop) == ["[pimflow] bench failed: the shop refused the credentials"]
    warnings = [line for line in log_of(notified) if "could not be told of the failure: " in line["message"]]
    told = {line["message"].partition("failure: ")[2]: line["detail"] for line in warnings}
    assert told["it is shut"] == "code 7"
    assert "a defect" in told["its plugin has a defect; report it to its authors"]
    with notified.database() as database:
        assert all(past.report for past in history.past_runs(database, "bench", 10))


def test_a_notifier_that_hangs_is_left_behind(notified, shop, monkeypatch):
    monkeypatch.setattr("pimflow.notifying.delivering._PATIENCE", 0.1)
    released = threading.Event()
    monkeypatch.setattr("pimflow_shop.ShopNotice.deliver", lambda *_: released.wait(30))
    fail(shop)
    notified.run()
    released.set()
    assert any("it did not come to an end within 0 seconds" in line["message"] for line in log_of(notified))


def test_what_is_kept_in_a_form_that_nobody_reads_tells_all_the_same(notified, shop):
    fail(shop)
    notified.run()
    notified.sql("""UPDATE memory SET text = '{"number": "x"}' WHERE address = 'pimflow:notify'""")
    fail(shop)
    notified.run()
    assert len(shop.messages) == 2


def test_what_notifiers_and_reports_tell_holds_no_secret(notified, shop):
    notified.settings["notify"] = [{"type": "shop.notice", "windows": ["hush-hush-window", "the-other-window"]}]
    shop.scripts["hush-hush-window"] = [
        UnreachableError("hush-hush-window is shut", detail="at hush-hush-window"),
        KeyError("hush-hush-window"),
    ]
    for _ in range(2):
        shop.scripts["open"] = [LoginError("the shop refused hush-hush-window")]
        notified.run()
    assert "hush-hush-window" not in json.dumps(log_of(notified))
    ((_, message),) = shop.messages
    assert "hush-hush-window" not in message.title + message.text


def test_each_recipient_is_told_once_although_another_cannot_be_reached(notified, shop):
    notified.settings["notify"] = [{"type": "shop.notice", "windows": ["left-window", "right-window"]}]
    shop.scripts["left-window"] = [UnreachableError("shut")]
    for _ in range(3):
        fail(shop)
        notified.run()
    assert [window for window, _ in shop.messages] == ["right-window", "left-window"]


def test_each_notifier_has_conditions_of_its_own(notified, shop):
    notified.settings["notify"] = [
        {"type": "shop.notice", "windows": ["success"], "on": ["success"]},
        {"type": "shop.notice", "windows": ["many"], "problems_over": 1},
    ]
    shop.tables["products"] = [("sku", "colour"), ("A", "BORD"), ("B", "red")]
    notified.run()
    shop.tables["products"] = [("sku", "colour"), ("A", "BORD"), ("B", "BORD")]
    notified.run()
    assert [(window, str(message.event)) for window, message in shop.messages] == [
        ("success", "success"),
        ("success", "success"),
        ("many", "problems"),
    ]


def test_a_recipient_that_is_new_knows_how_the_last_run_ended(bench, shop):
    fail(shop)
    bench.run()
    bench.settings["notify"] = [{"type": "shop.notice"}]
    bench.run()
    assert titles(shop) == ["[pimflow] bench works again"]


def test_a_state_that_fails_at_the_end_is_told(notified, shop, monkeypatch):
    def full(*_):
        raise StateError("the disk is full")

    monkeypatch.setattr(history, "finish_run", full)
    with pytest.raises(StateError):
        notified.run_all()
    assert titles(shop) == ["[pimflow] bench failed: the disk is full"]


def test_a_state_that_cannot_be_asked_tells_all_the_same(notified, shop, monkeypatch):
    def torn(*_, **__):
        raise StateError("torn")

    monkeypatch.setattr(history, "past_runs", torn)
    monkeypatch.setattr("pimflow.state.memory.KeptMemory.get", torn)
    monkeypatch.setattr("pimflow.state.memory.KeptMemory.put", torn)
    fail(shop)
    notified.run()
    assert len(shop.messages) == 1


def test_the_project_and_a_pipeline_tell_both(notified, shop):
    (notified.folder / "pimflow.yaml").write_text(
        "version: 1\nnotify:\n  - {type: shop.notice, windows: [of-project], on: [success]}\n"
    )
    notified.settings["notify"] = [{"type": "shop.notice", "windows": ["of-pipeline"], "on": ["success"]}]
    notified.run()
    assert [window for window, _ in shop.messages] == ["of-project", "of-pipeline"]


@pytest.mark.parametrize(
    ("notify", "mistakes"),
    [
        (
            "  - {type: shop.nothing}",
            ["6: notify.0.type: unknown notifier 'shop.nothing'; did you mean 'shop.notice'?"],
        ),
        ("  - {on: [failure]}", ["6: notify.0: `type` is missing: the name of what a plugin offers"]),
        (
            "  - {type: shop.notice, on: [fail]}",
            ["6: notify.0.on.0: 'failure', 'recovery', 'problems' or 'success' was expected; found text"],
        ),
        (
            "  - {type: shop.notice, on: []}\n  - {type: shop.notice, problems_over: -1, problems_overr: 3}",
            [
                "6: notify.0.on: at least 1 entry was expected; found an empty list",
                "7: notify.1.problems_overr: unknown key; did you mean 'problems_over'?",
                "7: notify.1.problems_over: 0 or more was expected; found a number",
            ],
        ),
        ('  - {type: shop.notice, name: "${env:NO_SUCH_NAME}"}', ["environment variable NO_SUCH_NAME is not set"]),
        ("  type: shop.notice", ["5: notify: a list ([a, b]) was expected; found a mapping"]),
    ],
)
def test_mistakes_under_notify_are_told_with_their_lines(shop, tmp_path, notify, mistakes):
    ends = "source: {type: shop.rows, connection: shop}, sink: {type: shop.feed, connection: shop}"
    flows = f"flows:\n  products: {{{ends}}}"
    file = tmp_path / "p.yaml"
    file.write_text(f"version: 1\nconnections: {{shop: {{type: shop}}}}\n{flows}\nnotify:\n{notify}\n")
    with pytest.raises(ConfigError) as caught:
        assemble(load_pipeline(file), create_registry())
    told = [str(mistake) for mistake in caught.value.mistakes]
    assert len(told) == len(mistakes)
    for found, wanted in zip(told, mistakes, strict=True):
        assert wanted in found


def test_strict_is_kept_and_no_failure(notified, shop):
    shop.tables["products"] = [("sku", "colour"), ("A", "BORD")]
    report = notified.run_all(options=RunOptions(strict=True))
    assert report.exit_code == 1
    assert report.run.strict
    assert titles(shop) == ["[pimflow] bench: 1 product needs attention"]


def test_failed_records_are_a_failure(notified, shop):
    shop.scripts["A"] = [Status.FAILED]
    notified.run()
    assert titles(shop) == ["[pimflow] bench failed: 1 product could not be delivered"]


def test_editors_know_notifiers_and_their_options(shop):
    schema = jsonschema.Draft202012Validator(pipeline_schema(create_registry()))
    ends = {"source": {"type": "files.csv", "path": "a.csv"}, "sink": {"type": "files.jsonl", "path": "b.jsonl"}}

    def accepts(entry):
        return schema.is_valid({"version": 1, "flows": {"products": ends}, "notify": [entry]})

    assert accepts({"type": "shop.notice", "on": ["failure", "success"], "problems_over": 3})
    assert accepts({"type": "notify.ping", "url": "https://hc-ping.com/x"})
    assert not accepts({"type": "shop.notice", "on": ["fail"]})
    assert not accepts({"type": "shop.notice", "also": 1})
    assert not accepts({"type": "notify.ping"})
    assert not accepts({"type": "shop.rows"})


def test_messages_name_the_environment_and_commands_that_find_the_run_there(notified, shop):
    notified.folder.joinpath("pimflow.yaml").write_text(
        "version: 1\nenvironments: {test: {}}\ndefault_environment: test\n"
    )
    fail(shop)
    notified.run()
    ((_, told),) = shop.messages
    run = told.report.run
    assert run.environment == "test"
    assert told.title == "[pimflow] bench (test) failed: the shop refused the credentials"
    assert f"Run {run.id} of bench (test) on " in told.text
    assert f"pimflow runs {run.id} -e test. Every detail: pimflow logs {run.id} -e test." in told.text
    assert "(test), " in told.text.splitlines()[0]
