"""A PIM to measure against: the sandbox in a process of its own, with products of 12 values."""

from __future__ import annotations

import csv
import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from .measuring import PIMFLOW

HEADER = (
    *("sku", "family", "category", "name_en", "name_de", "text_en", "brand", "ean", "origin", "colour", "weight"),
    *("pieces", "released", "washable", "supplier"),
)
COLOURS = ("red", "blue", "green")
FAMILIES = ("mugs", "cups", "bowls", "plates")
CONNECTION = (
    'pim: {{type: akeneo, url: "{url}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}'
)
ATTRIBUTE = {"group": "erp", "labels": {}, "localizable": False, "scopable": False, "unique": False}
IDENTIFIER = {"code": "sku", "type": "pim_catalog_identifier", "unique": True, "is_main_identifier": True}
NUMBER = {"decimals_allowed": False, "negative_allowed": False}
METRIC = {"metric_family": "Weight", "default_metric_unit": "KILOGRAM", "decimals_allowed": True}
ATTRIBUTES = [
    ATTRIBUTE | IDENTIFIER,
    ATTRIBUTE | {"code": "name", "type": "pim_catalog_text", "localizable": True},
    ATTRIBUTE | {"code": "description", "type": "pim_catalog_textarea", "localizable": True},
    *(ATTRIBUTE | {"code": code, "type": "pim_catalog_text"} for code in ("brand", "ean", "origin", "supplier")),
    ATTRIBUTE | {"code": "colour", "type": "pim_catalog_simpleselect"},
    ATTRIBUTE | {"code": "weight", "type": "pim_catalog_metric", "negative_allowed": False} | METRIC,
    ATTRIBUTE | {"code": "pieces", "type": "pim_catalog_number"} | NUMBER,
    ATTRIBUTE | {"code": "released", "type": "pim_catalog_date"},
    ATTRIBUTE | {"code": "washable", "type": "pim_catalog_boolean"},
]


def model() -> dict[str, Any]:
    """Give what the PIM has besides its products."""
    kilogram = {"code": "KILOGRAM", "labels": {}, "symbol": "kg"}
    units = {"KILOGRAM": kilogram | {"convert_from_standard": [{"operator": "mul", "value": "1"}]}}
    weight = {"code": "Weight", "labels": {}, "standard_unit_code": "KILOGRAM", "units": units}
    locales = ["en_US", "de_DE"]
    channel = {"code": "shop", "category_tree": "master", "currencies": ["EUR"], "locales": locales}
    family = {"attributes": [one["code"] for one in ATTRIBUTES], "attribute_as_label": "sku"}
    requirements = {"attribute_requirements": {"shop": ["sku"]}, "attribute_as_image": None, "labels": {}}
    categories = [{"code": f"cat{number}", "parent": "master", "labels": {}} for number in range(8)]
    return {
        "locales": [{"code": code, "enabled": True} for code in locales],
        "currencies": [{"code": "EUR", "enabled": True}],
        "measurement_families": [weight],
        "attribute_groups": [{"code": "erp", "sort_order": 1, "labels": {}}],
        "attributes": ATTRIBUTES,
        "attribute_options": [
            {"attribute": "colour", "code": code, "sort_order": place, "labels": {}}
            for place, code in enumerate(COLOURS)
        ],
        "categories": [{"code": "master", "parent": None, "labels": {}}, *categories],
        "channels": [channel | {"conversion_units": {}, "labels": {}}],
        "families": [{"code": code} | family | requirements for code in FAMILIES],
    }


def rows(count: int, changed: int = 0) -> Iterator[tuple[str, ...]]:
    """Give products as an ERP exports them; `changed` of them have another name than the others."""
    step = count // changed if changed else 0
    for number in range(count):
        mark = "!" if step and number % step == 0 else ""
        yield (
            *(f"SKU-{number:06}", FAMILIES[number % 4], f"cat{number % 8}", f"Mug number {number}{mark}"),
            *(f"Becher Nummer {number}", f"Holds {number % 7} dl and goes into the dishwasher, number {number}"),
            *(f"Brand {number % 50}", f"97802013{number:06}", "Portugal", COLOURS[number % 3]),
            *(
                f"{0.1 + number % 90 / 100:.2f}",
                str(number % 12 + 1),
                f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}",
            ),
            *(str(number % 2), f"Supplier {number % 200}"),
        )


def write_products(path: Path, count: int, changed: int = 0) -> None:
    """Write them as CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(HEADER)
        out.writerows(rows(count, changed))


@dataclass(frozen=True)
class Pim:
    """A sandbox that runs. `url` without a slash at the end."""

    url: str
    process: psutil.Process
    client: httpx.Client

    def calls(self) -> Mapping[str, int]:
        """Count the calls since the last reset by method and path; `429` are those refused because of their number."""
        stats = self.client.get("/_sandbox/stats").json()
        return {route: one["calls"] for route, one in stats["routes"].items()} | {"429": stats["throttled"]}

    def written(self) -> int:
        """Count the calls that write products since the last reset."""
        return self.calls().get("PATCH /api/rest/v1/products", 0)

    def reset(self) -> None:
        """Bring back what it had at the beginning, and count anew."""
        self.client.post("/_sandbox/reset").raise_for_status()

    def cpu(self) -> float:
        """Give the seconds of processor time that it took so far."""
        times = self.process.cpu_times()
        return float(times.user + times.system)


@contextmanager
def pim(folder: Path, catalog: Mapping[str, Any], **options: float) -> Iterator[Pim]:
    """Run a sandbox with a catalogue until the block ends; options are those of `pimflow sandbox`."""
    (folder / "catalog.json").write_text(json.dumps(catalog), "utf-8")
    given = [word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", str(value))]
    command = [*PIMFLOW, "sandbox", "--port", "0", "--catalog", str(folder / "catalog.json"), *given]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found is not None
        with httpx.Client(base_url=found.group(), trust_env=False, timeout=600) as client:
            yield Pim(found.group(), psutil.Process(process.pid), client)
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()  # type: ignore[union-attr]
