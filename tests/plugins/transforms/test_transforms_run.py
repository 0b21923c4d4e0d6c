"""Transforms from the YAML to a file, through the command line."""

import json
import sys

import pytest

from pimflow.cli import main

PIPELINE = """
version: 1
name: shop
flows:
  products:
    source: {type: files.csv, path: erp.csv}
    transforms:
      - deduplicate: {by: sku, keep: highest, of: changed}
      - split: {tags: "|"}
      - units: {weight: {unit_from: uom, codes: un_ece, to: KILOGRAM}}
      - gtin: {ean: 13}
      - html_to_text: [text]
      - slug: {code: name}
      - compute: {gross: (price|number * 1.2)|round(2)}
      - join: {title: {from: [name, color], by: ", "}}
      - map:
          {sku: sku, tags: tags, weight: weight, ean: ean, text: text, code: code, gross: gross, title: title}
    sink: {type: files.jsonl, path: out.jsonl}
"""
ROWS = """sku,changed,tags,weight,uom,ean,text,name,color,price
A,2026-01-01,old,1,GRM,036000291452,x,Old,red,1
A,2026-02-01,new|hot,500,GRM,036000291452,<p>Fine &amp; good</p>,Grün,red,10
B,2026-01-01,,2,XXX,12,,Chair,,
"""


def test_what_a_flow_makes_of_its_rows(tmp_path, monkeypatch, capsys):
    (tmp_path / "erp.csv").write_text(ROWS)
    (tmp_path / "shop.yaml").write_text(PIPELINE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["pimflow", "run", "shop.yaml"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code in {None, 0}
    first, second = map(json.loads, (tmp_path / "out.jsonl").read_text().splitlines())
    assert first == {
        "sku": "A",
        "tags": ["new", "hot"],
        "weight": "0.5 KILOGRAM",
        "ean": "0036000291452",
        "text": "Fine & good",
        "code": "grun",
        "gross": "12",
        "title": "Grün, red",
    }
    assert {name: value for name, value in second.items() if value} == {"sku": "B", "code": "chair", "title": "Chair"}
    told = capsys.readouterr().out
    assert "whose unit 'XXX' is not known" in told
    assert "which is no GTIN: that has 8, 12, 13 or 14 digits" in told
