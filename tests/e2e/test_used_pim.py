"""A first import into a PIM that people use, from match to undo: nothing that the product manager wrote is lost."""

import csv
import json
import re
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pimflow_akeneo_sandbox.serve import serve

from ..started import run as started  # noqa: TID252 - tests are no package
from .conftest import Project
from .test_icecat import rows, writes

STATE_IN_FILES = True  # its project lives longer than a test
COPIES = ("", "-B", "-C")
PROJECT = """\
version: 1
connections:
  pim: {{type: akeneo, url: "{url}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
ownership:
  attributes: {{price-EUR: erp, weight: erp}}
  attribute_groups: {{marketing: pim, technical: erp, erp: erp}}
  properties: {{family: pim, enabled: pim}}
  categories: {{suppliers: erp}}
  others: pim
"""
PIPELINE = """\
version: 1
flows:
  products:
    entity: product
    identity: id
    owner: erp
    diff: DIFF
    source: {type: files.csv, path: ../erp.csv}
    transforms:
      - map:
          identifier: sku
          family: family
          categories: supplier
          name: title
          description-en_US-print: text
          price-EUR: price
          weight: {from: weight, unit: GRAM}
    once: [family, name]
    sink: {type: akeneo.products, connection: pim}
"""
NEW = [f"ERP-{number:04}" for number in range(500)]
CLASH = "CHAIR-01"


def catalogue(folder, shared):
    """Give icecat's structure with its 998 simple products three times: a third of them edited by hand."""
    for file in (shared / "icecat").glob("*.csv"):
        (folder / file.name).write_bytes(file.read_bytes())
    simple = [row for row in rows(folder / "products.csv") if not row["parent"] and row["family"]]
    header = [
        name for name in simple[0] if name not in {"image", "picture", "notice", "ean"}
    ]  # files, and what is unique
    with (folder / "products.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, delimiter=";", extrasaction="ignore")
        writer.writeheader()
        for copy in COPIES:
            for number, row in enumerate(simple):
                hers = (
                    {"description-en_US-print": f"By hand: {row['name']}", "price-USD": "9.90"}
                    if number % 3 == 0
                    else {}
                )
                writer.writerow({**row, "sku": f"{row['sku']}{copy}", **hers})
    return [row["sku"] for row in simple], {row["sku"]: row["family"] for row in simple}


def erp_rows(skus, families):
    """Half of the PIM's products, some spelled otherwise, 500 new ones, and one SKU that two claim."""
    both = [*skus, *(f"{sku}-B" for sku in skus[:500])]
    spelled = {}
    for number, sku in enumerate(both):
        kinds = {0: f"00{sku}", 1: f"{sku[:3]} {sku[3:]}", 2: f"{sku[:3]}.{sku[3:]}"}
        spelled[sku] = kinds.get(number % 10, sku) if number < 1000 else sku
    found = [(sku, spelled[sku], families[sku.partition("-B")[0]]) for sku in both]
    found += [(sku, sku, "webcams") for sku in NEW]
    lines = [
        {"id": number, "sku": as_spelled, "family": family, "title": f"Title {sku}", "text": f"ERP text {sku}"}
        for number, (sku, as_spelled, family) in enumerate(found)
    ]
    clash = [{"id": 9000 + n, "sku": CLASH, "family": "webcams", "title": "Office chair", "text": ""} for n in (1, 2)]
    return [
        {**line, "supplier": "supplier_zaro", "price": "12.5", "weight": "750"} for line in [*lines, *clash]
    ], spelled


def project(folder, url):
    (folder / "pipelines").mkdir()
    (folder / "pimflow.yaml").write_text(PROJECT.format(url=url), "utf-8")

    def run(*words, codes=(0,)):
        done = started(["-m", "pimflow", *words], folder)
        assert done.returncode in codes, f"{words}: exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    return run


def held_against(folder, diff):
    (folder / "pipelines" / "shop.yaml").write_text(PIPELINE.replace("DIFF", diff), "utf-8")


def stored(pim) -> Mapping[str, Any]:
    """Give all products by identifier, without what the PIM itself notes about them."""
    return {
        one["identifier"]: {name: one[name] for name in ("enabled", "family", "categories", "values", "uuid")}
        for one in Project(Path(), pim, str).products()
    }


def edit(pim, sku, **values):
    data = {
        code.replace("__", "-"): [{"locale": locale, "scope": scope, "data": value}]
        for code, (locale, scope, value) in values.items()
    }
    pim.seed([{"resource": "products", "data": {"identifier": sku, "values": data}}])


@pytest.fixture(scope="module")
def lived(shared, tmp_path_factory):
    """Match, check, plan, apply; the product manager edits; run; `diff: target`; undo: what was seen on the way."""
    folder = tmp_path_factory.mktemp("used")
    catalog = folder / "catalog"
    catalog.mkdir()
    skus, families = catalogue(catalog, shared)
    lines, spelled = erp_rows(skus, families)
    with (folder / "erp.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(lines)
    with serve(catalog) as pim:
        run = project(folder, pim.url)
        held_against(folder, "state")
        seen = SimpleNamespace(skus=skus, spelled=spelled, before=stored(pim))
        seen.refused = run("run", codes=(3,))
        seen.match = run("match")
        run("match", "--approve-all", "zeros", "--approve-all", "blanks", "--approve-all", "separators", "--leave-rest")
        seen.check = run("check")
        seen.untouched = writes(pim).get("PATCH /api/rest/v1/products", (0, 0))[1]
        run("plan", "--save", "monday.plan")
        seen.applied = json.loads(run("apply", "monday.plan", "--json"))
        seen.after = stored(pim)
        seen.hers = skus[10:20]
        for sku in seen.hers:
            edit(
                pim,
                sku,
                description=("de_DE", "print", "Von Hand"),
                weight=(None, None, {"amount": "1", "unit": "GRAM"}),
            )
        sent = writes(pim)
        seen.run = run("run")
        seen.rested = writes(pim) == sent
        held_against(folder, "target")
        seen.put_back = run("run")
        seen.corrected = stored(pim)
        held_against(folder, "state")
        seen.undone = json.loads(run("undo", seen.applied["run"]["id"], "--yes", "--json"))
        seen.end = stored(pim)
        yield seen


def there(seen):
    """The products that both sides had, as the PIM spells them."""
    return list(seen.spelled)


def test_the_first_run_is_refused_before_anything_is_written(lived):
    assert "`pimflow match` tells which" in lived.refused
    assert lived.untouched == 0


def test_match_counts_what_is_nearly_equal(lived):
    nearly = re.search(r"(\d+) pairs nearly equal", lived.match)
    assert nearly
    assert int(nearly[1]) == sum(sku != spelled for sku, spelled in lived.spelled.items())


def test_check_tells_what_the_contract_forbids(lived):
    told = "it belongs to 'pim', and pimflow writes for 'erp' here; each run would leave it alone."
    assert f"flow products, column description-en_US-print: {told}" in lived.check
    assert "price-EUR" not in lived.check
    assert "wrong" not in lived.check


def test_the_plan_is_carried_out_and_makes_no_second_product(lived):
    (flow,) = lived.applied["flows"]
    counts = {status: number for status, number in flow["counts"].items() if number}
    assert counts == {"created": len(NEW), "updated": len(lived.spelled), "refused": 2}
    assert lived.after.keys() == {*lived.before, *NEW}


def test_a_sku_of_two_products_is_told_and_belongs_to_neither(lived):
    assert CLASH not in lived.after
    (told,) = [one for one in lived.applied["flows"][0]["causes"] if one["problem"]["kind"] == "duplicate"]
    assert told["count"] == 2


def test_nothing_of_hers_is_lost_by_the_import(lived):
    for sku in there(lived):
        old, new = lived.before[sku], lived.after[sku]
        assert (old["uuid"], old["enabled"], old["family"]) == (new["uuid"], new["enabled"], new["family"])
        assert {one for one in old["categories"] if not one.startswith("supplier_")} <= set(new["categories"])
        assert {**new["values"], "price": 0, "weight": 0} == {**old["values"], "price": 0, "weight": 0}
        usd = [one for one in old["values"].get("price", [{"data": []}])[0]["data"] if one["currency"] == "USD"]
        assert [one for one in new["values"]["price"][0]["data"] if one["currency"] == "USD"] == usd


def test_what_the_erp_owns_is_there(lived):
    for sku in there(lived):
        price = {one["currency"]: float(one["amount"]) for one in lived.after[sku]["values"]["price"][0]["data"]}
        assert price["EUR"] == 12.5
        assert "supplier_zaro" in lived.after[sku]["categories"]


def test_what_the_contract_gives_to_others_is_refused_and_listed(lived):
    (flow,) = lived.applied["flows"]
    reasons = [cause["problem"]["reason"] for cause in flow["causes"] if cause["problem"]["kind"] == "permission"]
    assert sum("it belongs to 'pim', and pimflow writes for 'erp' here" in reason for reason in reasons) == 1


def test_the_next_run_sends_nothing_whatever_she_edited(lived):
    assert lived.rested
    for sku in lived.hers:
        assert "Von Hand" in {one["data"] for one in lived.corrected[sku]["values"]["description"]}


def test_what_the_erp_owns_is_put_back_and_listed(lived):
    assert "10 products were changed in" in lived.put_back
    for sku in lived.hers:
        assert f"{sku} (weight" in lived.put_back
        assert float(lived.corrected[sku]["values"]["weight"][0]["data"]["amount"]) == 750


def test_undo_brings_the_old_state_back_and_keeps_what_she_wrote_since(lived):
    differing = {sku for sku in lived.before if lived.end[sku] != lived.before[sku]}
    assert differing == set(lived.hers)
    for sku in lived.hers:
        texts = [one for one in lived.end[sku]["values"]["description"] if one["data"] != "Von Hand"]
        before = {**lived.before[sku]["values"]}
        old = [one for one in before.pop("description", []) if (one["locale"], one["scope"]) != ("de_DE", "print")]
        now = {**lived.end[sku]["values"]}
        now.pop("description")
        assert (now, texts) == (before, old)


def test_what_the_import_had_created_is_disabled(lived):
    assert {lived.end[sku]["enabled"] for sku in NEW} == {False}
