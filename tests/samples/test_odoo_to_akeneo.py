"""The sample `odoo_to_akeneo`, run twice through the command line, from a served Odoo into a served sandbox."""

import json
import shutil
from pathlib import Path

import pytest

from pimflow_akeneo_sandbox.serve import serve as serve_pim

from ..plugins.odoo.conftest import fill  # noqa: TID252 - tests have no name to import by
from ..plugins.odoo.odoo_database import KEY, Erp  # noqa: TID252
from ..plugins.odoo.odoo_server import serve  # noqa: TID252
from .runs import command_line, hold_report, hold_text

SAMPLE = Path(__file__).parents[2] / "sample_pipelines" / "odoo_to_akeneo"
PIPELINE = "odoo_to_akeneo.yaml"


@pytest.mark.parametrize("series", [(18, 0), (19, 0)], ids=["18", "19"])
def test_the_sample_arrives_as_expected_and_the_second_run_sends_nothing(series, tmp_path, monkeypatch, request):
    shutil.copytree(SAMPLE, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".pimflow"))
    with serve(fill(Erp(series=series))) as erp, serve_pim(tmp_path / "catalog.json") as sandbox:
        erp.named("MUG-02")[0]["weight"] = 0.0
        values = {"URL": erp.url, "DATABASE": "shop", "USERNAME": "connector", "API_KEY": KEY}
        for name, value in values.items():
            monkeypatch.setenv(f"ODOO_{name}", value)
        cli = command_line(tmp_path, sandbox.url)
        assert f"Odoo {series[0]}.0" in cli("check", PIPELINE)
        first = json.loads(cli("run", PIPELINE, "--json"))
        hold_report(first, SAMPLE, request.config)
        hold_text(cli("runs", "last"), SAMPLE, request.config)
        before = sandbox.stats()["routes"]
        second = json.loads(cli("run", PIPELINE, "--json"))
        after = sandbox.stats()["routes"]
    assert {name for flow in second["flows"] for name, n in flow["counts"].items() if n} == {"unchanged"}
    more = {route for route in after if after[route]["calls"] > before.get(route, {"calls": 0})["calls"]}
    assert {route for route in more if not route.startswith("GET ")} == {"POST /api/oauth/v1/token"}
    weighed = {key: "weight" in sandbox.store.product(key).values for key in ("MUG-01", "MUG-02")}
    assert weighed == {"MUG-01": True, "MUG-02": False}
