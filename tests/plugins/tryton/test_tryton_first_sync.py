"""The sample `tryton_to_akeneo`, run twice through the command line, from a live Tryton into a served sandbox."""

import json
import shutil
from pathlib import Path

import pytest

from pimflow_akeneo_sandbox.serve import serve

from ...samples.runs import command_line, hold_report, hold_text  # noqa: TID252 - tests have no name to import by
from .erp import PASSWORD

SAMPLE = Path(__file__).parents[3] / "sample_pipelines" / "tryton_to_akeneo"
PIPELINE = "tryton_to_akeneo.yaml"
pytestmark = pytest.mark.slow


def test_the_sample_arrives_as_expected_and_the_second_run_sends_nothing(untouched, tmp_path, monkeypatch, request):
    shutil.copytree(SAMPLE, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".pimflow"))
    values = {"URL": untouched.url, "DATABASE": "erp", "USERNAME": "admin", "PASSWORD": PASSWORD}
    for name, value in values.items():
        monkeypatch.setenv(f"TRYTON_{name}", value)
    with serve(tmp_path / "catalog.json") as sandbox:
        cli = command_line(tmp_path, sandbox.url)
        assert "Tryton 8.2" in cli("check", PIPELINE)
        first = json.loads(cli("run", PIPELINE, "--json"))
        hold_report(first, SAMPLE, request.config)
        hold_text(cli("runs", "last"), SAMPLE, request.config)
        before = sandbox.stats()["routes"]
        second = json.loads(cli("run", PIPELINE, "--json"))
        after = sandbox.stats()["routes"]
    # How many are read again depends on when the ERP was written to last: all within the overlap.
    assert [{name for name, n in flow["counts"].items() if n} for flow in second["flows"]] == [{"unchanged"}] * 2
    more = {route for route in after if after[route]["calls"] > before.get(route, {"calls": 0})["calls"]}
    assert {route for route in more if not route.startswith("GET ")} == {"POST /api/oauth/v1/token"}
