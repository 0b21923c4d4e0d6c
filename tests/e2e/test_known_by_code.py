"""Products that are known by a code alone although the ERP gives them an id: told before anything is contacted."""

import json

import pytest

PIPELINE = """\
version: 1
connections:
  erp: {{type: {erp}}}
  pim: {{type: akeneo, url: "http://127.0.0.1:1", client_id: a, secret: b, username: c, password: d}}
flows:
  products:
    {known}
    source: {{type: {source}, connection: erp}}
    transforms:
      - {first}
      - map: {{identifier: {key}, name-en_US: name}}
    sink: {{type: {sink}}}
"""
PIM = "akeneo.products, connection: pim"
TRIM = "trim: [name]"
ODOO = ("odoo, url: 'http://127.0.0.1:1', database: a, username: b, api_key: c", "odoo.products", "default_code")
ERPNEXT = ("erpnext, url: 'http://127.0.0.1:1', api_key: a, api_secret: b", "erpnext.products", "item_code")
ERPS = [
    ODOO,
    ("dolibarr, url: 'http://127.0.0.1:1', api_key: a", "dolibarr.products", "ref"),
    ("tryton, url: 'http://127.0.0.1:1', database: a, username: b, password: c", "tryton.products", "code"),
    (ERPNEXT[0], "erpnext.products, id_field: creation", "item_code"),
]


@pytest.fixture
def remarks(project):
    def remarks(erp, source, key, *, known="mode: upsert", sink=PIM, first="filter: {field: name, present: true}"):
        text = PIPELINE.format(erp=erp, source=source, key=key, known=known, sink=sink, first=first)
        (project.folder / "pipeline.yaml").write_text(text, "utf-8")
        printed = project.command("validate", str(project.folder / "pipeline.yaml"), "--json")
        assert printed.code == 0, printed.out
        return json.loads(printed.out)["remarks"]

    return remarks


@pytest.mark.parametrize("erp", ERPS, ids=lambda value: value[1])
def test_a_code_of_an_erp_alone_is_told_with_the_line_to_add(remarks, project, erp):
    [told] = remarks(*erp)
    assert (told["severity"], told["who"]) == ("warning", "administrator")
    assert told["found"].startswith(f"products are known by '{erp[2]}' alone.")
    line = f"{project.folder / 'pipeline.yaml'}:6"
    assert told["remedy"] == (
        f"Add the line `entity: product` below {line}: products are then known by 'id', which never changes."
    )


@pytest.mark.parametrize("erp", ERPS, ids=lambda value: value[1])
def test_the_line_settles_it(remarks, erp):
    assert remarks(*erp, known="entity: product") == []


def test_a_key_that_is_the_id_itself_needs_nothing(remarks):
    assert remarks(ODOO[0], ODOO[1], "id") == []
    assert remarks(ODOO[0], ODOO[1], "code", first="compute: {code: 'id'}") == []
    assert remarks(*ERPNEXT) == []


def test_it_is_told_of_a_code_that_was_changed_on_its_way(remarks):
    [told] = remarks(ODOO[0], ODOO[1], "sku", first="slug: {sku: default_code}")
    assert "known by 'default_code' alone" in told["found"]


def test_targets_that_give_no_other_key_are_left_alone(remarks):
    assert remarks(*ODOO, sink="files.csv, path: out.csv") == []
    assert remarks(*ODOO, sink="akeneo.categories, connection: pim") == []
    sql = ("sql, url: 'sqlite:///erp.db'", "sql.query, table: item", "sku")
    assert remarks(*sql) == []


def test_an_identity_that_nothing_uses_is_told(remarks):
    [told] = remarks("sql, url: 'sqlite:///erp.db'", "sql.query, table: item", "sku", known="identity: item_id")
    assert "known by 'item_id'" in told["remedy"]


def test_products_named_by_the_uuids_that_the_pim_gave_them_need_nothing(remarks):
    assert len(remarks(*ODOO)) == 1
    assert remarks(ODOO[0], ODOO[1], f"{ODOO[2]}, uuid: id") == []
