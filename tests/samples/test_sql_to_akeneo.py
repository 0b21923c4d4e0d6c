"""The sample `sql_to_akeneo`, run twice through the command line, from its own SQLite file into a served sandbox."""

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from pimflow_akeneo_sandbox.serve import serve

from .runs import causes, command_line, hold_report, hold_text

SAMPLE = Path(__file__).parents[2] / "sample_pipelines" / "sql_to_akeneo"
PIPELINE = "sql_to_akeneo.yaml"


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """Three runs: the first, one with nothing new, and one after somebody changed an item and mended another."""
    folder = tmp_path_factory.mktemp("sample")
    shutil.copytree(SAMPLE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".pimflow", "erp.db"))
    subprocess.run([sys.executable, "make_database.py"], cwd=folder, check=True, capture_output=True)
    with serve(folder / "catalog.json") as sandbox:
        cli = command_line(folder, sandbox.url)
        check = cli("check", PIPELINE)
        first = json.loads(cli("run", PIPELINE, "--json"))
        text, before = cli("runs", "last"), sandbox.stats()["routes"]
        second = json.loads(cli("run", PIPELINE, "--json"))
        after = sandbox.stats()["routes"]
        with closing(sqlite3.connect(folder / "erp.db")) as erp, erp:
            erp.execute("UPDATE item SET color = 'red', updated = '2026-03-06 09:00:00' WHERE item_id = 1007")
            erp.execute("UPDATE item SET item_no = 'MU-016', updated = '2026-03-06 09:00:00' WHERE item_id = 1016")
        third = json.loads(cli("run", PIPELINE, "--json"))
    more = {route for route in after if after[route]["calls"] > before.get(route, {"calls": 0})["calls"]}
    return SimpleNamespace(check=check, first=first, text=text, second=second, third=third, calls_of_second=more)


def test_check_finds_both_sides_ready(sample):
    assert "SQLite" in sample.check
    assert "readable tables item, item_group, item_text" in sample.check


def test_the_first_run_reports_what_is_expected(sample, request):
    hold_report(sample.first, SAMPLE, request.config)


def test_its_text_is_what_the_product_manager_is_meant_to_read(sample, request):
    hold_text(sample.text, SAMPLE, request.config)


def test_the_second_run_reads_the_overlap_and_sends_nothing(sample):
    categories, products = sample.second["flows"]
    assert {name for name, number in categories["counts"].items() if number} == {"unchanged"}
    assert not products["full"]
    assert products["read"] == 1
    assert not {"created", "updated"} & {name for name, number in products["counts"].items() if number}
    assert {route for route in sample.calls_of_second if not route.startswith("GET ")} == {"POST /api/oauth/v1/token"}


def test_what_is_mended_in_the_erp_arrives_by_itself(sample):
    counts = sample.third["flows"][1]["counts"]
    assert (counts["created"], counts["updated"]) == (1, 1)
    assert len(causes(sample.third["flows"][1])) < len(causes(sample.first["flows"][1]))
