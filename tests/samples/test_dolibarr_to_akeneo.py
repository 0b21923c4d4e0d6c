"""The sample `dolibarr_to_akeneo`, run twice through the command line, from a Dolibarr in memory into a sandbox."""

import importlib.util
import json
import shutil
from pathlib import Path

import pytest

from pimflow_akeneo_sandbox.serve import serve

from .runs import command_line, hold_report, hold_text

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "sample_pipelines" / "dolibarr_to_akeneo"
PIPELINE = "dolibarr_to_akeneo.yaml"


@pytest.fixture
def dolibarr():
    """Give the module that serves a Dolibarr, which the tests of the connector share."""
    path = ROOT / "tests" / "plugins" / "dolibarr" / "dolibarr_server.py"
    spec = importlib.util.spec_from_file_location("pimflow_dolibarr_server", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_sample_arrives_as_expected_and_the_second_run_sends_nothing(dolibarr, tmp_path, monkeypatch, request):
    shutil.copytree(SAMPLE, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".pimflow"))
    with dolibarr.served(dolibarr.filled()) as erp, serve(tmp_path / "catalog.json") as sandbox:
        monkeypatch.setenv("DOLIBARR_URL", erp.url)
        monkeypatch.setenv("DOLIBARR_API_KEY", dolibarr.KEY)
        cli = command_line(tmp_path, sandbox.url)
        assert "Dolibarr 22.0.4, user pimflow" in cli("check", PIPELINE)
        first = json.loads(cli("run", PIPELINE, "--json"))
        hold_report(first, SAMPLE, request.config)
        hold_text(cli("runs", "last"), SAMPLE, request.config)
        before = sandbox.stats()["routes"]
        second = json.loads(cli("run", PIPELINE, "--json"))
        after = sandbox.stats()["routes"]
    assert [{name for name, n in flow["counts"].items() if n} for flow in second["flows"]] == [{"unchanged"}] * 4
    more = {route for route in after if after[route]["calls"] > before.get(route, {"calls": 0})["calls"]}
    assert {route for route in more if not route.startswith("GET ")} == {"POST /api/oauth/v1/token"}
