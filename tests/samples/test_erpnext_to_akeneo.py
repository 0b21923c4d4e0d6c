"""The sample `erpnext_to_akeneo`, run twice through the command line, from a served site into a served sandbox."""

import json
import shutil
from pathlib import Path

from pimflow_akeneo_sandbox.serve import serve

from ..plugins.erpnext.conftest import filled  # noqa: TID252 - tests have no name to import by
from ..plugins.erpnext.frappe_server import served  # noqa: TID252
from ..plugins.erpnext.frappe_site import PIM  # noqa: TID252
from .runs import command_line, hold_report, hold_text

SAMPLE = Path(__file__).parents[2] / "sample_pipelines" / "erpnext_to_akeneo"
PIPELINE = "erpnext_to_akeneo.yaml"


def test_the_sample_arrives_as_expected_and_the_second_run_sends_nothing(tmp_path, monkeypatch, request):
    shutil.copytree(SAMPLE, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".pimflow"))
    site = filled()
    for source, text in (
        ("Cordless drill 18 V", "Perceuse sans fil 18 V"),
        ("Hammers", "Marteaux"),
        ("Ash wood", "Frêne"),
    ):
        site.put("Translation", language="fr", source_text=source, translated_text=text)
    with served(site) as url, serve(tmp_path / "catalog.json") as sandbox:
        key, _, secret = PIM.partition(":")
        for name, value in {"URL": url, "API_KEY": key, "API_SECRET": secret}.items():
            monkeypatch.setenv(f"ERPNEXT_{name}", value)
        cli = command_line(tmp_path, sandbox.url)
        assert "ERPNext 15.2.0" in cli("check", PIPELINE)
        first = json.loads(cli("run", PIPELINE, "--json"))
        hold_report(first, SAMPLE, request.config)
        hold_text(cli("runs", "last"), SAMPLE, request.config)
        before = sandbox.stats()["routes"]
        second = json.loads(cli("run", PIPELINE, "--json"))
        after = sandbox.stats()["routes"]
    assert {name for flow in second["flows"] for name, n in flow["counts"].items() if n} == {"unchanged"}
    more = {route for route in after if after[route]["calls"] > before.get(route, {"calls": 0})["calls"]}
    assert {route for route in more if not route.startswith("GET ")} == {"POST /api/oauth/v1/token"}
