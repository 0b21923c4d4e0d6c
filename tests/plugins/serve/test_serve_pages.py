"""The overview, a pipeline and a run, as their pages tell them; without a browser."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from pimflow.assemble import assemble
from pimflow.configuration.loading import load_pipeline
from pimflow.model import Page, Run, RunReport
from pimflow.plugins import create_registry
from pimflow.running.run import RunOptions, log_folder, run_pipeline
from pimflow.state import attention, history, open_items, requests, schedules
from pimflow_serve.views.logs import read_log

from .conftest import NAME, ServedProject

BAD = ("CUP;mugs;cups;Cup;red;1", "POT;mugs;cups;Pot;BORD;2", "JUG;mugs;cups;<b>Jug</b>;red;heavy")
SCHEDULE = 'version: 1\nschedule: {changes: every 15 minutes, everything: "0 3 * * 0", time_zone: Europe/Paris}\n'


def run_here(served: ServedProject, **options: object) -> RunReport:
    """Run the pipeline in this process."""
    assembly = assemble(load_pipeline(served.folder / "pipelines" / f"{NAME}.yaml"), create_registry())
    return run_pipeline(assembly, served.database, RunOptions(**options))


def rewrite(served: ServedProject, old: str, new: str) -> None:
    """Change the pipeline file."""
    file = served.folder / "pipelines" / f"{NAME}.yaml"
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")


def test_the_overview_tells_how_each_pipeline_does(served: ServedProject, signed_in: Callable[..., TestClient]):
    julia = signed_in()
    assert "Never ran" in julia.get("/").text

    run_here(served)
    assert "All is well. Nothing to do for you." in julia.get("/").text

    served.write(*BAD)
    run_here(served)
    page = julia.get("/").text
    assert "2 records need your attention." in page
    assert f'href="/problems?pipeline={NAME}"' in page
    rewrite(served, "sink:", "sinks:")
    assert "File has mistakes" in julia.get("/").text


def test_a_pipeline_is_run_by_who_may(served: ServedProject, signed_in: Callable[..., TestClient]):
    julia, vera = signed_in(), signed_in("viewer")
    where = f"/pipelines/{NAME}"

    assert "The run begins now." in julia.post(f"{where}/run", data={"kind": "changes"}).text
    julia.post(f"{where}/run", data={"kind": "only", "keys": "CUP, POT;CUP-2\n JUG"})
    wishes = [one.wish for one in served.serving.runner.requests(NAME)]
    assert [(one.kind, one.asked_by, one.keys) for one in wishes] == [
        ("only", "Julia", ("CUP", "POT", "CUP-2", "JUG")),
        ("changes", "Julia", ()),
    ]
    empty = julia.post(f"{where}/run", data={"kind": "only", "keys": " , "})
    assert (empty.status_code, "Which SKUs? Write at least one." in empty.text) == (400, True)
    preview = julia.post(f"{where}/run", data={"kind": "preview"}, follow_redirects=False)
    assert preview.headers["location"].startswith(f"{where}/preview/")

    assert vera.post(f"{where}/run", data={"kind": "changes"}).status_code == 403
    assert "Run it now" not in vera.get(where).text
    assert vera.get("/pipelines/nothing").status_code == 404


def test_what_was_asked_for_can_be_taken_back(served: ServedProject, signed_in: Callable[..., TestClient]):
    julia = signed_in()
    julia.post(f"/pipelines/{NAME}/run", data={"kind": "everything"})
    (asked,) = served.serving.runner.requests(NAME)

    assert "Asked for by Julia, and waits for its turn." in julia.get(f"/pipelines/{NAME}").text
    julia.post(f"/pipelines/{NAME}/stop", data={"number": str(asked.number)})

    assert [one.status for one in served.serving.runner.requests(NAME)] == ["ended"]


def test_a_schedule_is_told_in_words_and_paused(served: ServedProject, signed_in: Callable[..., TestClient]):
    rewrite(served, "version: 1\n", SCHEDULE)
    schedules.met(served.database, NAME, "changes", "*/15 * * * *", served.clock())
    julia, german = signed_in(), signed_in("viewer", language="de")

    page = julia.get(f"/pipelines/{NAME}").text
    assert "Every 15 minutes" in page
    assert "At 03:00, only on Sunday" in page
    assert "Um 03:00, nur am Sonntag" in german.get(f"/pipelines/{NAME}").text
    julia.post(f"/pipelines/{NAME}/pause")
    assert "Paused by Julia" in julia.get(f"/pipelines/{NAME}").text
    assert "The schedule goes on." in julia.post(f"/pipelines/{NAME}/resume").text
    assert "Paused by" not in julia.get(f"/pipelines/{NAME}").text


def test_a_pipeline_that_did_not_run_in_time_is_overdue(served: ServedProject, signed_in: Callable[..., TestClient]):
    rewrite(served, "version: 1\n", SCHEDULE)
    run_here(served)
    julia = signed_in()

    assert "Overdue" not in julia.get("/").text
    served.clock.passed = timedelta(hours=11)
    assert "Overdue" in julia.get("/").text


def test_a_file_is_shown_without_its_secrets(served: ServedProject, signed_in: Callable[..., TestClient]):
    rewrite(served, "password: sandbox", 'password: "a very secret word"')

    page = signed_in().get(f"/pipelines/{NAME}").text

    assert "akeneo.products" in page
    assert "secret word" not in page
    assert "a very secret word" not in signed_in("administrator").get("/settings").text


def test_a_run_tells_its_causes_and_shows_texts_as_texts(served: ServedProject, signed_in: Callable[..., TestClient]):
    served.write(*BAD, "MUG;mugs;cups;Mug;<script>alert(1)</script>;1")
    report = run_here(served)

    page = signed_in().get(f"/runs/{report.run.id}").text

    assert "4 products read" in page
    assert "BORD" in page
    assert f'href="/problems/{NAME}/' in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


def test_a_log_is_filtered_and_given_whole(served: ServedProject, signed_in: Callable[..., TestClient]):
    report = run_here(served)
    julia, where = signed_in(), f"/runs/{report.run.id}"

    assert "log-line" in julia.get(where, params={"level": "DEBUG"}).text
    finest = read_log(log_folder(served.folder) / f"{report.run.id}.jsonl", "DEBUG").lines
    rare = next(one.message for one in finest if one.level == "DEBUG")
    assert "No such line." not in julia.get(where, params={"text": rare, "level": "WARNING"}).text
    assert "No such line." in julia.get(where, params={"text": "nothing says this"}).text
    assert julia.get(where, params={"level": "../../etc"}).status_code == 200
    whole = julia.get(f"{where}/log")
    assert whole.headers["content-type"].startswith("application/jsonl")
    assert whole.content == (log_folder(served.folder) / f"{report.run.id}.jsonl").read_bytes()


def test_of_a_large_log_the_end_is_looked_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    line = '{{"time": "2026-11-23T10:00:00+00:00", "level": "INFO", "message": "step {}"}}\n'
    file = tmp_path / "run.jsonl"
    file.write_text("".join(line.format(number) for number in range(2000)), "utf-8")

    assert [len(read_log(file).lines), read_log(file).cut] == [500, True]
    assert [one.message for one in read_log(file, text="STEP 7").lines][:2] == ["step 7", "step 70"]
    monkeypatch.setattr("pimflow_serve.views.logs._BYTES", 1000)
    found = read_log(file)
    assert (found.lines[-1].message, found.cut, len(found.lines) < 15) == ("step 1999", True, True)


def test_no_file_but_a_log_is_given_as_one(served: ServedProject, signed_in: Callable[..., TestClient]):
    secret = served.folder / "pimflow.jsonl"
    secret.write_text("secret", "utf-8")
    for number, log in enumerate([str(secret), str(log_folder(served.folder) / ".." / ".." / "pimflow.jsonl"), ""]):
        history.begin_run(served.database, Run(f"r{number}", NAME, served.clock()), log)
        julia = signed_in()
        assert julia.get(f"/runs/r{number}/log").status_code == 404
        assert "secret" not in julia.get(f"/runs/r{number}").text
        assert "Broken off" in julia.get(f"/runs/r{number}").text


def test_a_run_that_was_broken_off_goes_on_when_somebody_says_so(
    served: ServedProject, signed_in: Callable[..., TestClient]
):
    history.begin_run(served.database, Run("killed", NAME, served.clock()), "")
    julia = signed_in()
    assert "Broken off" in julia.get("/").text

    assert "The run begins now." in julia.post("/runs/killed/again").text

    assert [one.wish.kind for one in served.serving.runner.requests(NAME)] == ["changes"]


def test_an_administrator_lets_a_run_pass_the_guard_that_held_it_back(
    served: ServedProject, signed_in: Callable[..., TestClient]
):
    rewrite(served, "    sink:", "    guards: {min_rows: 100}\n    sink:")
    report = run_here(served)
    assert [one.guard for one in report.flows] == ["min_rows"]
    path = f"/runs/{report.run.id}"
    julia, peter = signed_in(), signed_in("administrator")
    assert "Let it pass this once" not in julia.get(path).text
    assert julia.post(f"{path}/allow", data={"guard": "min_rows"}).status_code == 403
    asked = {"kind": "everything", "allow": ["min_rows"]}
    assert julia.post(f"/api/v1/pipelines/{NAME}/runs", json=asked).status_code == 403
    assert "Let it pass this once" in peter.get(path).text
    assert peter.post(f"{path}/allow", data={"guard": "anything"}).status_code == 400
    assert "The run begins now." in peter.post(f"{path}/allow", data={"guard": "min_rows"}).text
    (asked, *_) = served.serving.runner.requests()
    assert (asked.wish.allow, asked.wish.asked_by) == (("min_rows",), "Peter")


def test_ten_thousand_runs_are_read_page_by_page(served: ServedProject, signed_in: Callable[..., TestClient]):
    for number in range(45):
        history.begin_run(served.database, Run(f"r{number:02}", NAME, served.clock()), "")
    julia = signed_in()

    first = julia.get(f"/pipelines/{NAME}").text
    assert "/runs/r44" in first
    assert "/runs/r24" not in first
    older = first.split("?before=")[1].split("#")[0]
    second = julia.get(f"/pipelines/{NAME}", params={"before": older}).text
    assert "/runs/r24" in second
    assert "/runs/r44" not in second.split('id="history"')[1]


def test_plugins_add_pages(served: ServedProject, signed_in: Callable[..., TestClient]):
    def fails(visit: object) -> str:
        raise RuntimeError("a secret of the plugin")

    served.app.state.plugin_pages = (
        Page("shelves", "Shelves", lambda visit: f"<p>{visit.person} of {visit.root.name}, {visit.language}</p>"),
        Page("broken", "Broken", fails),
    )
    vera = signed_in("viewer")

    assert 'href="/plugin/shelves"' in vera.get("/").text
    assert f"<p>Vera of {served.folder.name}, en</p>" in vera.get("/plugin/shelves").text
    failed = vera.get("/plugin/broken")
    assert (failed.status_code, "a secret" in failed.text) == (500, False)
    assert vera.get("/plugin/other").status_code == 404


def test_a_test_alert_tells_where_it_went_through(served: ServedProject, signed_in: Callable[..., TestClient]):
    julia = signed_in()
    assert "Nobody is told yet." in julia.get("/settings").text
    (served.folder / "pimflow.yaml").write_text(
        "version: 1\nnotify:\n  - {type: notify.message, to: ['json://127.0.0.1:1/secret-path']}\n", "utf-8"
    )

    answer = julia.post("/settings/alert", data={"pipeline": NAME})

    assert "Did not go through" in answer.text
    assert "secret-path" not in answer.text
    assert signed_in("viewer").post("/settings/alert", data={"pipeline": NAME}).status_code == 403


def test_programs_see_what_pages_show(served: ServedProject, signed_in: Callable[..., TestClient]):
    served.write(*BAD)
    report = run_here(served)
    vera = signed_in("viewer")

    (one,) = vera.get("/api/v1/pipelines").json()
    assert (one["name"], one["state"], one["open"], one["last"]["counts"]["new"]) == (NAME, "attention", 2, 3)
    detail = vera.get(f"/api/v1/pipelines/{NAME}").json()
    assert detail["does"][0]["noun"] == "products"
    assert "akeneo.products" in detail["text"]
    assert vera.get(f"/api/v1/runs/{report.run.id}/log", params={"level": "DEBUG"}).json()["lines"]
    assert vera.get("/api/v1/runs/nothing/log").status_code == 404
    assert vera.patch("/api/v1/me", json={"language": "fr"}).json()["language"] == "fr"
    assert '<html lang="fr"' in vera.get("/").text
    assert vera.patch("/api/v1/me", json={"language": "xx"}).status_code == 400


def test_what_was_dismissed_is_counted_no_longer(served: ServedProject, signed_in: Callable[..., TestClient]):
    served.write(*BAD)
    run_here(served)
    (scope,) = open_items.scopes_of(served.database, NAME).values()
    attention.dismiss(served.database, scope, [("products", "POT")], "Julia", served.clock())

    assert "1 record needs your attention." in signed_in().get("/").text


def test_production_is_named_before_its_first_run(served: ServedProject, signed_in: Callable[..., TestClient]):
    (served.folder / "pimflow.yaml").write_text(
        "version: 1\ndefault_environment: live\nenvironments:\n  live: {production: true}\n", "utf-8"
    )
    julia, where = signed_in(), f"/pipelines/{NAME}"

    assert "Name of the environment" in julia.get(where).text
    for confirm in ("", "test"):
        answer = julia.post(f"{where}/run", data={"kind": "everything", "confirm": confirm})
        assert (answer.status_code, "Write the name of the environment" in answer.text) == (400, True)
    assert "The run begins now." in julia.post(f"{where}/run", data={"kind": "everything", "confirm": "live"}).text
    (asked,) = served.serving.runner.requests(NAME)
    assert asked.wish.confirm == "live"


def test_what_did_not_begin_is_told(served: ServedProject, signed_in: Callable[..., TestClient]):
    julia = signed_in()
    julia.post(f"/pipelines/{NAME}/run", data={"kind": "changes"})
    (asked,) = served.serving.runner.requests(NAME)
    requests.claim(served.database, asked.number, "here", served.clock())
    requests.end(served.database, asked.number, served.clock(), 2, None, "A guard says: `first_import`.")

    page = julia.get(f"/pipelines/{NAME}").text

    assert "What was asked for last did not begin." in page
    assert "A guard says: <code>first_import</code>." in page
