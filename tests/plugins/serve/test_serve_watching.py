"""What a server tells those who watch it: metrics, its log, messages of the day."""

from datetime import timedelta

from loguru import logger
from prometheus_client.parser import text_string_to_metric_families

from pimflow.errors import StateError
from pimflow.model import Status
from pimflow.running.run import RunOptions, run_pipeline
from pimflow_serve.digests import send_due
from pimflow_serve.good_runs import GoodRuns
from pimflow_serve.jobs.steadily import Steadily
from pimflow_serve.starting import logged

from ..notify.notify_servers import Mailbox  # noqa: TID252 - tests are no package
from ..notify.notify_servers import served as mail_served  # noqa: TID252
from .conftest import NAME

SECRET = "sandbox"


def run(served, options=RunOptions()):  # noqa: B008 - frozen
    return run_pipeline(served.serving.project.pipelines()[NAME].assembly, served.database, options)


def values(text):
    """The lines of the metrics, by name and labels."""
    pairs = (line.rpartition(" ") for line in text.splitlines() if line and not line.startswith("#"))
    return {name: float(value) for name, _, value in pairs}


def test_metrics_tell_how_runs_went(served, signed_in):
    served.write("CUP;mugs;cups;Cup;red;1", "POT;mugs;cups;Pot;no-such-colour;2")
    assert run(served).exit_code == 0
    answer = signed_in("viewer").get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    found = values(answer.text)
    of = f'{{pipeline="{NAME}"}}'
    assert found[f"pimflow_last_run_exit_code{of}"] == 0
    assert found[f"pimflow_attention_records{of}"] == 1
    assert (found[f"pimflow_pipeline_mistakes{of}"], found[f"pimflow_pipeline_late{of}"]) == (0, 0)
    assert found[f'pimflow_last_run_records{{flow="products",pipeline="{NAME}",status="{Status.CREATED}"}}'] == 2
    assert (
        found[f"pimflow_last_good_run_end_timestamp_seconds{of}"]
        > found[f"pimflow_last_run_start_timestamp_seconds{of}"]
    )
    families = {one.name: one for one in text_string_to_metric_families(answer.text)}
    assert {"process_resident_memory_bytes", "pimflow_build_info", "pimflow_last_run_duration_seconds"} <= set(families)
    ours = [one for name, one in families.items() if name.startswith("pimflow_")]
    assert all(one.documentation.endswith(".") for one in ours)
    labels = {label for one in ours for sample in one.samples for label in sample.labels}
    assert labels == {"version", "pipeline", "flow", "status"}  # of which there are few, whatever runs bring


def test_the_last_good_run_stays_when_runs_of_some_records_follow(served):
    good, database = GoodRuns(), served.database
    assert good.last(database, NAME) is None
    first = run(served).run.id
    assert good.last(database, NAME).id == first
    run(served, RunOptions(only=("CUP",)))
    assert good.last(database, NAME).id == first
    assert GoodRuns().last(database, NAME).id == first
    second = run(served).run.id
    assert good.last(database, NAME).id == second


def test_metrics_are_for_those_who_may_look(served, stranger):
    answer = stranger.get("/metrics")
    assert answer.status_code == 401
    assert "pimflow_" not in answer.text


def test_the_log_of_the_server_tells_who_did_what_and_holds_no_secret(served, signed_in):
    served.serving.project.pipelines()
    with logged(served.serving):
        logger.bind(also=SECRET).warning("the PIM refused {}", SECRET)
        signed_in("operator").post("/api/v1/pipelines/products/pause")
        signed_in("viewer").post("/api/v1/pipelines/products/pause")
    text = (served.folder / ".pimflow" / "server" / "server.jsonl").read_text("utf-8")
    assert "the PIM refused ********" in text
    assert text.count("asks for") == text.count("Julia asks for POST /api/v1/pipelines/products/pause") == 1
    assert SECRET not in text

    administrator = signed_in("administrator")
    assert [one["message"] for one in administrator.get("/api/v1/log").json()["lines"]] == [
        "Julia asks for POST /api/v1/pipelines/products/pause",
        "the PIM refused ********",
    ]
    page = administrator.get("/log?level=WARNING&text=REFUSED").text
    assert "the PIM refused ********" in page
    assert "Julia asks" not in page
    assert [signed_in("operator").get(path).status_code for path in ("/log", "/api/v1/log")] == [403, 403]


def test_the_product_managers_day_comes_by_mail_at_its_time(served):
    with mail_served(Mailbox()) as mailbox:
        entry = f'{{type: notify.message, to: ["{mailbox.address()}"], for: product manager, digest: "daily at 07:00"}}'
        (served.folder / "pimflow.yaml").write_text(f"version: 1\nnotify: [{entry}]\n", "utf-8")
        served.write("CUP;mugs;cups;Cup;red;1", "POT;mugs;cups;Pot;no-such-colour;2")
        run(served)
        later = {}
        send_due(served.serving, later)
        assert mailbox.mails == []
        served.clock.passed = timedelta(days=1)
        send_due(served.serving, later)
        send_due(served.serving, later)
        (subject,) = mailbox.subjects
        assert subject.startswith(f"[pimflow] {NAME}, ")
        assert subject.endswith(": 1 new cause of problems")
        assert "'no-such-colour'" in mailbox.text(0)
    assert later == {}


def test_a_mail_server_that_is_away_is_asked_again_later_and_not_all_the_time(served):
    entry = '{type: notify.message, to: ["mailto://127.0.0.1:9?from=a@shop.example&to=b@shop.example"], on: [success], '
    entry += 'digest: "daily at 07:00"}'
    (served.folder / "pimflow.yaml").write_text(f"version: 1\nnotify: [{entry}]\n", "utf-8")
    run(served)
    later = {}
    send_due(served.serving, later)
    served.clock.passed = timedelta(days=1)
    send_due(served.serving, later)
    (again,) = later.values()
    assert timedelta(minutes=14) < again - served.clock() <= timedelta(minutes=15)


def test_a_test_alert_proves_that_messages_arrive(served, signed_in):
    with mail_served(Mailbox()) as mailbox:
        entry = f'{{type: notify.message, to: ["{mailbox.address()}"], for: administrator}}'
        (served.folder / "pimflow.yaml").write_text(f"version: 1\nnotify: [{entry}]\n", "utf-8")
        assert signed_in("viewer").get("/api/v1/alerts").json()[0]["pipeline"] == NAME
        assert signed_in("viewer").post(f"/api/v1/pipelines/{NAME}/test-alert").status_code == 403
        (tried,) = signed_in("operator").post(f"/api/v1/pipelines/{NAME}/test-alert").json()
        assert (tried["ok"], tried["to"], tried["reader"]) == (True, "E-Mail", "administrator")
        assert mailbox.subjects == [f"[pimflow] {NAME}: this is a test"]
        assert "Nothing was run. Nothing to do." in mailbox.text(0)
    assert signed_in("operator").post("/api/v1/pipelines/nobody/test-alert").status_code == 404


def test_the_same_trouble_is_told_once_in_ten_minutes(monkeypatch):
    said, steadily = [], Steadily("runs cannot be begun now")
    number = logger.add(lambda message: said.append(message.record["message"]))
    for error in ("it is away", "it is away", "", "it is away", "it is full"):
        steadily.do(lambda error=error: raised(error))
    monkeypatch.setattr("pimflow_serve.jobs.steadily._AGAIN", 0)
    steadily.do(lambda: raised("it is full"))
    logger.remove(number)
    assert [text.rpartition(": ")[2] for text in said] == ["it is away", "it is full", "it is full"]


def raised(error):
    if error:
        raise StateError(error)
