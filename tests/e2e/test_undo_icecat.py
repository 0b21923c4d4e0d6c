"""Akeneo's demo catalogue spoilt by one run, and brought back by `pimflow undo`: every value, as the PIM exports it."""

import csv
import json
import shutil
from itertools import groupby

import pytest

from pimflow_akeneo_sandbox.loading.installed import installed_catalog
from pimflow_akeneo_sandbox.serve import serve

from .test_icecat import FILES, media_columns, project, rows, with_pictures, writes

STATE_IN_FILES = True  # its projects live longer than a test
NEW = ("NEW-1", "NEW-2")
FIXED = {"sku", "code", "family", "family_variant", "parent", "enabled"}


def rewrite(file, changed):
    header = list(changed[0])
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, header, delimiter=";")
        writer.writeheader()
        writer.writerows(changed)


def spoilt(read, group, kept):
    """Give each record without a parent the values of the next of its group: some set, some replaced, some emptied."""
    alone = sorted((row for row in read if not row["parent"]), key=group)
    for _, members in groupby(alone, key=group):
        mine = list(members)
        values = [{name: cell for name, cell in row.items() if name not in kept} for row in mine]
        for row, other in zip(mine, [*values[1:], values[0]], strict=True):
            row.update(other)
    return read


def spoil(catalog):
    products, models = rows(catalog / "products.csv"), rows(catalog / "product_models.csv")
    media = media_columns(catalog)
    kept = FIXED | {name for name in products[0] if name.partition("-")[0] in media - {"image", "picture"}}
    new = [{**products[0], "sku": sku, "parent": "", "enabled": "1"} for sku in NEW]
    rewrite(catalog / "products.csv", [*spoilt(products, lambda row: row["family"], kept), *new])
    rewrite(catalog / "product_models.csv", spoilt(models, lambda row: row["family_variant"], kept))


@pytest.fixture(scope="module")
def undone(shared, tmp_path_factory):
    folder = tmp_path_factory.mktemp("undone")
    (folder / "catalog").mkdir()
    for file in FILES:
        shutil.copy(shared / "icecat" / f"{file}.csv", folder / "catalog")
    with_pictures(folder / "catalog")
    with serve(installed_catalog()) as pim:
        run = project(folder, pim.url)
        load = folder / "load.yaml"
        text = load.read_text("utf-8")
        for sink in ("product_models", "products"):
            text = text.replace(f"catalog/{sink}.csv}}", f"catalog/{sink}.csv}}\n    empty: erase")
        load.write_text(text, "utf-8")
        run("run", "load.yaml")
        found = {"before": exported(run, folder), "looked": looked(run, load, pim)}
        spoil(folder / "catalog")
        spoiling = json.loads(run("run", "load.yaml", "--json"))["run"]["id"]
        found["spoilt"] = exported(run, folder)
        calls = writes(pim)
        found["report"] = json.loads(run("undo", spoiling, "--yes", "--json"))
        found["calls"] = {route: one[0] - calls.get(route, (0, 0))[0] for route, one in writes(pim).items()}
        found["after"] = exported(run, folder)
        found["again"] = json.loads(run("undo", spoiling, "--yes", "--json"))
        yield found


def looked(run, load, pim):
    """Hold everything against the PIM as it is: the counts of each flow, and what was written."""
    text = load.read_text("utf-8")
    load.write_text(text.replace("    empty: erase", "    empty: erase\n    diff: target"), "utf-8")
    before = writes(pim)
    report = json.loads(run("run", "load.yaml", "--json"))
    load.write_text(text, "utf-8")
    flows = {flow["name"]: {status: n for status, n in flow["counts"].items() if n} for flow in report["flows"]}
    return flows, {route: one for route, one in writes(pim).items() if one != before.get(route)}


def exported(run, folder):
    run("run", "export.yaml")
    found = {}
    for name, key in (("products", "identifier"), ("product_models", "code")):
        found[name] = {row[key]: row for row in rows(folder / "export" / f"{name}.csv")}
    return found


def test_a_pim_that_was_not_touched_differs_in_nothing(undone):
    flows, written = undone["looked"]
    assert written == {}
    assert {status for name in ("models", "products") for status in flows[name]} == {"unchanged"}


def test_the_run_spoilt_much(undone):
    before, after = undone["before"], undone["spoilt"]
    assert sum(before["products"][sku] != row for sku, row in after["products"].items() if sku not in NEW) > 900
    assert sum(before["product_models"][code] != row for code, row in after["product_models"].items()) > 30


@pytest.mark.parametrize("kind", ["products", "product_models"])
def test_every_value_is_as_before(undone, kind):
    after = {key: row for key, row in undone["after"][kind].items() if key not in NEW}
    differing = {
        (key, name): (row[name], after[key].get(name))
        for key, row in undone["before"][kind].items()
        for name in row
        if after[key].get(name, "") != row[name]
    }
    assert differing == {}


def test_what_was_created_is_disabled(undone):
    assert {undone["after"]["products"][sku]["enabled"] for sku in NEW} == {"0"}


def test_it_is_written_in_bulk_and_a_second_undo_writes_nothing(undone):
    changed = sum(flow["read"] for flow in undone["report"]["flows"])
    assert sum(undone["calls"].values()) < changed / 20
    assert {status for flow in undone["again"]["flows"] for status, n in flow["counts"].items() if n} == {"unchanged"}
