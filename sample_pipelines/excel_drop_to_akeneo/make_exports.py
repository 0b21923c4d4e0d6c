"""Makes the workbooks that the ERP of this sample drops into `inbox`: `python make_exports.py full` or `changes`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import cycle
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook

NAMES = ("Name\n(English)", "Name\n(German)")
COLUMNS = ("Group", "Article", "EAN", *NAMES, "Colour", "Weight\ng", "Washable", "Launch", "Stock")
GROUPS = {
    "duvets": ("DC", "Duvet cover", "Bettbezug", 900),
    "pillows": ("PC", "Pillow case", "Kissenbezug", 210),
    "sheets": ("SH", "Fitted sheet", "Spannbettlaken", 640),
    "throws": ("TH", "Throw", "Plaid", 1100),
}
LINES = ("Fjord", "Linden", "Skerry", "Alder", "Marsh", "Heath")
COLOURS = ("white", "sand", "ink")
EACH = 12
Group = tuple[str, list[dict[str, Any]]]


def articles() -> Iterator[Group]:
    """Give the rows of each group."""
    number = 0
    for group, (prefix, english, german, weight) in GROUPS.items():
        rows = []
        for at, line, colour in zip(range(1, EACH + 1), cycle(LINES), cycle(COLOURS), strict=False):
            number += 1
            rows.append(
                {
                    "Group": group,
                    "Article": f"{prefix}-{at:03}",
                    "EAN": 4012345000 + number * 97,
                    "Name\n(English)": f"{english} {line}",
                    "Name\n(German)": f"{german} {line}",
                    "Colour": colour,
                    "Weight\ng": weight + at * 12.5,
                    "Washable": group != "throws",
                    "Launch": date(2026, 1 + at % 6, 1),
                    "Stock": number * 7 % 50,
                }
            )
        yield group, rows


def with_mistakes(groups: Iterable[Group]) -> Iterator[Group]:
    """Put in some of each kind that happen in workbooks."""
    for group, rows in groups:
        if group == "sheets":
            rows[4]["EAN"] = 40123450012345678  # a longer code than Excel keeps as a number
            rows[6]["Colour"] = "ochre"
        if group == "throws":
            rows[2]["Colour"] = "ochre"
            rows[7]["Colour"] = "=NA()"
            rows[9]["Article"] = "TH,010"
        yield group, rows


def changes(groups: Iterable[Group]) -> Iterator[Group]:
    """Give what changed the day after: two articles, one of them new."""
    for group, rows in groups:
        if group == "duvets":
            new = rows[1] | {"Article": "DC-013", "EAN": 4012399999, "Colour": "ink"}
            yield group, [rows[0] | {"Weight\ng": 925}, new]


def write(file: Path, groups: Iterable[Group], day: date) -> None:
    """Write a workbook as people make them: a title above, the group merged over its articles."""
    file.parent.mkdir(exist_ok=True)
    beside = file.with_name(f".{file.name}")
    with Workbook(beside) as book:
        sheet = book.add_worksheet("Articles")
        formats = {
            "EAN": book.add_format({"num_format": "0" * 13}),  # shows the leading zeros
            "Launch": book.add_format({"num_format": "dd.mm.yyyy"}),
        }
        sheet.write(0, 0, f"Nordlys Textil: articles, as of {day:%d %B %Y}", book.add_format({"bold": True}))
        sheet.write_row(2, 0, COLUMNS, book.add_format({"bold": True, "text_wrap": True}))
        row = 3
        for group, records in groups:
            for record in records:
                put(sheet, row, record, formats)
                row += 1
            sheet.merge_range(row - len(records), 0, row - 1, 0, group)
    beside.replace(file)


def put(sheet: Any, row: int, record: Mapping[str, Any], formats: Mapping[str, Any]) -> None:
    """Write one article; the group is written for all of them at once."""
    for column, name in enumerate(COLUMNS[1:], 1):
        value = record[name]
        if isinstance(value, date):
            sheet.write_datetime(row, column, value, formats[name])
        elif value == "=NA()":
            sheet.write_formula(row, column, value, None, "#N/A")
        else:
            sheet.write(row, column, value, formats.get(name))


if __name__ == "__main__":
    inbox = Path("inbox")
    if sys.argv[1:] == ["changes"]:
        write(inbox / "articles-changes-2026-03-02.xlsx", changes(articles()), date(2026, 3, 2))
    else:
        write(inbox / "articles-full-2026-03-01.xlsx", with_mistakes(articles()), date(2026, 3, 1))
    print(*sorted(path.name for path in inbox.glob("*.xlsx")), sep="\n")
