"""The sample `pim_first_odoo`: products born in a served sandbox go to a served Odoo, and come back."""

import json
import shutil
from pathlib import Path

import httpx

from pimflow_akeneo_sandbox.serve import serve as serve_pim

from ..plugins.odoo.conftest import fill  # noqa: TID252 - tests have no name to import by
from ..plugins.odoo.odoo_database import KEY, Erp  # noqa: TID252
from ..plugins.odoo.odoo_server import serve  # noqa: TID252
from .runs import command_line, hold_report, hold_text

SAMPLE = Path(__file__).parents[2] / "sample_pipelines" / "pim_first_odoo"
PIPELINE = "pim_first_odoo.yaml"
API = "/api/rest/v1"
READING = {
    "context_get",
    "fields_get",
    "has_access",
    "search",
    "search_count",
    "search_read",
    "read",
    "get_external_id",
}
"""The methods of Odoo that write nothing."""
NEW = [
    ("Cup", "crockery", None, {}),
    ("Lamp", "lamps", None, {}),
    ("Plate, red", "crockery", "plate", {"colour": "red"}),
    ("Plate, blue", "crockery", "plate", {"colour": "blue"}),
]


def uuid(number):
    return f"{number}a4b1c2d-3e4f-4a5b-8c6d-7e8f9a0b1c2d"


def create(pim):
    """Create a product model, two products and two variants, each ticked, as the product manager does."""
    with httpx.Client(base_url=pim.url, trust_env=False) as client:
        body = {"grant_type": "password", "username": "sandbox", "password": "sandbox"}
        token = client.post("/api/oauth/v1/token", json=body, auth=("sandbox", "sandbox")).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        model = {"code": "plate", "family_variant": "crockery_by_colour", "values": names("Plate")}
        client.patch(f"{API}/product-models/plate", json=model).raise_for_status()
        for number, (name, family, parent, more) in enumerate(NEW):
            values = {code: [{"locale": None, "scope": None, "data": data}] for code, data in more.items()}
            values |= {"send_to_erp": [{"locale": None, "scope": None, "data": True}]}
            values |= {} if parent else names(name)
            product = {"uuid": uuid(number), "family": family, "parent": parent, "values": values}
            client.patch(f"{API}/products-uuid/{uuid(number)}", json=product).raise_for_status()


def names(name):
    return {"name": [{"locale": locale, "scope": None, "data": name} for locale in ("en_US", "fr_FR")]}


def shown(pim, number):
    product = pim.store.products[uuid(number)]
    values = {code: next(iter(of.values())) for code, of in product.values.items() if of}
    return product.identifier, values.get("hand_over_status"), values.get("hand_over_reason"), values.get("erp_weight")


def test_products_and_variants_go_over_and_come_back_and_ten_runs_more_send_nothing(tmp_path, monkeypatch, request):
    shutil.copytree(SAMPLE, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".pimflow"))
    with serve(fill(Erp(series=(18, 0)))) as erp, serve_pim(tmp_path / "catalog.json") as sandbox:
        values = {"URL": erp.url, "DATABASE": "shop", "USERNAME": "connector", "API_KEY": KEY}
        for name, value in values.items():
            monkeypatch.setenv(f"ODOO_{name}", value)
        cli = command_line(tmp_path, sandbox.url)
        cli("akeneo", "provision", "--hand-over", "--all-families", "--connection", "pim", "--pipeline", PIPELINE)
        cli("akeneo", "provision", "variants.yaml", "--connection", "pim", "--pipeline", PIPELINE)
        cli("check", PIPELINE)
        create(sandbox)
        hold_report(json.loads(cli("run", PIPELINE, "--json")), SAMPLE, request.config)
        hold_text(cli("runs", "last"), SAMPLE, request.config)
        assert shown(sandbox, 0) == ("CRO-000001", "in_erp", None, None)
        sku, status, reason, _ = shown(sandbox, 1)
        assert (sku, status) == ("LAM-000001", "attention")
        assert "Odoo needs a unit of measure, and family 'lamps' has none. Nothing to do for you" in reason
        plates = [erp.named(shown(sandbox, number)[0]) for number in (2, 3)]
        assert [product["active"] for product, _ in plates] == [True, True]
        assert plates[0][1] is plates[1][1], "one template for both variants"
        assert [template["sale_ok"] for _, template in plates] == [False, False]
        erp.named("CRO-000001")[0]["weight"] = 0.35
        erp.tick(1)
        run = json.loads(cli("run", PIPELINE, "--json"))
        assert run["exit_code"] == 0
        assert shown(sandbox, 0)[3] == {"amount": "0.35", "unit": "KILOGRAM"}
        before = sandbox.stats()["routes"]
        erp.calls.clear()
        for number in range(10):
            run = json.loads(cli("run", PIPELINE, "--json", *(["--full"] if number % 2 else [])))
            assert not [flow for flow in run["flows"] if flow["counts"].get("created") or flow["counts"].get("updated")]
        after = sandbox.stats()["routes"]
    more = {route for route in after if after[route]["calls"] > before.get(route, {"calls": 0})["calls"]}
    assert {route for route in more if not route.startswith("GET ")} == {"POST /api/oauth/v1/token"}
    assert {method for _, method, _ in erp.calls} <= READING, "nor is anything sent to Odoo"
