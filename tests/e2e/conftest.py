"""A small PIM, a project beside it, and the command line run in this process."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pimflow.cli import main
from pimflow_akeneo_sandbox.serve import Served, serve

ATTRIBUTE = {"group": "erp", "labels": {}, "localizable": False, "scopable": False, "unique": False}
CATALOG: dict[str, Any] = {
    "locales": [{"code": "en_US", "enabled": True}, {"code": "de_DE", "enabled": True}],
    "currencies": [{"code": "EUR", "enabled": True}],
    "measurement_families": [
        {
            "code": "Weight",
            "labels": {},
            "standard_unit_code": "KILOGRAM",
            "units": {
                code: {
                    "code": code,
                    "labels": {},
                    "convert_from_standard": [{"operator": "mul", "value": factor}],
                    "symbol": symbol,
                }
                for code, factor, symbol in [("KILOGRAM", "1", "kg"), ("GRAM", "0.001", "g")]
            },
        }
    ],
    "attribute_groups": [{"code": "erp", "sort_order": 1, "labels": {}}],
    "attributes": [
        ATTRIBUTE | {"code": "sku", "type": "pim_catalog_identifier", "unique": True, "is_main_identifier": True},
        ATTRIBUTE | {"code": "name", "type": "pim_catalog_text", "localizable": True},
        ATTRIBUTE | {"code": "colour", "type": "pim_catalog_simpleselect"},
        ATTRIBUTE
        | {
            "code": "weight",
            "type": "pim_catalog_metric",
            "metric_family": "Weight",
            "default_metric_unit": "KILOGRAM",
            "decimals_allowed": True,
            "negative_allowed": False,
        },
    ],
    "attribute_options": [
        {"attribute": "colour", "code": "red", "sort_order": 1, "labels": {"en_US": "Red"}},
        {"attribute": "colour", "code": "blue", "sort_order": 2, "labels": {"en_US": "Blue"}},
    ],
    "categories": [
        {"code": "master", "parent": None, "labels": {}},
        {"code": "cups", "parent": "master", "labels": {}},
    ],
    "channels": [
        {
            "code": "shop",
            "category_tree": "master",
            "currencies": ["EUR"],
            "locales": ["en_US", "de_DE"],
            "conversion_units": {},
            "labels": {},
        }
    ],
    "families": [
        {
            "code": "mugs",
            "attributes": ["sku", "name", "colour", "weight"],
            "attribute_as_label": "sku",
            "attribute_as_image": None,
            "attribute_requirements": {"shop": ["sku"]},
            "labels": {},
        }
    ],
}
PIPELINE = """\
version: 1
connections:
  pim: {{type: akeneo, url: "{url}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
flows:
  products:
    source: {{type: files.csv, path: products.csv}}
    transforms:
      - map:
          identifier: sku
          family: family
          categories: category
          name-en_US: name
          colour: colour
          weight: {{from: weight, unit: KILOGRAM}}
    sink: {{type: akeneo.products, connection: pim}}
"""
HEADER = "sku;family;category;name;colour;weight"


@dataclass(frozen=True)
class Printed:
    """What a command left behind."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Project:
    """A folder with one pipeline from `products.csv` into the PIM."""

    folder: Path
    pim: Served
    command: Callable[..., Printed]

    def write(self, *rows: str) -> None:
        """Let the file have these rows."""
        (self.folder / "products.csv").write_text("\n".join([HEADER, *rows]) + "\n", "utf-8")

    def run(self, *options: str) -> Printed:
        """Run the pipeline."""
        return self.command("run", str(self.folder / "pipeline.yaml"), *options)

    def product(self, identifier: str) -> dict[str, Any] | None:
        """Give a product as the PIM has it."""
        return next((one for one in self.products() if one["identifier"] == identifier), None)

    def products(self) -> list[dict[str, Any]]:
        """Give all products, by identifier."""
        import httpx

        with httpx.Client(base_url=self.pim.url, trust_env=False) as client:
            token = client.post(
                "/api/oauth/v1/token",
                json={"grant_type": "password", "username": "sandbox", "password": "sandbox"},
                auth=("sandbox", "sandbox"),
            ).json()["access_token"]
            found: list[dict[str, Any]] = []
            query = "/api/rest/v1/products?limit=100&pagination_type=search_after"
            while query:
                page = client.get(query, headers={"Authorization": f"Bearer {token}"}).json()
                found += page["_embedded"]["items"]
                query = page["_links"].get("next", {}).get("href", "")
        return found

    def writes(self) -> int:
        """Count the write calls so far."""
        routes = self.pim.stats()["routes"]
        return sum(
            count["calls"] for route, count in routes.items() if not route.startswith("GET") and "/oauth/" not in route
        )


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Printed]:
    """Run `pimflow` with these words."""

    def run(*words: str) -> Printed:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["pimflow", *words])
        code: Any = 0
        try:
            main()
        except SystemExit as end:
            code = end.code
        return Printed(int(code or 0), *capsys.readouterr())

    return run


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serve(CATALOG) as sandbox:
        yield sandbox


@pytest.fixture(autouse=True)
def _state_on_a_server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the state of each test in PostgreSQL, where `--state postgresql` asks for it.

    Not of modules with `STATE_IN_FILES`: where a state is, is their subject.
    """
    if getattr(request.module, "STATE_IN_FILES", False):
        return
    if request.config.getoption("--state") == "postgresql" and "postgres_state" not in request.fixturenames:
        monkeypatch.setenv("PIMFLOW_STATE", request.getfixturevalue("postgres_state"))


@pytest.fixture
def project(tmp_path: Path, served: Served, command: Callable[..., Printed]) -> Project:
    served.reset()
    served.faults(**dict.fromkeys(["drop_before", "drop_after", "error_500", "error_429", "missing_lines"], 0))
    (tmp_path / "pipeline.yaml").write_text(PIPELINE.format(url=served.url), "utf-8")
    return Project(tmp_path, served, command)
