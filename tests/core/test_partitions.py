"""Sources whose reads are cut into parts: a flow gets each record once, whatever becomes of a part."""

import pytest

from pimflow.errors import UnreachableError
from pimflow.running.run import RunOptions

from .shop_rows import counts, table

PARTED = {"source": {"type": "shop.rows", "connection": "shop", "cut": 3}}


@pytest.fixture
def many(bench, shop):
    table(shop, *((f"S-{n}", f"Thing {n}") for n in range(2500)))
    return bench


def test_a_flow_reads_all_parts_and_each_record_once(many, shop):
    report = many.run(**PARTED)
    assert (report.read, counts(report), report.full) == (2500, {"created": 2500}, True)
    assert sorted(window.partition for window in shop.windows) == ["0", "1", "2"]
    assert counts(many.run(**PARTED)) == {"unchanged": 2500}


@pytest.mark.parametrize("options", [RunOptions(limit=2), RunOptions(only=("S-7",))])
def test_some_records_are_read_as_one(many, shop, options):
    many.run(options, **PARTED)
    assert [window.partition for window in shop.windows] == [None]


def test_one_broken_part_is_half_a_read(many, shop):
    many.run(**PARTED)
    rows = shop.tables["products"]

    def broken():
        yield rows[0]
        raise UnreachableError("the shelf is gone")

    tables = iter([rows[:100], broken(), rows[:1]])

    def next_table():
        return next(tables)

    shop.tables["products"] = next_table
    report = many.run(**PARTED, on_missing="delete", guards={"max_missing": 100_000})
    assert (report.exit_code, "the shelf is gone" in report.error) == (3, True)
    assert shop.deleted == []
