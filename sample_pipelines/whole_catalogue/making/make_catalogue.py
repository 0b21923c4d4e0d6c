"""Writes the sample's catalogue: the PIM's structure, the ERP's items, and a tiny picture of each.

`python make_catalogue.py` makes the same files each time. What it writes is committed; nobody has to run it.
"""

from __future__ import annotations

import csv
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

SAMPLE = Path(__file__).parents[1]
COLUMNS = ("item", "style", "group", "name_en", "name_de", "colour", "size", "price", "grams", "ean", "fits", "picture")
GRAMS_A_SIZE = 20
FIRST_EAN = 400700001000

Cells = dict[str, Any]


def items(words: Mapping[str, Any]) -> Iterator[Cells]:
    """Give the ERP's items: one for each colour and size of each style."""
    number = 0
    for style in words["styles"]:
        for colour in style["colours"]:
            for step, size in enumerate(style.get("sizes", [""])):
                number += 1
                yield {
                    "item": "-".join(filter(None, (style["code"], colour[:3].upper(), size))),
                    "style": style["code"] if len(style["colours"]) > 1 or "sizes" in style else "",
                    "group": style["group"],
                    "name_en": style["name"][0],
                    "name_de": style["name"][1],
                    "colour": colour,
                    "size": size,
                    "price": str(style["price"]).replace(".", ","),
                    "grams": style["grams"] + GRAMS_A_SIZE * step,
                    "ean": with_check_digit(FIRST_EAN + number),
                    "fits": ",".join(style.get("fits", [])),
                    "picture": f"pictures/{style['code'].lower()}-{colour}.png",
                }


def with_check_digit(digits: int) -> str:
    """Give an EAN-13: twelve digits and the one that proves them."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(str(digits)))
    return f"{digits}{-total % 10}"


def picture(colour: str, style: str) -> bytes:
    """Draw a PNG of 8 by 8 pixels in one colour, with a stripe that differs by style."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (0, 2, 4))
    stripe = zlib.crc32(style.encode()) % 8
    rows = [b"\0" + bytes((255, 255, 255) if row == stripe else (red, green, blue)) * 8 for row in range(8)]
    header = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows), 9)), (b"IEND", b""))
    framed = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)


def write(path: Path, columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write a CSV file as Akeneo and many ERPs do."""
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(columns), delimiter=";", lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    """Write all files."""
    words = yaml.safe_load((SAMPLE / "making" / "vocabulary.yaml").read_text("utf-8"))
    made = list(items(words))
    write(SAMPLE / "erp" / "items.csv", COLUMNS, [*made, *words["mistakes"]])
    for name, rows in words["structure"].items():
        write(SAMPLE / "pim" / f"{name}.csv", dict.fromkeys(column for row in rows for column in row), rows)
    folder = SAMPLE / "erp" / "pictures"
    folder.mkdir(exist_ok=True)
    for item in made:
        file = SAMPLE / "erp" / item["picture"]
        file.write_bytes(picture(words["colours"][item["colour"]], item["item"].partition("-")[0]))


if __name__ == "__main__":
    main()
