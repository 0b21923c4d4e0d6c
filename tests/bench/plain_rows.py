"""The shortest program for the work of bench_rows.py, with the standard library: `plain_rows.py IN OUT`."""

import csv
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


if __name__ == "__main__":
    with Path(sys.argv[1]).open(newline="") as source, Path(sys.argv[2]).open("w", newline="") as target:
        to_csv(source, target)
