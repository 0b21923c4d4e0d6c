"""What tests say about the scripted shop: its rows, its silence, and the counts of a report."""

from pimflow.errors import UnreachableError

LOST = UnreachableError("the shop does not answer", detail="connect timeout")


def counts(report):
    return {str(status): number for status, number in report.counts.items() if number}


def table(shop, *rows, header=("sku", "name")):
    shop.tables["products"] = [header, *rows]


def many(number, name="Name"):
    return [(f"S-{n:03}", f"{name} {n}") for n in range(1, number + 1)]
