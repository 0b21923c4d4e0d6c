"""The shortest program for the work of bench_rows.py, with the standard library: `plain_rows.py csv|jsonl IN OUT`."""

import csv
import json
import sys
from pathlib import Path


def to_csv(source, target):
    reader, writer = csv.reader(source), csv.writer(target, lineterminator="\n")
    next(reader)
    renamed = ["identifier", "name-en_US", "name-de_DE", "main_colour", "supplier_code"]
    rest = ["description", "brand", "category", "size", "weight", "price", "ean", "status", "updated"]
    writer.writerow([*renamed, *rest, "label"])
    for row in reader:
        if row[11] == "active":
            sku, name, name_de, description, brand, category, colour, size, weight, price, ean, status, on, by = row
            price = float(price)
            label = brand + " " + name
            head = [sku, name, name_de, colour, by, description, brand, category, size, weight]
            writer.writerow([*head, price, ean, status, on, label])


def to_jsonl(source, target):
    reader = csv.reader(source)
    next(reader)
    for row in reader:
        if row[11] == "active":
            sku, name, name_de, description, brand, category, colour, size, weight, price, ean, _, updated, by = row
            product = {
                "identifier": sku,
                "enabled": True,
                "family": category,
                "values": {
                    "name": [
                        {"locale": "en_US", "scope": None, "data": name},
                        {"locale": "de_DE", "scope": None, "data": name_de},
                    ],
                    "description": [{"locale": "en_US", "scope": "shop", "data": description}],
                    "brand": [{"locale": None, "scope": None, "data": brand}],
                    "main_colour": [{"locale": None, "scope": None, "data": colour}],
                    "size": [{"locale": None, "scope": None, "data": size}],
                    "weight": [{"locale": None, "scope": None, "data": {"amount": weight, "unit": "KILOGRAM"}}],
                    "price": [{"locale": None, "scope": None, "data": [{"amount": float(price), "currency": "EUR"}]}],
                    "ean": [{"locale": None, "scope": None, "data": ean}],
                    "updated": [{"locale": None, "scope": None, "data": updated}],
                    "supplier_code": [{"locale": None, "scope": None, "data": by}],
                    "label": [{"locale": None, "scope": None, "data": brand + " " + name}],
                },
            }
            target.write(json.dumps(product) + "\n")


if __name__ == "__main__":
    with Path(sys.argv[2]).open(newline="") as source, Path(sys.argv[3]).open("w", newline="") as target:
        {"csv": to_csv, "jsonl": to_jsonl}[sys.argv[1]](source, target)
