"""Random valid catalogues: into an empty PIM, read back value by value, and into a second PIM."""

import csv
import io
import json
import os
import shutil
import sys
import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from pimflow.cli import main
from pimflow_akeneo_sandbox.loading.installed import installed_catalog
from pimflow_akeneo_sandbox.serve import serve

from .random_catalogues import Catalogue, catalogues

STATE_IN_FILES = True  # each example begins with an empty one
NEEDS = {
    "measurement_families": [],
    "categories": [],
    "channels": ["categories"],
    "attribute_groups": [],
    "attributes": ["attribute_groups", "measurement_families", "channels"],
    "attribute_options": ["attributes"],
    "families": ["attributes"],
    "family_variants": ["families", "attribute_options"],
    "association_types": [],
    "product_models": ["family_variants", "association_types"],
    "products": ["families", "association_types", "product_models"],
}
RECORDS = ("product_models", "products")
NUMBERS = {"number", "metric", "price_collection"}
LISTS = {
    "categories", "locales", "currencies", "attributes", "available_locales", "allowed_extensions",
    "variant-attributes_1", "variant-attributes_2",
}  # fmt: skip
ORDERED = {"sort_order", "max_file_size", "number_min", "number_max", "max_characters", "minimum_input_length"}


@pytest.fixture(scope="module")
def pims():
    with serve(installed_catalog()) as pim, serve(installed_catalog()) as other:
        yield pim, other


def cli(*words):
    """Run a command and give its report."""
    with pytest.MonkeyPatch.context() as patch:
        out = io.StringIO()
        patch.setattr(sys, "argv", ["pimflow", *map(str, words), "--json"])
        patch.setattr(sys, "stdout", out)
        with pytest.raises(SystemExit) as end:
            main()
    report = json.loads(out.getvalue())
    assert not end.value.code, [(flow["name"], flow["error"], flow["causes"]) for flow in report["flows"]]
    return report


def pipeline(file, pim, flows):
    connection = {"type": "akeneo", "url": pim.url} | dict.fromkeys(
        ("client_id", "secret", "username", "password"), "sandbox"
    )
    file.write_text(json.dumps({"version": 1, "connections": {"pim": connection}, "flows": flows}), "utf-8")
    return file


def load(pim, folder):
    """Load the files of a folder with one pipeline, and hold that nothing needs attention."""
    flows = {}
    for name, needs in NEEDS.items():
        if not (folder / f"{name}.csv").exists():
            continue
        sink = {"type": f"akeneo.{name}", "connection": "pim"}
        flows[name] = {
            "needs": [one for one in needs if (folder / f"{one}.csv").exists()],
            "source": {"type": "files.csv", "path": str(folder / f"{name}.csv")},
            "sink": sink | ({"media": {"folder": str(folder)}} if name in RECORDS else {}),
        }
    report = cli("run", pipeline(folder / "load.yaml", pim, flows))
    for flow in report["flows"]:
        assert flow["causes"] == [], (flow["name"], flow["causes"])
        assert not flow["error"]
    return report


def export(pim, folder):
    flows = {
        name: {
            "source": {"type": f"akeneo.{name}", "connection": "pim"}
            | ({"media": str(folder)} if name in RECORDS else {}),
            "sink": {"type": "files.csv", "path": str(folder / f"{name}.csv")},
        }
        for name in NEEDS
    }
    cli("run", pipeline(folder.parent / f"export_{folder.name}.yaml", pim, flows))


def write(folder, catalogue):
    folder.mkdir()
    for name, content in catalogue.files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    for name, rows in catalogue.rows.items():
        if not rows:
            continue
        header = list(dict.fromkeys(column for row in rows for column in row))
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as opened:
            writer = csv.DictWriter(opened, header, delimiter=";")
            writer.writeheader()
            writer.writerows(rows)


def read(folder, name):
    file = folder / f"{name}.csv"
    if not file.exists():
        return {}
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened, delimiter=";"))
    return {row.get("identifier") or (row.get("attribute") or "") + "/" + row["code"]: row for row in rows}


def writes(pim):
    routes = pim.stats()["routes"].items()
    return {route: one["calls"] for route, one in routes if not route.startswith("GET") and "/oauth/" not in route}


def meaning(catalogue, folder, name, column, cell):
    """What a cell says, however it is written."""
    if not cell:
        return None
    if column == "units":
        return json.loads(cell)
    if column in LISTS or column.startswith("requirements-"):
        return sorted(cell.split(","))
    if column in ORDERED:
        return Decimal(cell)
    attribute = column.partition("-")[0]
    if name in RECORDS and attribute in catalogue.shape and not column.endswith("-unit"):
        return value(catalogue.kind(attribute), folder, cell)
    return cell


def value(kind, folder, cell):
    """What a cell of an attribute says."""
    if kind in NUMBERS:
        return Decimal(cell)
    return (folder / cell).read_bytes() if kind in {"file", "image"} else cell


def above(catalogue, row):
    """A variant's row with what its models above say, as the PIM gives it."""
    models = {one["code"]: one for one in catalogue.rows["product_models"]}
    parent = models.get(row.get("parent", ""))
    if parent is None:
        return row
    over = above(catalogue, parent)
    both = {name: cell for name, cell in over.items() if name.partition("-")[0] in catalogue.shape or "-" in name} | row
    both["categories"] = ",".join(sorted({*over["categories"].split(","), *row["categories"].split(",")} - {""}))
    return both


def compare(catalogue, given_folder, found_folder):
    """Hold each given cell against what came back, and that nothing came that was not given."""
    for name, rows in catalogue.rows.items():
        found = read(found_folder, name)
        for row in rows:
            key = row.get("identifier") or row.get("attribute", "") + "/" + row["code"]
            assert key in found, (name, key)
            wanted = above(catalogue, row) if name in RECORDS else row
            compare_row(catalogue, (given_folder, found_folder), name, wanted, found[key])


def compare_row(catalogue, folders, name, wanted, found):
    for column, cell in wanted.items():
        expected = meaning(catalogue, folders[0], name, column, cell)
        assert meaning(catalogue, folders[1], name, column, found.get(column)) == expected or is_more(
            name, column, expected
        ), (name, column, cell, found.get(column), wanted)
    if name in RECORDS:
        extra = {column for column, cell in found.items() if cell and not wanted.get(column)}
        assert not {one for one in extra if one.partition("-")[0] in catalogue.shape}, (name, wanted, extra)


def is_more(name, column, expected):
    """Tell what the PIM writes for an empty cell."""
    return expected is None and (name, column) == ("families", "attribute_as_label")


def check(catalogue: Catalogue, pims):
    for pim in pims:
        pim.reset()
    root = Path(tempfile.mkdtemp(prefix="random-"))
    try:
        pim, other = pims
        write(root / "given", catalogue)
        load(pim, root / "given")
        before = writes(pim)
        load(pim, root / "given")
        assert writes(pim) == before
        (root / "first").mkdir()
        export(pim, root / "first")
        compare(catalogue, root / "given", root / "first")
        load(other, root / "first")
        (root / "second").mkdir()
        export(other, root / "second")
        for file in sorted((root / "first").glob("*.csv")):
            assert (root / "second" / file.name).read_text("utf-8") == file.read_text("utf-8")
    finally:
        shutil.rmtree(root)


@settings(
    max_examples=int(os.environ.get("RANDOM_CATALOGUES", "5")),
    derandomize="RANDOM_CATALOGUES" not in os.environ,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(catalogue=catalogues())
def test_random_catalogues_come_back_as_they_were_given(pims, catalogue):
    check(catalogue, pims)
