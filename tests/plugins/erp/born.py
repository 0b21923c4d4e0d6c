"""Products born in a served sandbox, with the flows that the how-tos show: what they say is what runs."""

import json
import re
from pathlib import Path

import httpx
import yaml

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "sample_pipelines" / "pim_first_odoo"
CATALOG = SAMPLE / "catalog.json"
API = "/api/rest/v1"
PIM = {"type": "akeneo", "client_id": "sandbox", "secret": "sandbox", "username": "sandbox", "password": "sandbox"}


def flows(page):
    """Give the flows of the longest pipeline on a page, by name."""
    text = (ROOT / "docs" / "how-to" / page).read_text("utf-8")
    blocks = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]
    return next(block["flows"] for block in blocks if "hand_over" in block.get("flows", {}))


def uuid(number):
    return f"{number}a4b1c2d-3e4f-4a5b-8c6d-7e8f9a0b1c2d"


class Born:
    """A PIM without products, and the way to one ERP, whose `page` says how it goes there."""

    def __init__(self, pim, erp, page, folder, command):
        self.pim, self.folder, self._command = pim, folder, command
        general, own = flows("born-in-the-pim.md"), flows(page)
        named = {"ticked": general["ticked"], **own, "status": general["status"]}
        self.flows = {name: {**flow} for name, flow in named.items()}
        self.connections = {"pim": {**PIM, "url": pim.url}, "erp": erp}
        self.write()
        self.command("akeneo", "provision", "--hand-over", "--all-families", "--connection", "pim")
        self.command("akeneo", "provision", str(SAMPLE / "variants.yaml"), "--connection", "pim")

    def write(self):
        pipeline = {"version": 1, "name": "born", "connections": self.connections, "flows": self.flows}
        (self.folder / "born.yaml").write_text(json.dumps(pipeline), "utf-8")

    def command(self, *words):
        file = str(self.folder / "born.yaml")
        more = ["--pipeline", file] if words[0] == "akeneo" else [file]
        done = self._command(*words, *more)
        assert "Traceback" not in done.out + done.err
        assert done.code in {0, 1}, done.out + done.err
        return done

    def run(self, *options):
        done = self.command("run", *options)
        return " ".join((done.out + done.err).split())

    def sent(self):
        """Count what a further run sends to the PIM, both a short one and one of everything."""
        before = self._writes()
        self.run()
        self.run("--full")
        return self._writes() - before

    def create(self, number, name, family="crockery", parent=None, **values):
        """Create a product in the PIM and tick it, as the product manager does."""
        found = {code: [{"locale": None, "scope": None, "data": data}] for code, data in values.items()}
        found |= {"send_to_erp": [{"locale": None, "scope": None, "data": True}]} | ({} if parent else named(name))
        product = {"uuid": uuid(number), "family": family, "parent": parent, "values": found}
        self._patch(f"products-uuid/{uuid(number)}", product)

    def model(self, code, name):
        self._patch(
            f"product-models/{code}", {"code": code, "family_variant": "crockery_by_colour", "values": named(name)}
        )

    def change(self, number, **values):
        self.change_of(uuid(number), **values)

    def change_of(self, uuid, **values):
        self._patch(f"products-uuid/{uuid}", {"uuid": uuid, **values})

    def shown(self, number):
        """Give what the product manager sees: the values of a product by attribute, and its SKU."""
        product = self.pim.store.products[uuid(number)]
        found = {code: next(iter(of.values())) for code, of in product.values.items() if of}
        return {**found, "sku": product.identifier}

    def _patch(self, path, data):
        with httpx.Client(base_url=self.pim.url, trust_env=False) as client:
            body = {"grant_type": "password", "username": "sandbox", "password": "sandbox"}
            token = client.post("/api/oauth/v1/token", json=body, auth=("sandbox", "sandbox")).json()["access_token"]
            headers = {"Authorization": f"Bearer {token}"}
            answer = client.patch(f"{API}/{path}", json=data, headers=headers)
            assert answer.status_code in {201, 204}, answer.text

    def _writes(self):
        routes = self.pim.stats()["routes"].items()
        return sum(one["calls"] for route, one in routes if not route.startswith("GET") and "/oauth/" not in route)


def named(name):
    return {"name": [{"locale": locale, "scope": None, "data": name} for locale in ("en_US", "fr_FR")]}


def renamed(sku):
    """Give the values of a product with another SKU."""
    return {"sku": [{"locale": None, "scope": None, "data": sku}]}
