"""Jobs of the PIM, launched by a flow."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from pimflow import Change, Item, RowProblem, Status, Who
from pimflow_akeneo.structure import jobs
from pimflow_akeneo.structure.jobs import AkeneoJobsSink
from pimflow_akeneo_sandbox.serve import serve
from pimflow_akeneo_sandbox.settings import Settings

from .conftest import CATALOG
from .structure_setup import cli, counts, loading, write_csv

JOBS = [{"code": "nightly", "type": "export"}, {"code": "erp_in", "type": "import"}]


@pytest.fixture(scope="module")
def hosted():
    with serve({**CATALOG, "jobs": JOBS}, settings=Settings(edition="serenity")) as pim:
        yield pim


@pytest.fixture
def launch(hosted, connect, run, changes):
    hosted.reset()

    def make(*rows, url=hosted.url, **options):
        with connect(url=url).open() as session:
            writer = AkeneoJobsSink(connection="pim", **options).open(session, run)
            return [outcome for change in changes(writer, rows) for outcome in writer.load([change])]

    return make


def test_each_row_launches_a_job_and_tells_its_execution(hosted, launch):
    outcomes = launch({"code": "nightly"}, {"code": "erp_in", "type": "import", "import_mode": "update_only"})
    assert [(one.status, one.remote_id) for one in outcomes] == [(Status.CREATED, "1"), (Status.CREATED, "2")]
    assert [job["executions"] for job in hosted.store.structure["jobs"]] == [1, 1]


def test_a_job_that_the_pim_lacks_is_told_in_words(launch):
    (outcome,) = launch({"code": "nihgtly"})
    (problem,) = outcome.problems
    assert (outcome.status, problem.field, problem.value) == (Status.REFUSED, "code", "nihgtly")
    assert problem.reason.startswith("the PIM has no export job of this code")
    assert problem.who is Who.ADMINISTRATOR


def test_the_type_of_all_rows_can_be_an_option(launch):
    (outcome,) = launch({"code": "erp_in"}, type_of_job="import")
    assert outcome.status is Status.CREATED


@pytest.mark.parametrize(
    "row",
    [
        {"code": ""},
        {"code": "a", "type": "both"},
        {"code": "a", "type": "import", "import_mode": "all"},
        {"code": "a", "import_mode": "create_only"},
    ],
)
def test_a_row_that_means_no_job_is_refused(launch, row):
    with pytest.raises(RowProblem):
        launch(row)


def test_columns_of_other_things_are_told(hosted, connect, run):
    with connect(url=hosted.url).open() as session:
        writer = AkeneoJobsSink(connection="pim").open(session, run)
        told = writer.check_columns(("code", "type", "import_mod", "name"))
    assert {name: one.problem.remedy for name, one in told.items()} == {
        "import_mod": "Did you mean 'import_mode'?",
        "name": "Columns of a job: code, type, import_mode.",
    }


def test_every_run_launches_again(hosted, launch, tmp_path):
    write_csv(tmp_path / "jobs.csv", {"code": "nightly", "type": "export"})
    file = tmp_path / "jobs.yaml"
    file.write_text(loading(hosted, tmp_path, {"jobs": []}), "utf-8")
    cli("plan", file)
    assert "executions" not in hosted.store.get("jobs", "nightly")
    for launches in (1, 2):
        assert counts(cli("run", file)) == {"jobs": {"created": 1}}
        assert hosted.store.get("jobs", "nightly")["executions"] == launches


class WithoutJobs(BaseHTTPRequestHandler):
    """An older PIM: it gives tokens, and has no path for jobs."""

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        token = {"access_token": "t", "refresh_token": "r", "expires_in": 3600, "token_type": "bearer", "scope": None}
        missing = {"code": 404, "message": f'No route found for "POST {self.path}"'}
        found = self.path.endswith("/token")
        content = json.dumps(token if found else missing).encode()
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def older():
    with ThreadingHTTPServer(("127.0.0.1", 0), WithoutJobs) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_a_pim_that_lets_no_program_launch_jobs_is_told_apart(launch, older):
    (outcome,) = launch({"code": "nightly"}, url=older)
    (problem,) = outcome.problems
    assert (outcome.status, problem.reason) == (Status.REFUSED, "this PIM does not let programs launch jobs")
    assert problem.remedy.startswith("Launch the job in the PIM itself")


def test_an_answer_without_words_is_told_in_ours():
    change = Change(Item("jobs/export", "nightly", {}), 0, False, b"")
    problem = jobs._refusal(httpx.Response(422, text="<html>"), change)
    assert problem.reason == "the PIM did not launch the job and does not say why"
    assert problem.detail.startswith("422")
