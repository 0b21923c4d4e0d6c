"""The sample `excel_drop_to_akeneo`, through the command line, from its own workbooks into a served sandbox."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from pimflow_akeneo_sandbox.serve import serve

from .runs import command_line, hold_report, hold_text

SAMPLE = Path(__file__).parents[2] / "sample_pipelines" / "excel_drop_to_akeneo"
PIPELINE = "excel_drop_to_akeneo.yaml"


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """Four runs: the first, one with nothing new, one with the first file again, and one with changes."""
    folder = tmp_path_factory.mktemp("sample")
    shutil.copytree(SAMPLE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".pimflow", "inbox"))
    inbox = folder / "inbox"

    def export(what):
        subprocess.run([sys.executable, "make_exports.py", what], cwd=folder, check=True, capture_output=True)

    export("full")
    with serve(folder / "catalog.json") as sandbox:
        cli = command_line(folder, sandbox.url)
        check = cli("check", PIPELINE)
        first = json.loads(cli("run", PIPELINE, "--json"))
        text, before = cli("runs", "last"), sandbox.stats()["routes"]
        second = json.loads(cli("run", PIPELINE, "--json"))
        shutil.copy(inbox / "archive" / "articles-full-2026-03-01.xlsx", inbox)
        again = json.loads(cli("run", PIPELINE, "--json"))
        after = sandbox.stats()["routes"]
        export("changes")
        changes = json.loads(cli("run", PIPELINE, "--json"))
    more = {route for route in after if after[route]["calls"] > before.get(route, {"calls": 0})["calls"]}
    left = sorted(path.name for path in inbox.iterdir() if path.is_file())
    return SimpleNamespace(
        check=check, first=first, text=text, second=second, again=again, changes=changes, calls=more, left=left
    )


def test_check_finds_both_sides_ready(sample):
    assert "all 10 columns are known to the target" in sample.check


def test_the_first_run_reports_what_is_expected(sample, request):
    hold_report(sample.first, SAMPLE, request.config)


def test_its_text_is_what_the_product_manager_is_meant_to_read(sample, request):
    hold_text(sample.text, SAMPLE, request.config)


def test_the_second_run_finds_nothing_new_and_sends_nothing(sample):
    (flow,) = sample.second["flows"]
    assert (flow["read"], flow["full"]) == (0, False)
    assert "No new file had come." in flow["notes"]


def test_the_same_file_again_sends_nothing(sample):
    (flow,) = sample.again["flows"]
    assert (flow["read"], flow["full"]) == (48, True)
    assert not {"created", "updated"} & {name for name, number in flow["counts"].items() if number}
    assert {route for route in sample.calls if not route.startswith("GET ")} <= {"POST /api/oauth/v1/token"}


def test_changes_are_read_alone_and_conclude_nothing(sample):
    (flow,) = sample.changes["flows"]
    assert (flow["read"], flow["full"]) == (2, False)
    assert (flow["counts"]["created"], flow["counts"]["updated"]) == (1, 1)
    assert not any("not in the source" in note for note in flow["notes"])
    assert sample.left == []
