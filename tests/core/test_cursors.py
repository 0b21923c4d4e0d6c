"""Cursors: kept after a complete read only, and nothing is forgotten behind them."""

from datetime import UTC, datetime, timedelta

import pytest

from pimflow.errors import AccessError, UnreachableError
from pimflow.model import Status
from pimflow.running.run import RunOptions
from pimflow.state import history

from .shop_rows import counts, table

INCREMENTAL = {"source": {"type": "shop.rows", "connection": "shop", "incremental": True}}


def cursor(bench):
    with bench.database() as database:
        return history.cursor(database, "bench", "products", "shop://main")


@pytest.fixture
def dated(bench, shop):
    table(shop, ("A", "Anvil", 10), ("B", "Bucket", 20), header=("sku", "name", "changed"))
    return bench


def test_a_complete_read_keeps_the_cursor_and_the_next_reads_from_there(dated, shop):
    dated.run(**INCREMENTAL)
    assert cursor(dated) == "100"
    shop.now = 200
    shop.tables["products"].append(("C", "Candle", 150))
    report = dated.run(**INCREMENTAL)
    assert (report.read, counts(report), report.full, report.notes) == (1, {"created": 1}, False, ())
    assert cursor(dated) == "200"


def test_full_reads_everything(dated, shop):
    dated.run(**INCREMENTAL)
    report = dated.run(RunOptions(full=True), **INCREMENTAL)
    assert (report.read, counts(report), report.full) == (2, {"unchanged": 2}, True)


@pytest.mark.parametrize("options", [RunOptions(limit=1), RunOptions(only=("A",))])
def test_a_partial_run_keeps_no_cursor(dated, options):
    dated.run(options, **INCREMENTAL)
    assert cursor(dated) is None


def test_half_a_read_keeps_no_cursor(dated, shop):
    def broken():
        yield ("sku", "name", "changed")
        yield ("A", "Anvil", 10)
        raise UnreachableError("the shelf is gone")

    shop.tables["products"] = broken
    report = dated.run(**INCREMENTAL)
    assert report.exit_code == 3
    assert cursor(dated) is None


def test_a_flow_broken_off_while_writing_keeps_no_cursor(dated, shop):
    shop.scripts["B"] = [AccessError("no")]
    dated.run(**INCREMENTAL)
    assert cursor(dated) is None


def test_a_refused_record_does_not_pin_the_cursor(dated, shop):
    shop.scripts["B"] = [Status.REFUSED]
    dated.run(**INCREMENTAL)
    assert cursor(dated) == "100"


def test_what_failed_is_sent_again_although_the_cursor_passed_it(dated, shop):
    shop.scripts["B"] = ["silence"]
    dated.run(**INCREMENTAL)
    shop.now = 200
    report = dated.run(**INCREMENTAL)
    assert ("products", "B") in shop.records
    assert dated.open_items() == []
    assert report.exit_code == 0


def test_a_record_that_waited_in_vain_goes_when_its_parent_is_read_and_it_is_not(dated, shop):
    table(shop, ("C", "P", 10), header=("sku", "parent", "changed"))
    assert counts(dated.run(**INCREMENTAL)) == {"refused": 1}
    shop.now = 200
    sent = len(shop.sent)
    assert counts(dated.run(**INCREMENTAL)) == {"refused": 1}
    assert len(shop.sent) == sent, "nothing new arrived that it could have waited for"
    shop.tables["products"].append(("P", "", 250))
    shop.now = 300
    assert counts(dated.run(**INCREMENTAL)) == {"created": 2}
    assert (len(shop.records), dated.open_items()) == (2, [])


def test_a_daily_run_tries_again_although_it_begins_a_little_earlier_than_yesterday(dated, shop):
    shop.scripts["B"] = [Status.REFUSED]
    dated.run(**INCREMENTAL)
    yesterday = (datetime.now(UTC) - timedelta(hours=23, minutes=50)).isoformat()
    dated.sql(f"UPDATE open_items SET tried = '{yesterday}'")
    shop.now = 200
    dated.run(**INCREMENTAL)
    assert dated.open_items() == []


def test_a_new_source_address_has_no_cursor(dated, shop, shop_plugin):
    dated.run(**INCREMENTAL)
    other = shop_plugin.SHOPS["other"] = shop_plugin.Shop()
    other.tables = shop.tables
    dated.connections["shop"]["name"] = "other"
    dated.run(**INCREMENTAL)
    assert other.windows[0].since is None


def test_a_time_given_is_where_the_read_begins_and_no_cursor_is_kept(dated, shop):
    dated.run(**INCREMENTAL)
    shop.now = 3000
    report = dated.run(RunOptions(since=datetime(2026, 5, 1, tzinfo=UTC)), **INCREMENTAL)
    assert (shop.windows[-1].since, report.full, report.notes) == ("2026", False, ())
    assert cursor(dated) == "100"


def test_a_source_that_knows_no_times_reads_everything_and_says_so(bench, shop):
    report = bench.run(RunOptions(since=datetime(2026, 5, 1, tzinfo=UTC)))
    assert (report.read, report.full) == (3, True)
    assert report.notes == ("Shelf cannot tell what changed since a time: everything was read.",)


CHANGED = ("The mapping, an option or a table changed: everything was read again.",)


def test_a_changed_table_or_option_makes_the_next_run_full_once(dated, shop, tmp_path):
    tables = tmp_path / "names.csv"
    tables.write_text("from;to\nAnvil;Amboss\n")
    mapped = {**INCREMENTAL, "transforms": [{"map": {"sku": "sku", "name": {"from": "name", "table": "names.csv"}}}]}
    dated.run(**mapped)
    assert dated.run(**mapped).full is False
    tables.write_text("from;to\nAnvil;Enclume\n")
    report = dated.run(**mapped)
    assert (report.full, report.notes, counts(report)) == (True, CHANGED, {"updated": 1, "unchanged": 1})
    assert dated.run(**mapped).full is False
    assert dated.run(**mapped, empty="erase").notes == CHANGED
    assert dated.run(**mapped, empty="erase", guards={"max_failed": 5}).full is False


def test_what_changed_counts_until_everything_was_read(dated, shop):
    dated.run(**INCREMENTAL)
    dated.run(RunOptions(limit=1), **INCREMENTAL, empty="erase")
    assert dated.run(**INCREMENTAL, empty="erase").notes == CHANGED


def test_after_an_update_of_pimflow_everything_is_read_once(dated):
    dated.run(**INCREMENTAL)
    dated.sql("DELETE FROM bases")
    assert dated.run(**INCREMENTAL).notes == ("How all was read last is not known: everything was read again.",)
    assert dated.run(**INCREMENTAL).notes == ()
