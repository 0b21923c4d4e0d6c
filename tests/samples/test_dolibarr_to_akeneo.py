"""The sample `dolibarr_to_akeneo`, run twice through the command line, from a Dolibarr in memory into a sandbox."""

import json
import shutil
from pathlib import Path

from pimflow_akeneo_sandbox.serve import serve

from ..plugins.dolibarr.dolibarr_routes import KEY  # noqa: TID252 - tests are no package
from ..plugins.dolibarr.dolibarr_server import served  # noqa: TID252
from ..plugins.dolibarr.dolibarr_shop import filled  # noqa: TID252
from .runs import command_line, hold_report, hold_text

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "sample_pipelines" / "dolibarr_to_akeneo"
PIPELINE = "dolibarr_to_akeneo.yaml"


def test_the_sample_arrives_as_expected_and_the_second_run_sends_nothing(tmp_path, monkeypatch, request):
    shutil.copytree(SAMPLE, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".pimflow"))
    with served(filled()) as erp, serve(tmp_path / "catalog.json") as sandbox:
        monkeypatch.setenv("DOLIBARR_URL", erp.url)
        monkeypatch.setenv("DOLIBARR_API_KEY", KEY)
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
