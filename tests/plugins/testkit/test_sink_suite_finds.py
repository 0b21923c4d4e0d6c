# ruff: noqa: ARG002, ARG005 - signatures are those of the contract
"""Each case for sinks finds the defect that it is there for."""

import pytest

from pimflow import Finding, Item, Outcome, Problem, Severity, Sink, Status, Writer
from pimflow_testkit import sink_cases as sink
from pimflow_testkit.bench import Bench, Setup, Subject

from .finding import finds


class GoodWriter(Writer):
    def __init__(self, path=None):
        self.path = path

    def prepare(self, row):
        yield Item("rows", row["sku"], dict(row))

    def current(self, resource, keys, columns):
        return {}

    def load(self, batch):
        for change in batch:
            yield Outcome("rows", change.key, Status.CREATED)


def sink_of(whole=False, **members):
    writer = type("SomeWriter", (GoodWriter,), members)
    return type(
        "SomeSink",
        (Sink,),
        {"type": "some.rows", "__module__": __name__, "whole": whole, "open": lambda self, session, run: writer()},
    )


def every(status, problems=()):
    return lambda self, batch: [Outcome("rows", change.key, status, problems) for change in batch]


@pytest.mark.parametrize(
    ("case", "members"),
    [
        (sink.knows_the_columns_of_the_suite, {"knows": lambda self, column: False}),
        (sink.check_columns_agrees_with_knows, {"knows": lambda self, column: column == "sku"}),
        (sink.check_lets_good_rows_pass, {"check": lambda self, outlook: [Finding(Severity.FATAL, Problem("no"))]}),
        (sink.items_have_keys, {"prepare": lambda self, row: [Item("rows", "same", row)]}),
        (sink.items_have_keys, {"prepare": lambda self, row: [Item("rows", 1, row)]}),
        (sink.items_have_keys, {"prepare": lambda self, row: []}),
        (
            sink.same_row_makes_the_same_payload,
            {"prepare": lambda self, row: [Item("rows", row["sku"], {"a": id(self)})]},
        ),
        (sink.rows_are_not_changed_in_place, {"prepare": lambda self, row: row["tags"].append("x") or []}),
        (
            sink.absent_columns_stay_absent,
            {"prepare": lambda self, row: [Item("rows", "1", {"name": row.get("name")})]},
        ),
        (sink.empty_batch_is_no_error, {"load": lambda self, batch: [Outcome("rows", "x", Status.CREATED)]}),
        (sink.every_change_has_one_outcome, {"load": lambda self, batch: []}),
        (sink.every_change_has_one_outcome, {"load": lambda self, batch: [*every("created")(self, batch)] * 2}),
        (sink.every_change_has_one_outcome, {"load": every(Status.REFUSED, (Problem("It is wrong."),))}),
        (sink.rows_of_the_suite_are_taken, {"load": every(Status.REFUSED)}),
        (sink.current_gives_what_was_loaded, {}),
        (sink.unicode_is_taken_or_told, {"load": lambda self, batch: []}),
        (sink.very_long_text_is_taken_or_told, {"load": lambda self, batch: []}),
        (sink.fails_as_told(Setup()), {}),
    ],
)
def test_defects_of_sinks_are_found(case, members, tmp_path):
    finds(case, tmp_path, sink_of(**members), rows=[{"sku": "1", "name": "a", "tags": []}, {"sku": "2", "tags": []}])


def test_a_payload_that_cannot_be_kept_is_found(tmp_path):
    cls = sink_of(prepare=lambda self, row: [Item("rows", "1", {1: "a"})])
    with pytest.raises((TypeError, AssertionError)):
        sink.payloads_can_be_kept(Bench(Subject(component=cls, options={}, rows=[{"sku": "1"}]), tmp_path, tmp_path))


@pytest.mark.parametrize(
    "case",
    [
        sink.failed_run_leaves_the_target,
        sink.good_run_changes_the_target_at_the_end,
        sink.equal_run_changes_nothing,
        sink.dry_run_writes_nothing,
    ],
)
def test_a_file_that_is_written_at_once_is_found(case, tmp_path):
    path = tmp_path / "out"

    def check_columns(self, header):
        with path.open("a") as file:
            file.write("x")
        return {}

    cls = sink_of(True, check_columns=check_columns)
    finds(case, tmp_path, cls, rows=[{"sku": "1"}], target=lambda folder: path.read_text() if path.exists() else None)
