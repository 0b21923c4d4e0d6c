"""Akeneo's own demo catalogue: into an empty PIM, out again, into a second one, and held against the input."""

import csv
import hashlib
import json
import os
import shutil
import struct
import zlib
from collections import Counter
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest

from pimflow_akeneo_sandbox.loading.installed import installed_catalog
from pimflow_akeneo_sandbox.serve import serve

from ..started import run as started  # noqa: TID252 - tests are no package

STATE_IN_FILES = True  # its projects live longer than a test
PIPELINES = Path(__file__).parent / "icecat"
FILES = (
    "attribute_groups", "attributes", "attribute_options", "categories", "channels", "families", "family_variants",
    "association_types", "product_models", "products",
)  # fmt: skip
MEDIA = {"pim_catalog_image", "pim_catalog_file"}
NUMBERS = {"pim_catalog_number", "pim_catalog_metric", "pim_catalog_price_collection"}
LISTS = {"categories", "groups"}


def rows(file):
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened, delimiter=";"))


def media_columns(folder):
    types = {row["code"]: row["type"] for row in rows(folder / "attributes.csv")}
    return {code for code, kind in types.items() if kind in MEDIA}


def tiny(name):
    """The smallest file that passes for what its name says, another one for each name."""
    comment = b"Comment\0" + name.encode()
    if name.endswith(".pdf"):
        return b"%PDF-1.4\n%" + comment + b"\n%%EOF\n"
    if name.endswith(".png"):
        header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
        parts = [(b"IHDR", header), (b"tEXt", comment), (b"IDAT", zlib.compress(b"\0\0")), (b"IEND", b"")]
        return b"\x89PNG\r\n\x1a\n" + b"".join(
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
            for kind, data in parts
        )
    start = b"\xff\xd8\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"
    return start + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + b"\xff\xd9"


def with_pictures(folder):
    """Make a tiny file under each name that the catalogue uses: its own are not published with it."""
    media = media_columns(folder)
    for name in ("products", "product_models"):
        for row in rows(folder / f"{name}.csv"):
            for column, cell in row.items():
                if cell and column.partition("-")[0] in media:
                    file = folder / cell
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_bytes(tiny(cell))


def project(folder, url):
    for pipeline in PIPELINES.glob("*.yaml"):
        shutil.copy(pipeline, folder)

    def run(*words):
        done = started(["-m", "pimflow", *words], folder, os.environ | {"PIM_URL": url})
        assert done.returncode == 0, f"{words}: exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    return run


def writes(pim):
    routes = pim.stats()["routes"]
    written = {route: one for route, one in routes.items() if not route.startswith("GET") and "/oauth/" not in route}
    return {route: (one["calls"], one["lines"]) for route, one in written.items()}


def open_problems(run):
    """What is kept for the product manager: record and column of each value that did not arrive."""
    kept = json.loads(run("state", "show", "load.yaml", "--json"))["open"]
    return {(item["key"], problem["field"]) for item in kept for problem in item["problems"]}


@pytest.fixture(scope="module")
def icecat(shared, tmp_path_factory):
    """Two PIMs: the first loaded with icecat and exported, the second loaded with that export and exported."""
    first, second = tmp_path_factory.mktemp("first"), tmp_path_factory.mktemp("second")
    (first / "catalog").mkdir()
    for file in FILES:
        shutil.copy(shared / "icecat" / f"{file}.csv", first / "catalog")
    with_pictures(first / "catalog")
    with serve(installed_catalog()) as pim, serve(installed_catalog()) as other:
        run = project(first, pim.url)
        report = json.loads(run("run", "load.yaml", "--json"))
        problems = open_problems(run)
        loaded = pim.stats()["routes"]
        run("run", "export.yaml")
        (second / "catalog").symlink_to(first / "export")
        run_second = project(second, other.url)
        second_report = json.loads(run_second("run", "load.yaml", "--json"))
        run_second("run", "export.yaml")
        yield SimpleNamespace(
            first=first,
            second=second,
            pim=pim,
            run=run,
            report={flow["name"]: flow for flow in report["flows"]},
            second_report={flow["name"]: flow for flow in second_report["flows"]},
            problems=problems,
            loaded=loaded,
        )


def test_everything_arrives_in_one_run(icecat):
    arrived = {
        name: sum(flow["counts"].get(status, 0) for status in ("created", "updated"))
        for name, flow in icecat.report.items()
    }
    assert arrived == {
        "groups": 11, "attributes": 77, "options": 121, "categories": 168, "channels": 3, "families": 17,
        "family_variants": 9, "association_types": 4, "models": 81, "products": 1239,
    }  # fmt: skip


def test_the_second_run_sends_nothing(icecat):
    before = writes(icecat.pim)
    icecat.run("run", "load.yaml")
    assert writes(icecat.pim) == before


def test_both_pims_export_the_same_bytes(icecat):
    def content(folder):
        files = sorted(file for file in folder.rglob("[!.]*") if file.is_file())
        return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}

    first, second = content(icecat.first / "export"), content(icecat.second / "export")
    assert first == second
    assert {f"{name}.csv" for name in FILES} < first.keys()
    assert [flow["causes"] for flow in icecat.second_report.values()] == [[]] * len(FILES)


class Catalog:
    """One side of the comparison: a folder of CSV files and what their cells mean."""

    def __init__(self, folder, key):
        self.folder = folder
        self.types = {row["code"]: row["type"] for row in rows(folder / "attributes.csv")}
        self.products = {row[key]: row for row in rows(folder / "products.csv")}
        self.models = {row["code"].lower(): row for row in rows(folder / "product_models.csv")}
        self.levels = levels(folder)

    def meaning(self, row, column):
        cell = row.get(column) or ""
        if not cell:
            return None
        kind = self.types.get(column.partition("-")[0], "")
        if kind in MEDIA:
            return hashlib.sha256((self.folder / cell).read_bytes()).hexdigest()
        if kind in NUMBERS and not column.endswith("-unit"):
            return Decimal(cell)
        if kind == "pim_catalog_multiselect" or column in LISTS:
            return sorted(cell.split(","))
        return cell.lower() if column == "parent" or kind == "pim_catalog_simpleselect" else cell

    def owner(self, row, column):
        """The row that owns a column: the record itself, or the model above it that stands at the column's level."""
        line = [row]
        while parent := (line[0].get("parent") or "").lower():
            line.insert(0, self.models[parent])
        level = self.levels[line[0].get("family_variant") or ""].get(column.partition("-")[0], 0)
        return line[min(level, len(line) - 1)] if len(line) > 1 and column.partition("-")[0] in self.types else row


def levels(folder):
    """By family variant: attribute -> 1 or 2; those of the root are not named. A simple product has none."""
    found = {"": {}}
    for row in rows(folder / "family_variants.csv"):
        found[row["code"]] = {
            code: number
            for number in (1, 2)
            for part in ("axes", "attributes")
            for code in filter(None, row[f"variant-{part}_{number}"].split(","))
        }
    return found


def differences(given, found, records, arrived, problems):
    """Name each cell that did not arrive as it was given, and why it may be so."""
    for key, row in records.items():
        for column in row.keys() - {"sku"}:
            wanted, came = given.meaning(row, column), found.meaning(arrived[key], column)
            if wanted == came:
                continue
            owner = given.owner(row, column)
            if owner is row or came != given.meaning(owner, column):
                yield "left over", (key, column, wanted, came)
            elif wanted is None:
                yield "empty, and inherited", (key, column)
            elif (row.get("sku") or row["code"], column) in problems:
                yield "above its level, and told", (key, column)
            else:
                yield "above its level, and not told", (key, column)


def test_every_value_of_the_input_arrives_or_is_told(icecat):
    given, found = Catalog(icecat.first / "catalog", "sku"), Catalog(icecat.first / "export", "identifier")
    assert (given.products.keys(), given.models.keys()) == (found.products.keys(), found.models.keys())
    products = list(differences(given, found, given.products, found.products, icecat.problems))
    assert [cell for kind, cell in products if kind == "left over"] == []
    assert Counter(kind for kind, _ in products) == {"above its level, and told": 113, "empty, and inherited": 12}
    models = list(differences(given, found, given.models, found.models, icecat.problems))
    assert [cell for kind, cell in models if kind == "left over"] == []
    assert Counter(kind for kind, _ in models) == {"above its level, and told": 15}


def test_the_structure_comes_back_as_it_was_given(icecat):
    for name in FILES[:-2]:
        key = ("code",) if name != "attribute_options" else ("attribute", "code")
        assert same_rows(icecat.first, name, key) == [], name


def same_rows(folder, name, key):
    """List the cells of a structure file that come back as something else; lists have no order."""

    def by_key(file):
        return {tuple(row[part] for part in key): row for row in rows(file)}

    given, found = by_key(folder / "catalog" / f"{name}.csv"), by_key(folder / "export" / f"{name}.csv")
    assert given.keys() == found.keys()
    return [
        (record, column, cell, found[record].get(column))
        for record, row in given.items()
        for column, cell in row.items()
        if sorted((cell or "").split(",")) != sorted((found[record].get(column) or "").split(","))
    ]


def test_one_changed_price_is_one_call_with_one_line(icecat):
    file = icecat.first / "catalog" / "products.csv"
    before, text = writes(icecat.pim), file.read_text("utf-8")
    row = next(row for row in rows(file) if row["price-EUR"] and not row["parent"])
    lines = text.splitlines(keepends=True)
    place = next(n for n, line in enumerate(lines) if line.startswith(f"{row['sku']};"))
    assert lines[place].count(f";{row['price-EUR']};") == 1
    lines[place] = lines[place].replace(f";{row['price-EUR']};", ";123.45;")
    file.write_text("".join(lines), "utf-8")
    try:
        icecat.run("run", "load.yaml")
    finally:
        file.write_text(text, "utf-8")
    after = writes(icecat.pim)
    changed = {route: tuple(new - old for new, old in zip(after[route], before[route], strict=True)) for route in after}
    assert {route: one for route, one in changed.items() if any(one)} == {"PATCH /api/rest/v1/products": (1, 1)}


def test_a_picture_is_uploaded_once_and_a_replaced_one_follows(icecat):
    uploads = icecat.loaded["POST /api/rest/v1/media-files"]["calls"]
    contents = {file.read_bytes() for file in (icecat.first / "catalog").rglob("files/**/*") if file.is_file()}
    assert uploads <= len(contents)
    row = next(row for row in rows(icecat.first / "catalog" / "products.csv") if row["picture"] and not row["parent"])
    file = icecat.first / "catalog" / row["picture"]
    file.write_bytes(tiny("another one.jpg"))
    before = writes(icecat.pim)
    icecat.run("run", "load.yaml")
    calls = {route: one[0] - before[route][0] for route, one in writes(icecat.pim).items() if one != before[route]}
    assert calls["POST /api/rest/v1/media-files"] == 1
    icecat.run("run", "export.yaml")
    again = {row["identifier"]: row for row in rows(icecat.first / "export" / "products.csv")}
    assert (icecat.first / "export" / again[row["sku"]]["picture"]).read_bytes() == tiny("another one.jpg")
