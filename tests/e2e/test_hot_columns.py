"""What changes all day and is mapped into a PIM is told before anything is contacted."""

import json

import pytest

PIPELINE = """\
version: 1
connections:
  erp: {{type: {erp}}}
  pim: {{type: akeneo, url: "http://127.0.0.1:1", client_id: a, secret: b, username: c, password: d}}
flows:
  products:
    source: {{type: {source}, connection: erp}}
    transforms:
      - map: {{identifier: {key}, {column}: {hot}, name-en_US: {name}{others}}}
    sink: {{type: {sink}}}
"""
ERPS = [
    ("odoo, url: 'http://127.0.0.1:1', database: a, username: b, api_key: c", "odoo.products", "lst_price"),
    ("erpnext, url: 'http://127.0.0.1:1', api_key: a, api_secret: b", "erpnext.products", "valuation_rate"),
    ("dolibarr, url: 'http://127.0.0.1:1', api_key: a", "dolibarr.products", "stock_reel"),
    ("tryton, url: 'http://127.0.0.1:1', database: a, username: b, password: c", "tryton.products", "list_price"),
    ("sql, url: 'sqlite:///erp.db'", "sql.query, table: item, hot: [price]", "price"),
]


@pytest.fixture
def told(project):
    def told(erp, source, hot, sink="akeneo.products, connection: pim", others=""):
        words = {"key": "code", "name": "name", "column": "price-EUR", "others": others}
        text = PIPELINE.format(erp=erp, source=source, hot=hot, sink=sink, **words)
        (project.folder / "pipeline.yaml").write_text(text, "utf-8")
        printed = project.command("validate", str(project.folder / "pipeline.yaml"), "--json")
        assert printed.code == 0, printed.out
        return [(one["column"], one["found"]) for one in json.loads(printed.out)["remarks"] if one["column"]]

    return told


@pytest.mark.parametrize(("erp", "source", "hot"), ERPS, ids=lambda value: value.partition(",")[0])
def test_validate_warns_of_what_changes_all_day(told, erp, source, hot):
    [(column, found)] = told(erp, source, hot)
    assert column == "price-EUR"
    assert "changes it all day; stock and current prices do not belong into a PIM" in found


def test_other_columns_are_not_told(told):
    assert told(*ERPS[3][:2], "code") == []
    assert told(*ERPS[3][:2], "code", others=", others: same_code") == []


def test_other_targets_may_have_them(told):
    assert told(*ERPS[3], sink="files.csv, path: out.csv") == []


def test_people_read_it_with_its_remedy(project, told):
    told(*ERPS[3])
    printed = project.command("validate", str(project.folder / "pipeline.yaml"))
    assert "warn  flow products, column price-EUR: Tryton changes it all day" in printed.out
    assert "Let them go from the ERP to the shop, and leave this column out. A reference price is fine." in printed.out
