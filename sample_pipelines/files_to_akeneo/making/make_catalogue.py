"""Writes the sample's catalogue: what the ERP drops, the lookup tables, and the PIM's structure.

`python make_catalogue.py` makes the same files each time. What it writes is committed; nobody has to run it.
"""

from __future__ import annotations

import csv
import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml
from mistakes import spoil_articles, spoil_texts
from structure import LANGUAGES, catalog, media_files

SAMPLE = Path(__file__).parents[1]
FIRST_LAUNCH = date(2023, 3, 1)
USD, CHF = 1.09, 0.96
PERSONS = (("person", "persons"), ("Person", "Personen"), ("place", "places"))

Words = dict[str, Any]
Cells = dict[str, str]


@dataclass(frozen=True, slots=True)
class Product:
    """One article of the shop: a line of a family in one size and colour. `number` counts within the family."""

    family: str
    number: int
    line: int
    size: float
    colour: str
    words: Words

    @property
    def sku(self) -> str:
        """The ERP's article number."""
        return f"{self.words['prefix']}-{1000 + self.number}"

    @property
    def brand(self) -> str:
        """A line belongs to one brand."""
        brands = self.words["brands"]
        return str(brands[self.line % len(brands)])

    def said(self, template: str, language: int, colour: str) -> str:
        """Fill a text of the vocabulary."""
        size = f"{self.size:g}" if language == 0 else comma(self.size)
        if self.family == "tents":
            one, several = PERSONS[language]
            size += f" {several if self.size > 1 else one}"
        return template.format(line=self.words["lines"][self.line], size=size, colour=colour)


def comma(number: float, digits: int | None = None) -> str:
    """Write a number as the ERP does."""
    return (f"{number:g}" if digits is None else f"{number:.{digits}f}").replace(".", ",")


def products(vocabulary: Words) -> Iterator[Product]:
    """Give every article, family by family."""
    for family, words in vocabulary["families"].items():
        every = itertools.product(range(len(words["lines"])), words["sizes"], words["colours"])
        for number, (line, size, colour) in enumerate(every):
            yield Product(family, number, line, size, colour, words)


def ean(prefix: str, number: int) -> str:
    """Give 13 digits, the last of them the check digit; those of two brands begin with zeros."""
    digits = f"{prefix}{number:0{12 - len(prefix)}d}"
    check = -sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(digits)) % 10
    return f"{digits}{check}"


def article(product: Product, position: int, vocabulary: Words) -> Cells:
    """Give one row of `articles.csv`."""
    words = product.words
    list_price = words["price"][0] + words["price"][1] * product.size
    return {
        "article": product.sku,
        "ean": ean(vocabulary["brands"][product.brand][1], 20_000 + 7 * position),
        "product_group": words["group"],
        "erp_text": words["erp_text"].format(line=words["lines"][product.line], size=comma(product.size)).upper(),
        "brand": product.brand,
        "colour_code": vocabulary["colours"][product.colour][0],
        "material": words["material"],
        "weight_kg": comma(words["weight"][0] + words["weight"][1] * product.size, 3),
        **measures(product),
        "waterproof": words.get("waterproof", ""),
        "dishwasher": words.get("dishwasher_safe", ""),
        "launch": (FIRST_LAUNCH + timedelta(days=7 * (position % 140))).strftime("%d.%m.%Y"),
        "list_eur": comma(list_price, 2),
        "list_usd": comma(list_price * USD, 2),
        "catalogue_eur": comma(round(list_price), 2),
        "catalogue_chf": comma(round(list_price * CHF), 2),
        "photo": f"{product.family}_{product.colour}.png",
        "manual": f"{product.family}.txt" if words.get("manual") else "",
        "stock": str((position * 37) % 211),
    }


def measures(product: Product) -> Cells:
    """Give the cells that only some families have."""
    words, size = product.words, product.size
    cells = dict.fromkeys(("persons", "volume", "volume_unit", "length_cm", "power_w", "lumens", "comfort", "hrc"), "")
    column: str = {"length": "length_cm", "power": "power_w"}.get(words["size"]) or words["size"]
    cells[column] = comma(size)
    if column == "volume":
        cells["volume_unit"] = "L"
        if size < 1:
            cells.update(volume=comma(size * 1000), volume_unit="ML")
    for name, target in (("comfort", "comfort"), ("hardness", "hrc")):
        if name in words:
            cells[target] = comma(words[name][0] + words[name][1] * product.line)
    return cells


def text(product: Product, others: Sequence[Product], position: int, vocabulary: Words) -> Words:
    """Give one line of `texts.jsonl`."""
    words = product.words
    intro = words["intro"][product.line % len(words["intro"])]
    detail = words["detail"][position % len(words["detail"])]
    colours, story = vocabulary["colours"][product.colour][2], vocabulary["brands"][product.brand][2]
    record: Words = {"article": product.sku}
    for at, language in enumerate(LANGUAGES):
        record[f"name_{language}"] = product.said(words["name"][at], at, colours[at])
        record[f"web_{language}"] = f"<p>{product.said(intro[at], at, '')} {detail[at]}</p>\n<p>{story[at]}</p>"
        if at:
            record[f"print_{language}"] = words["short"][at]
    if position % 3 == 0:
        record["goes_with"] = [others[(position * 11 + 101) % len(others)].sku, others[(position * 7 + 5) % 96].sku]
    return record


def write_csv(path: Path, rows: Sequence[Cells]) -> None:
    """Write rows as Excel and most ERPs do: a byte order mark, semicolons, CRLF."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=";", restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def write_tables(vocabulary: Words) -> None:
    """Write what turns the ERP's codes into the PIM's."""
    families, colours = vocabulary["families"], vocabulary["colours"]
    groups = [
        {"group": words["group"], "family": code, "categories": words["categories"]} for code, words in families.items()
    ]
    # Known to the mapping, not to the PIM: there is no family "hammocks" yet.
    groups.append({"group": "0160", "family": "hammocks", "categories": "shop_camp_sleep"})
    groups.append({"group": "0170", "family": "tents", "categories": "shop_camp_tents,shop_sale"})
    write_csv(SAMPLE / "tables/groups.csv", groups)
    write_csv(SAMPLE / "tables/colours.csv", [{"erp": words[0], "pim": code} for code, words in colours.items()])
    files = media_files(vocabulary)
    write_csv(SAMPLE / "tables/media.csv", [{"file": file["original_filename"], "pim": file["code"]} for file in files])


def main() -> None:
    """Write everything."""
    vocabulary = yaml.safe_load((Path(__file__).parent / "vocabulary.yaml").read_text(encoding="utf-8"))
    every = list(products(vocabulary))
    articles = [article(product, position, vocabulary) for position, product in enumerate(every)]
    texts = [text(product, every, position, vocabulary) for position, product in enumerate(every)]
    write_csv(SAMPLE / "erp/articles.csv", spoil_articles(articles))
    spoilt = spoil_texts(texts)
    lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in spoilt)
    (SAMPLE / "erp/texts.jsonl").write_text(lines, encoding="utf-8")
    write_tables(vocabulary)
    structure = json.dumps(catalog(vocabulary), ensure_ascii=False, indent=1)
    (SAMPLE / "catalog.json").write_text(structure + "\n", encoding="utf-8")
    print(f"{len(articles)} articles, {len(spoilt)} texts")


if __name__ == "__main__":
    main()
