"""What is wrong in the sample's data, on purpose: the kinds of mistakes that real ERPs deliver.

Each costs its own value or its own record, and is told in the report.
"""

from __future__ import annotations

from typing import Any

Cells = dict[str, str]
Record = dict[str, Any]

BAD_CELLS: dict[str, Cells] = {  # article: what its cells say
    "TE-1007": {"weight_kg": "ca. 2"},  # no number
    "TE-1012": {"launch": "31.02.2024"},  # no day
    "TE-1013": {"launch": "2024-03-12"},  # a day, in another form than the file's
    "TE-1021": {"persons": "40"},  # more than the PIM allows
    "TE-1033": {"colour_code": "99"},  # not in the table of colours
    "TE-1044": {"photo": "tent_new_final2.png"},  # nobody uploaded this
    "SB-1004": {"material": "polyester,yak_wool"},  # one of two options is unknown
    "SB-1010": {"waterproof": "X"},  # neither yes nor no
    "SB-1030": {"product_group": "0777"},  # not in the table of groups
    "BP-1003": {"ean": "4,00000E+12"},  # shortened by a spreadsheet: the code is lost
    "BP-1011": {"ean": "40012"},  # too short for the PIM's pattern
    "BP-1040": {"volume_unit": "GAL"},  # a unit that the PIM does not know
    "BP-1052": {"weight_kg": "-0,4"},  # below zero
    "CW-1008": {"list_usd": "n/a"},  # no number
    "TE-1050": {"product_group": "0170"},  # maps to a category that is not in the PIM yet
    "TA-1010": {"product_group": "0160"},  # maps to a family that is not in the PIM yet
}
NEW_BRAND = "fernweh"  # the ERP sells it already, the PIM does not know it: one cause, many products


def spoil_articles(rows: list[Cells]) -> list[Cells]:
    """Put the mistakes into the rows of `articles.csv`."""
    by_sku = {row["article"]: row for row in rows}
    for sku, cells in BAD_CELLS.items():
        by_sku[sku].update(cells)
    for number in range(18):
        by_sku[f"KN-{1015 + number}"]["brand"] = NEW_BRAND
    by_sku["KN-1002"]["ean"] = by_sku["KN-1001"]["ean"]  # the PIM takes an EAN once
    spoilt = list(rows)
    at = rows.index(by_sku["BO-1100"])
    spoilt[at:at] = [
        by_sku["BO-1099"] | {"erp_text": "FLASCHE QUELL 0,75L (ALT)", "ean": ""},  # the same article a second time
        by_sku["BO-1099"] | {"article": "", "ean": ""},  # no article number
        by_sku["BO-1099"] | {"article": "BO-1099,B", "ean": ""},  # a comma, which no SKU can have
    ]
    return spoilt


def spoil_texts(records: list[Record]) -> list[Record]:
    """Put the mistakes into the lines of `texts.jsonl`."""
    by_sku = {record["article"]: record for record in records}
    by_sku["TE-1003"]["name_de"] += ", mit Vorzelt, Unterlage, Reparaturset und einer Tasche für alles Übrige"
    by_sku["SB-1001"]["name_it"] = "Sacco a pelo Dvale 175 cm, verde muschio"  # a locale that the PIM does not have
    by_sku["KN-1010"]["goes_with"] = ["KN-1011", "KN-9999"]  # one of two is not in the PIM
    unknown = by_sku["TA-1001"] | {"article": "TA-9001"}  # a mistyped article number must not create a product
    return [*records, unknown]
