"""Records that rest are found many at once, and told as if each had been looked at by itself."""

import pytest

from pimflow.delivering import delivery

from .shop_rows import counts, many, table


@pytest.fixture
def looked_at(monkeypatch):
    """Count the items that are compared one by one."""
    keys = []

    def compare(prepared, *others):
        keys.append(prepared.item.key)
        return plain(prepared, *others)

    plain = delivery.compare
    monkeypatch.setattr(delivery, "compare", compare)
    return keys


def test_nothing_is_made_of_what_rests_beyond_its_fingerprint(bench, shop, looked_at):
    table(shop, *many(1500))
    bench.run()
    assert looked_at == [], "all are new, and go side by side"
    shop.tables["products"][700] = ("S-700", "Other")
    report = bench.run()
    assert counts(report) == {"updated": 1, "unchanged": 1499}
    assert looked_at == ["S-700"]
    assert report.attention == 0


def test_what_rests_was_met_and_what_is_gone_is_told(bench, shop):
    table(shop, *many(5))
    bench.run()
    table(shop, *many(4))
    assert any("1 sent earlier was not in the source" in note for note in bench.run().notes)
    table(shop, *many(5))
    assert counts(bench.run()) == {"unchanged": 5}


def test_a_twin_of_what_rests_is_refused_and_told_with_its_row(bench, shop):
    table(shop, *many(3))
    bench.run()
    table(shop, *many(3), ("S-002", "Name 2"))
    report = bench.run()
    assert counts(report) == {"unchanged": 3, "refused": 1}
    assert report.causes[0].problem.reason == "which row 2 has too"


def test_a_twin_in_a_later_chunk_is_refused(bench, shop):
    table(shop, *many(1200))
    bench.run()
    table(shop, *many(1200), ("S-002", "Name 2"))
    assert counts(bench.run()) == {"unchanged": 1200, "refused": 1}


def test_a_later_row_does_not_rest_while_its_twin_is_under_way(bench, shop):
    table(shop, ("A", "Anvil"), ("B", "Bucket"))
    bench.run()
    table(shop, ("A", "Other"), ("A", "Anvil"), ("B", "Bucket"))
    report = bench.run()
    assert counts(report) == {"updated": 1, "unchanged": 1, "refused": 1}
    assert shop.records["products", "A"]["name"] == "Other"
