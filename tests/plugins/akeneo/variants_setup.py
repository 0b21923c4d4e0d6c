"""A PIM with shirts of one and of two levels, a project beside it, and the command line run in this process."""

import shutil
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from pimflow.cli import main
from pimflow_akeneo_sandbox.serve import Served

GROUP = "erp"
LOCALES = ("en_US", "de_DE")


def attribute(code, kind, **more):
    label = {"en_US": code.title()}
    return {"code": code, "type": f"pim_catalog_{kind}", "group": GROUP, "labels": label, **more}


ATTRIBUTES = [
    attribute("sku", "identifier", unique=True, is_main_identifier=True),
    attribute("name", "text", localizable=True),
    attribute("brand", "text"),
    attribute("care", "textarea"),
    attribute("color", "simpleselect"),
    attribute("size", "simpleselect"),
    attribute("picture", "image"),
    attribute("price", "price_collection", decimals_allowed=True),
    attribute("stock_note", "text"),
    attribute("pattern", "text"),
]
SHIRT = ["sku", "name", "brand", "care", "color", "size", "picture", "price", "pattern"]


def family(code, attributes):
    return {
        "code": code,
        "attributes": attributes,
        "attribute_as_label": "sku",
        "attribute_as_image": "picture" if "picture" in attributes else None,
        "attribute_requirements": {"shop": ["sku"]},
        "labels": {},
    }


def variant(code, *levels):
    sets = [{"level": at, "axes": axes, "attributes": own} for at, (axes, own) in enumerate(levels, start=1)]
    return {"code": code, "family": "shirts", "labels": {}, "variant_attribute_sets": sets}


CATALOG: dict[str, Any] = {
    "locales": [{"code": code, "enabled": True} for code in LOCALES],
    "currencies": [{"code": code, "enabled": True} for code in ("EUR", "USD")],
    "attribute_groups": [{"code": GROUP, "sort_order": 1, "labels": {}}],
    "attributes": ATTRIBUTES,
    "attribute_options": [
        {"attribute": name, "code": code, "sort_order": order, "labels": {"en_US": code.title()}}
        for name, codes in {"color": ["red", "blue", "green"], "size": ["s", "m", "l"]}.items()
        for order, code in enumerate(codes)
    ],
    "categories": [
        {"code": "master", "parent": None, "labels": {}},
        {"code": "summer", "parent": "master", "labels": {}},
    ],
    "channels": [
        {
            "code": "shop",
            "category_tree": "master",
            "currencies": ["EUR", "USD"],
            "locales": list(LOCALES),
            "conversion_units": {},
            "labels": {},
        }
    ],
    "families": [family("shirts", SHIRT), family("hats", ["sku", "name", "color"])],
    "family_variants": [
        variant("by_color", (["color"], ["color", "sku", "picture", "size"])),
        variant("by_size", (["size"], ["size", "sku", "picture"])),
        variant("by_both", (["color"], ["color", "picture", "pattern"]), (["size"], ["size", "sku"])),
    ],
    "association_types": [{"code": "X_SELL", "labels": {}, "is_two_way": False, "is_quantified": False}],
}
CONNECTION = """\
version: 1
connections:
  pim: {{type: akeneo, url: "{url}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
flows:
"""
PRODUCTS = """\
  products:
    source: {type: files.csv, path: products.csv, delimiter: ";"}
    sink: {type: akeneo.products, connection: pim}
"""
MODELS = """\
  models:
    source: {type: files.csv, path: models.csv, delimiter: ";"}
    sink: {type: akeneo.product_models, connection: pim}
"""
AFTER_MODELS = PRODUCTS + "    needs: [models]\n"


def grouped(family_variant, **more):
    options = "".join(f", {name}: {value}" for name, value in more.items())
    return f"""\
  shirts:
    source: {{type: files.csv, path: products.csv, delimiter: ";"}}
    transforms:
      - variants: {{group: group, family_variant: {{constant: {family_variant}}}{options}}}
    sink:
      - {{type: akeneo.product_models, connection: pim}}
      - {{type: akeneo.products, connection: pim}}
"""


@dataclass(frozen=True)
class Shop:
    """A folder with one pipeline into the PIM; `capture` gives what was printed since it was last asked."""

    folder: Path
    pim: Served
    capture: Any
    patch: Any

    def flows(self, *flows: str) -> None:
        text = CONNECTION.format(url=self.pim.url) + "".join(flows)
        (self.folder / "pipeline.yaml").write_text(text, "utf-8")

    def write(self, name: str, *lines: str) -> None:
        (self.folder / f"{name}.csv").write_text("\n".join(lines) + "\n", "utf-8")

    def command(self, *words: str) -> str:
        """Run one command; give all that it printed, in one line."""
        self.capture.readouterr()
        self.patch.setattr(sys, "argv", ["pimflow", words[0], str(self.folder / "pipeline.yaml"), *words[1:]])
        with suppress(SystemExit):
            main()
        return " ".join(" ".join(self.capture.readouterr()).split())

    def run(self, *options: str) -> str:
        return self.command("run", *options)

    def plan(self, *options: str) -> str:
        return self.command("plan", *options)

    def forget(self) -> None:
        """Lose the state."""
        shutil.rmtree(self.folder / ".pimflow")

    def seed(self, *records: dict[str, Any]) -> None:
        """Put models and products into the PIM."""
        kinds = {"code": "product_models", "identifier": "products"}
        for record in records:
            kind = next(kinds[key] for key in kinds if key in record)
            self.pim.seed({kind: [record]})

    def change(self, path: str, **body: Any) -> None:
        """Change one record in the PIM by hand."""
        with httpx.Client(base_url=self.pim.url, trust_env=False) as client:
            login = {"grant_type": "password", "username": "sandbox", "password": "sandbox"}
            token = client.post("/api/oauth/v1/token", json=login, auth=("sandbox", "sandbox")).json()["access_token"]
            headers = {"Authorization": f"Bearer {token}"}
            client.patch(f"/api/rest/v1/{path}", json=body, headers=headers).raise_for_status()

    def parent(self, sku: str) -> str | None:
        return self.pim.store.product(sku).parent

    def values(self, key: str) -> dict[str, Any]:
        """Give the values that a product or model itself has, by code and locale."""
        owner = self.pim.store.model(key) or self.pim.store.product(key)
        return {
            "-".join(part for part in (code, locale) if part): data
            for code, entries in owner.values.items()
            for (_, locale), data in entries.items()
            if code != "sku"
        }

    def calls(self, method: str) -> dict[str, int]:
        routes = self.pim.stats()["routes"]
        return {route: count["calls"] for route, count in routes.items() if route.startswith(method)}


def text(data, locale=None):
    return [{"locale": locale, "scope": None, "data": data}]


def model(code, family_variant="by_color", parent=None, **values):
    return {
        "code": code,
        "family_variant": family_variant,
        "parent": parent,
        "values": {name: one if isinstance(one, list) else text(one) for name, one in values.items()},
    }


def product(sku, parent=None, family="shirts", **values):
    more = {"categories": values.pop("categories", []), "associations": values.pop("associations", {})}
    return {
        "identifier": sku,
        "family": family,
        "parent": parent,
        "values": {name: one if isinstance(one, list) else text(one) for name, one in values.items()},
        **more,
    }
