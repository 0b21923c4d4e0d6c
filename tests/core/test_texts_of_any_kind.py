"""Keys and texts that a database does not take: a matter of the record, never of the run."""

import pytest

from pimflow.model import Status

from .shop_rows import counts

LONG = "SKU-" + "é" * 3000
ODD = ["NUL \0 within", "\x1b0", "\x1b", "🙂", "\uffff", "'; DROP TABLE records; --", "%s ? :x", "a\nb\tc"]


@pytest.fixture(autouse=True)
def in_each_database(state, bench):
    """Let `bench` keep its state in one database after the other."""
    return bench


def test_a_key_that_is_too_long_costs_its_record_and_is_told(bench, shop):
    shop.tables["products"] = [("sku", "name"), ("A", "Anvil"), (LONG, "Long"), ("C", "Candle")]
    done = bench.run()
    assert (counts(done), done.exit_code) == ({"created": 2, "refused": 1}, 0)
    (cause,) = done.causes
    shown = "SKU-" + "é" * 36 + "…"
    assert (cause.problem.field, cause.problem.value) == ("sku", shown)
    assert cause.problem.reason == "which is too long for a key: 3,004 characters"
    assert cause.problem.remedy == "Shorten it in the source; 1,000 bytes are the most."
    (item,) = bench.open_items()
    assert item.row == 2
    assert counts(bench.run()) == {"unchanged": 2, "refused": 1}
    shop.tables["products"][2] = ("B", "Long")
    assert counts(bench.run()) == {"unchanged": 2, "created": 1}
    assert bench.open_items() == []


def test_two_keys_that_are_too_long_are_two_records(bench, shop):
    shop.tables["products"] = [("sku", "name"), (LONG, "Long"), (LONG + "2", "Longer")]
    assert counts(bench.run()) == {"refused": 2}
    assert len(bench.open_items()) == 2


def test_the_longest_keys_there_can_be_are_kept(bench, shop):
    longest = ["é" * 500, "x" * 1000, "🙂" * 250]
    shop.tables["products"] = [("sku", "name"), *((key, "Long") for key in longest)]
    assert counts(bench.run()) == {"created": 3}
    assert counts(bench.run()) == {"unchanged": 3}


def test_texts_of_any_kind_are_kept_as_they_are(bench, shop):
    shop.tables["products"] = [("sku", "name"), *((one, f"{one} {number}") for number, one in enumerate(ODD))]
    assert counts(bench.run()) == {"created": len(ODD)}
    assert counts(bench.run()) == {"unchanged": len(ODD)}
    shop.tables["products"] = [("sku", "name"), *((one, f"{one}!") for one in ODD)]
    assert counts(bench.run()) == {"updated": len(ODD)}
    assert sorted(key for _, key in shop.records) == sorted(ODD)


def test_rows_that_are_kept_open_hold_texts_of_any_kind(bench, shop):
    shop.tables["products"] = [("sku", "name"), *((f"K{n}", one) for n, one in enumerate([*ODD, LONG]))]
    for n in range(len(ODD) + 1):
        shop.scripts[f"K{n}"] = [Status.REFUSED]
    assert counts(bench.run()) == {"refused": len(ODD) + 1}
    assert [item.source_row["name"] for item in bench.open_items()] == [*ODD, LONG]
