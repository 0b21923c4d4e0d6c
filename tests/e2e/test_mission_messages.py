"""What the product manager is told of the PIM, in the words that the product promises her.

Beside those words a report names the records, in brackets, and who can mend it, at the beginning of a line.
"""

import copy
import re
import sys
from datetime import timedelta

import pytest

from pimflow_akeneo_sandbox.products.drafts import approve, reject
from pimflow_akeneo_sandbox.serve import serve
from pimflow_akeneo_sandbox.settings import Settings

from .conftest import ATTRIBUTE, CATALOG

SOURCE = '''
"""Products of an ERP, as they lie in a file."""

import petl

from pimflow import DataPath, Source, Window, hookimpl


class Products(Source):
    """Products of an ERP."""

    type = "office.products"
    identity = "id"
    named = "name"
    path: DataPath

    @property
    def title(self):
        return "Odoo"

    def window(self, session, cursor):
        return Window(since=cursor, cursor="later")

    def extract(self, session, window):
        return petl.fromcsv(str(self.path), encoding="utf-8", delimiter=";")


@hookimpl
def pimflow_components():
    return [Products]
'''
PIPELINE = """\
version: 1
connections:
  pim: {{type: akeneo, url: "{url}", client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}
flows:
  products:{more}
    source: {{type: office.products, path: products.csv}}
    transforms:
      - map:
          identifier: sku
          family: {{from: family, default: mugs}}
          parent: parent
          categories: category
          name-en_US: name
          colour: colour
          weight: {{from: weight, unit: KILOGRAM}}
    sink: {{type: akeneo.products, connection: pim}}
"""
COLUMNS = ("id", "sku", "family", "parent", "category", "name", "colour", "weight")


def _catalog():
    catalog = copy.deepcopy(CATALOG)
    labels = {"sku": "SKU", "name": "Name", "colour": "Colour", "weight": "Weight"}
    for attribute in catalog["attributes"]:
        attribute["labels"] = {"en_US": labels[attribute["code"]]}
    catalog["attributes"].append(ATTRIBUTE | {"code": "option", "type": "pim_catalog_simpleselect"})
    catalog["categories"].append({"code": "Tools", "parent": "master", "labels": {}})
    catalog["family_variants"] = [
        {
            "family": "mugs",
            "code": "by_colour",
            "labels": {},
            "variant_attribute_sets": [{"level": 1, "axes": ["colour"], "attributes": ["colour", "sku", "name"]}],
        }
    ]
    catalog["product_models"] = [{"code": "sweat", "family_variant": "by_colour", "parent": None, "values": {}}]
    return catalog


@pytest.fixture(scope="module")
def served():
    with serve(_catalog()) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def enterprise():
    with serve(_catalog(), settings=Settings(edition="ee", edit_only={"sandbox": ("Tools",)})) as sandbox:
        yield sandbox


@pytest.fixture
def told(project, tmp_path, monkeypatch):
    """Run rows through; give the lines of the report, each cause on one line with what to do."""
    site = tmp_path / "site"
    info = site / "pimflow_office-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pimflow-office\nVersion: 1.0\n", "utf-8")
    (info / "entry_points.txt").write_text("[pimflow]\noffice = pimflow_office\n", "utf-8")
    (site / "pimflow_office.py").write_text(SOURCE, "utf-8")
    monkeypatch.syspath_prepend(site)
    monkeypatch.delitem(sys.modules, "pimflow_office", raising=False)

    def run(*rows, more="", pim=project.pim, options=()):
        lines = [";".join(str(row.get(name, "")) for name in COLUMNS) for row in rows]
        (tmp_path / "products.csv").write_text("\n".join([";".join(COLUMNS), *lines]) + "\n", "utf-8")
        (tmp_path / "pipeline.yaml").write_text(PIPELINE.format(url=pim.url, more=more), "utf-8")
        done = project.command("run", str(tmp_path / "pipeline.yaml"), *options)
        assert done.code == 0, done.out + done.err
        return done.out.replace("\n    ", " ").splitlines()

    yield run
    sys.modules.pop("pimflow_office", None)


def test_an_option_that_the_pim_does_not_have(told):
    rows = [{"id": n, "sku": f"MUG-{n:03}", "name": "Mug", "colour": "BORD"} for n in range(214)]
    five = r"\(MUG-\d{3}(, MUG-\d{3}){4}, …\)"  # of whichever batch came first
    found = [re.sub(five, "(five)", line) for line in told(*rows)]
    assert (
        "  - Colour: Odoo says 'BORD', the PIM has no such option. 214 products arrived without a colour (five). "
        "Product manager: Choose an option or create 'BORD'; you decide once."
    ) in found


@pytest.mark.parametrize("sku", ["foo,", "foo;bar", " foo", "foo "])
def test_a_text_that_cannot_be_a_sku(told, project, sku):
    quoted = f'"{sku}"'
    assert (
        f"  - '{sku}' cannot be a SKU: no comma, semicolon, or space at either end. Not created. "
        "Ask the ERP team to correct it; it will then arrive by itself."
    ) in told({"id": 1, "sku": quoted, "name": "Mug"})
    assert project.products() == []


def test_a_sku_that_belongs_to_two_products(told, project):
    old = {"id": 1, "sku": "CHAIR-01", "name": "Office chair", "colour": "red"}
    told(old, more="\n    entity: product")
    rows = [old | {"colour": "blue"}, {"id": 2, "sku": "CHAIR-01", "name": "Office chair (old)"}]
    assert (
        "  - SKU CHAIR-01 belongs to two products in Odoo: 'Office chair' and 'Office chair (old)'. Neither was "
        "updated. The ERP team must change or archive one."
    ) in told(*rows, more="\n    entity: product", options=("--full",))
    assert project.product("CHAIR-01")["values"]["colour"][0]["data"] == "red"


@pytest.mark.parametrize("more", ["", "\n    entity: product"])
def test_a_variant_with_an_option_that_its_model_has_already(told, project, more):
    first = {"id": 1, "sku": "S-1", "parent": "sweat", "name": "Sweat", "colour": "red"}
    second = {"id": 2, "sku": "S-2", "parent": "sweat", "name": "Sweat, option A", "colour": "red"}
    told(first, more=more)
    said = (
        "  - 'Sweat, option A' (SKU S-2): variant S-1 of the same model already has this option. Not created. "
        "Product manager: Decide with the ERP team which one is right."
    )
    assert said in told(first, second, more=more)
    assert said in told(first, second, more=more)
    assert [one["identifier"] for one in project.products()] == ["S-1"]


def test_the_report_in_one_line(told):
    def products(count, name):
        return [{"id": n, "sku": f"MUG-{n:03}", "name": name if n < 31 else "Mug"} for n in range(count)]

    told(*products(297, "Mug"))
    lost = [{"id": n, "sku": f"LOST-{n}", "family": "ghosts", "name": "Lost"} for n in (1, 2)]
    bad = {"id": 9, "sku": "foo,", "name": "Bad"}
    rows = [*products(309, "Beaker"), *lost, bad]
    line = told(*rows)[0]
    assert re.fullmatch(
        r"Odoo -> PIM, \d\d:\d\d, changes only, (under 1 s|\d+ s): 312 products read; 12 new, 31 updated, "
        r"266 already up to date, 3 need your attention \(2 causes\)\.",
        line,
    )


HAMMER = {"id": 1, "sku": "HAMMER-1", "category": "Tools", "name": "Hammer", "weight": "1"}
WAITS = (
    "  - Not live yet: the new weight waits as a proposal, because the connection may edit but does not own category "
    "Tools. 1 product did not go through (HAMMER-1). Product manager: Accept it under Proposals; your administrator "
    "can grant 'own'."
)


def weight(pim):
    amount = pim.store.product("HAMMER-1").values["weight"][None, None]
    return str(amount)


def sent(pim, route):
    return pim.stats()["routes"].get(route, {"lines": 0, "calls": 0})


@pytest.mark.parametrize("more", ["", "\n    diff: target"])
def test_a_change_that_waits_as_a_proposal(told, enterprise, more):
    enterprise.reset()
    told(HAMMER, more=more, pim=enterprise)
    before = weight(enterprise)
    heavier = HAMMER | {"weight": "2"}
    said = told(heavier, more=more, pim=enterprise)
    assert WAITS in said
    assert "0 new, 0 updated, 0 already up to date, 1 needs your attention" in said[0]
    assert weight(enterprise) == before
    [draft] = enterprise.store.drafts.values()
    assert draft.status == "proposal_waiting_for_approval"

    lines = sent(enterprise, "PATCH /api/rest/v1/products")
    for _ in range(2):
        assert WAITS in told(heavier, more=more, pim=enterprise)
    assert WAITS in retried(told, enterprise, heavier, more)
    assert sent(enterprise, "PATCH /api/rest/v1/products") == lines

    approve(enterprise.store, enterprise.store.product("HAMMER-1"), "sandbox")
    assert "attention" not in "\n".join(retried(told, enterprise, heavier, more))
    assert sent(enterprise, "PATCH /api/rest/v1/products") == lines
    assert weight(enterprise) != before


def retried(told, pim, row, more):
    """Let the time pass after which what was refused is tried again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pimflow.delivering.diff.TRY_AGAIN_AFTER", -timedelta(days=1))
        return told(row, more=more, pim=pim)


def test_a_proposal_that_was_rejected_is_made_again_when_its_time_has_come(told, enterprise):
    enterprise.reset()
    told(HAMMER, pim=enterprise)
    heavier = HAMMER | {"weight": "2"}
    told(heavier, pim=enterprise)
    reject(enterprise.store, enterprise.store.product("HAMMER-1"), "sandbox")
    told(heavier, pim=enterprise)
    assert not enterprise.store.drafts
    assert WAITS in retried(told, enterprise, heavier, "")
    assert enterprise.store.drafts


def test_what_only_owners_may_change_is_told_and_the_values_are_proposed(told, enterprise):
    enterprise.reset()
    told(HAMMER, pim=enterprise)
    said = "\n".join(told(HAMMER | {"category": "Tools,cups", "weight": "2"}, pim=enterprise))
    assert "Categories: only those who own its category may change this, and the connection may only edit." in said
    assert WAITS.split(". 1 product", maxsplit=1)[0] in said
    assert enterprise.store.product("HAMMER-1").categories == ("Tools",)


def test_only_an_edition_with_proposals_pays_for_them_with_one_read_for_a_hundred(told, enterprise, project):
    enterprise.reset()
    enterprise.sandbox.permissions.edit_only("sandbox", [])
    for pim in (enterprise, project.pim):
        told(HAMMER, pim=pim)
        assert "1 updated" in told(HAMMER | {"weight": "2"}, pim=pim)[0]
    reads = [sent(pim, "GET /api/rest/v1/products")["calls"] for pim in (enterprise, project.pim)]
    assert reads[0] == reads[1] + 1
