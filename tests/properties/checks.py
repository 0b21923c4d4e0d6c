"""What must be true after each run of a history, asked of the source, the target and the open items."""

import re

from pimflow.model import Status
from pimflow.state import open_items

UNSURE = {Status.FAILED, Status.UNKNOWN}


class Checks:
    """Asked by a machine that has a `source`, a `shop`, a `flow`, a `database` and the keys that are `murky`."""

    def _check_counts(self, options, report):
        """Each row that was read has one outcome, and so have those that are tried again or taken away."""
        counted = sum(report.counts.values())
        if not report.complete:
            assert report.exit_code == 3
            return
        again = sum(int(n) for note in report.notes for n in re.findall(r"^(\d+) left open by", note))
        given = self.source.given
        if options.only:
            given = [row for row in given if row.sku in options.only or not row.sku]
        if options.limit is not None:
            given = given[: options.limit]
        removed = len(self.shop.deleted) + len(self.shop.disabling)
        assert counted == len(given) + again + removed, (report, self.source.given)
        expected = 1 if report.counts.get(Status.FAILED) or report.counts.get(Status.UNKNOWN) else 0
        assert report.exit_code == expected

    def _check_removals(self):
        """What is in the source is not taken away, nor anything where a row may be any record."""
        keys = {row.sku for row in self.source.rows.values()}
        removed = {*self.shop.deleted, *self.shop.disabling}
        assert not removed & keys
        assert not removed or "" not in keys

    def _check_arrival(self):
        """What a complete read covers is in the target, or open with a reason."""
        items = self._open()
        for key, rows in self.source.by_key().items():
            if not key:
                for row in rows:
                    assert any(self._is_open(row, item) for item in items.values()), (row, items)
            elif key in self.murky:
                self._check_contested(key, rows, items)
            else:
                self._check_record(key, rows[0], items)

    def _check_record(self, key, row, items):
        item = items.get(("products", key)) or items.get(("", key))
        if self._has(key, row):
            clean = row.is_whole and row.colour not in self.shop.lacking_colours
            assert item is None or not clean or item.status in UNSURE or self.healed, (row, item)
            if not row.is_whole:
                assert item is not None, row
        else:
            assert item is not None, f"{row} is lost: {self.shop.records}"
            assert item.problems
            assert item.status in UNSURE or self._reason(row) or self.healed, (row, item)

    def _check_contested(self, key, rows, items):
        record = self.shop.records.get(("products", key))
        assert record is not None or ("products", key) in items or ("", key) in items, (key, rows)

    def _reason(self, row):
        """Tell whether the record has a reason not to be as the source says."""
        shop = self.shop
        return (
            row.name in {"forbidden", *shop.refused_names}
            or (row.parent and ("products", row.parent) not in shop.records)
            or (row.parent and row.parent in self.murky)
            or row.colour in shop.lacking_colours
            or (not row.is_whole and self.flow["on_bad_value"] == "refuse")
        )

    def _has(self, key, row):
        record = self.shop.records.get(("products", key))
        if record is None or key in self.shop.disabled:
            return False
        wanted = row.emptied | row.wanted if self.flow["empty"] == "erase" else row.wanted
        return all(record.get(name) == value for name, value in wanted.items() if name not in self.flow["once"])

    def _check_open_items(self):
        for item in self._open().values():
            assert item.problems, item
            assert all(problem.reason for problem in item.problems)
            assert item.status is not Status.WAITING

    def _check_rest(self):
        """At rest nothing is open without a lasting reason, and everything that can be there is there."""
        items = self._open()
        shop = self.shop
        for key, rows in self.source.by_key().items():
            if not key:
                assert len([one for one in items.values() if not one.source_row["sku"]]) == len(rows), items
            elif len(rows) == 1:
                self._check_record_at_rest(key, rows[0], items)
            else:
                assert len([one for one in items.values() if one.source_row["sku"] == key]) >= len(rows) - 1, (
                    rows,
                    items,
                )
        keys = {row.sku for row in self.source.rows.values()}
        there = {(row.sku, row.name, row.parent) for row in self.source.rows.values()}
        for item in items.values():
            assert tuple(item.source_row[name] for name in ("sku", "name", "parent")) in there, item
        if self.missing == "delete" and "" not in keys:
            gone = {key for _, key in shop.records} - keys
            assert not gone & shop.settled.keys() - shop.unsure, gone

    def _check_record_at_rest(self, key, row, items):
        item = items.get(("products", key)) or items.get(("", key))
        if self._has(key, row) and row.is_whole:
            assert item is None or row.colour in self.shop.lacking_colours, (row, item)
        else:
            assert item is not None, row
            assert self._has(key, row) or self._reason(row), (row, item)

    @staticmethod
    def _is_open(row, item):
        told = item.source_row
        return (told["sku"], told["name"], told["parent"]) == (row.sku, row.name, row.parent)

    def _open(self):
        found = open_items.of_pipeline(self.database, "bench", 10_000)
        return {(item.resource, item.key): item for _, item in found}
