# ruff: noqa: ARG002, ARG005 - signatures are those of the contract
"""Each case finds the defect that it is there for."""

import threading
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest
from loguru import logger
from pydantic import ConfigDict, Field, SecretStr

from pimflow import (
    BadValue,
    Connection,
    Finding,
    InputPath,
    Item,
    Outcome,
    Problem,
    Severity,
    Sink,
    Source,
    Status,
    Transform,
    Window,
    Writer,
)
from pimflow_testkit import component_cases as component
from pimflow_testkit import connection_cases as connection
from pimflow_testkit import sink_cases as sink
from pimflow_testkit import source_cases as source
from pimflow_testkit import source_suite
from pimflow_testkit import transform_cases as transform
from pimflow_testkit.bench import Bench, Setup, Subject

FAILURES = (AssertionError, pytest.fail.Exception)


def finds(case, tmp_path, cls, options=None, **more):
    more.setdefault("session", nullcontext)
    with pytest.raises(FAILURES):
        case(Bench(Subject(component=cls, options=options or {}, **more), tmp_path, tmp_path))


def source_of(*tables, **members):
    """Make a source that gives one of the tables a read, the last one from then on."""
    left = list(tables)

    def extract(self, session, window):
        return iter(left.pop(0) if len(left) > 1 else left[0])

    return type("Some", (Source,), {"type": "some.rows", "__module__": __name__, "extract": extract, **members})


def with_option(parent, name, kind, field):
    return type(
        "Some", (parent,), {"type": "some", "__annotations__": {name: kind}, name: field, "__module__": __name__}
    )


GOOD = [("sku", "name"), ("1", "a"), ("2", "b")]


class Loose(Source):
    """Takes anything."""

    model_config = ConfigDict(frozen=False, extra="ignore", hide_input_in_errors=False)
    type = "Loose Rows"
    rows: int = Field(1, description="")


class Undescribed(Source):
    type = "some.rows"


class Telling(Connection):
    """Tells its secret wherever it can."""

    type = "telling"
    password: str = Field("in the open", description="Not marked as a secret.")
    pin: SecretStr = Field(SecretStr("hush-hush"), description="Marked.")

    @property
    def title(self):
        return f"telling {self.pin.get_secret_value()}"

    @contextmanager
    def open(self):
        logger.info("pin {}", self.pin.get_secret_value())
        yield object()

    def check(self, session):
        return f"user {self.pin.get_secret_value()}"


class Leaking(Connection):
    """Starts a thread and forgets it; remembers who asked; closes for all."""

    type = "leaking"

    @contextmanager
    def open(self):
        stop = threading.Event()
        threading.Thread(target=stop.wait, args=(4,), daemon=True).start()
        yield stop

    def check(self, session):
        return ""


class Shared(Connection):
    """Has one session for all, and swallows the run's errors."""

    type = "shared"

    @contextmanager
    def open(self):
        OPEN.append(1)
        try:
            yield OPEN
        except KeyError:
            pass
        finally:
            OPEN.clear()

    def check(self, session):
        assert session, "closed"
        return f"thread {threading.get_ident()}"


OPEN = []


@pytest.mark.parametrize(
    ("case", "cls"),
    [
        (component.options_are_documented, Loose),
        (component.options_are_frozen, Loose),
        (component.unknown_option_is_refused, Loose),
        (component.mistakes_hide_what_was_given, Loose),
        (component.type_has_its_form, Loose),
        (component.class_tells_what_it_is, Undescribed),
        (component.secrets_stay_secret, Telling),
        (connection.credentials_are_secret, Telling),
        (connection.check_says_who_answered, Telling),
        (connection.logs_hold_no_secret, Telling),
        (connection.check_says_who_answered, Leaking),
        (connection.nothing_is_left_open, Leaking),
        (connection.two_sessions_are_independent, Shared),
        (connection.a_failure_within_closes_the_session, Shared),
        (connection.fails_as_told(Setup()), Shared),
    ],
)
def test_defects_of_components_and_connections_are_found(case, cls, tmp_path):
    finds(case, tmp_path, cls)


def test_a_secret_that_is_also_a_plain_option_is_told_to_the_author(tmp_path):
    bench = Bench(Subject(component=Telling, options={"pin": "same", "password": "same"}), tmp_path, tmp_path)
    with pytest.raises(AssertionError, match="choose other secrets for the suite: password holds the same word"):
        component.secrets_stay_secret(bench)


def test_an_option_that_hides_a_method_is_found(tmp_path):
    with pytest.warns(UserWarning, match="shadows"):
        cls = with_option(Transform, "compile", int, Field(1, description="x"))
    finds(component.options_shadow_nothing, tmp_path, cls)


BAD_REASON = BadValue(Problem("It is wrong."))


@pytest.mark.parametrize(
    ("case", "tables", "members"),
    [
        (source.header_names_columns, [[("sku", "sku"), ("1", "2")]], {}),
        (source.header_names_columns, [[("sku", ""), ("1", "2")]], {}),
        (source.rows_fit_the_header, [[("sku", "name"), ("1",)]], {}),
        (source.rows_fit_the_header, [[("sku", "name")]], {}),
        (source.cells_hold_plain_values, [[("sku",), (object(),)]], {}),
        (source.bad_values_tell_why, [[("sku",), (BAD_REASON,)]], {}),
        (source.two_reads_are_equal, [GOOD, GOOD[:2]], {}),
        (source.discovery_names_the_columns, [GOOD], {"discover": lambda self, session: []}),
        (source.count_is_right_or_unknown, [GOOD], {"count": lambda self, session, window: 3}),
        (source.first_window_is_everything, [GOOD], {"window": lambda self, session, cursor: Window(since="today")}),
        (source.overlap_keeps_ties, [GOOD, GOOD[:2]], {"window": lambda self, session, cursor: Window(cursor="2")}),
        (source.pages_do_not_show, [GOOD, GOOD[:2]], {}),
        (source.fails_as_told(Setup()), [GOOD], {}),
    ],
)
def test_defects_of_sources_are_found(case, tables, members, tmp_path):
    finds(case, tmp_path, source_of(*tables, **members), changed="name", pages={})


@pytest.mark.parametrize(
    ("case", "table"),
    [
        (source.empty_source_has_a_header, GOOD),
        (source.unicode_arrives_as_it_is, GOOD),
        (source.very_long_cell_arrives_whole, GOOD),
        (source.codes_stay_text, [("sku", "ean"), ("7", "12345678905"), ("100000.0", "True")]),
    ],
)
def test_defects_of_what_arrives_are_found(case, table, tmp_path):
    finds(case, tmp_path, source_of(table), fill=lambda folder, header, rows: {})


def test_a_source_that_tells_a_secret_is_found(tmp_path):
    def extract(self, session, window):
        logger.debug("with key hush-hush")
        return iter(GOOD)

    finds(source.logs_hold_no_secret, tmp_path, source_of(GOOD, extract=extract), secrets=["hush-hush"])


def test_a_source_that_keeps_its_file_open_is_found(tmp_path, recwarn):
    path = tmp_path / "open"
    path.write_text("")
    kept = []

    def extract(self, session, window):
        kept.append(path.open())
        return iter(GOOD)

    for case in (source.broken_off_leaves_nothing_open, source.whole_read_leaves_nothing_open):
        finds(case, tmp_path, source_of(GOOD, extract=extract))
    for file in kept:
        file.close()


def transform_of(step, header=None):
    def compile_(self, names, knows):
        return header or names, step

    return type("Some", (Transform,), {"type": "some", "__module__": __name__, "compile": compile_})


COUNTED = []


def counting(row):
    COUNTED.append(1)
    return [*row[:-1], len(COUNTED)]


def spoiling(row):
    row[0] = "x"
    return row


@pytest.mark.parametrize(
    ("case", "cls"),
    [
        (transform.gives_a_header_of_names, transform_of(list, ("a", "a"))),
        (transform.gives_a_header_of_names, transform_of(list, ["a", "b"])),
        (transform.rows_fit_the_new_header, transform_of(lambda row: row[:1])),
        (transform.rows_fit_the_new_header, transform_of(lambda row: None)),
        (transform.rows_are_not_changed_in_place, transform_of(spoiling)),
        (transform.tuples_and_lists_are_rows, transform_of(lambda row: [type(row).__name__, ""])),
        (transform.same_row_gives_same_result, transform_of(counting)),
        (transform.compiles_twice_alike, transform_of(counting)),
        (transform.order_of_columns_does_not_matter, transform_of(lambda row: [row[0], row[0]])),
        (transform.further_columns_do_not_disturb, transform_of(lambda row: list(row)[::-1])),
        (transform.unknown_column_is_told_when_compiling, transform_of(list)),
        (transform.bad_values_are_carried_along, transform_of(lambda row: [str(cell) for cell in row])),
        (transform.empty_cells_do_no_harm, transform_of(lambda row: [1])),
        (transform.any_type_of_cell_does_no_harm, transform_of(lambda row: [])),
        (transform.unicode_does_no_harm, transform_of(lambda row: [])),
        (transform.very_long_cell_does_no_harm, transform_of(lambda row: [])),
    ],
)
def test_defects_of_transforms_are_found(case, cls, tmp_path):
    finds(case, tmp_path, cls, rows=[{"a": "1", "b": "2"}], header=("a", "b"))


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


def test_a_suite_refuses_to_leave_out_a_case_that_it_does_not_have():
    with pytest.raises(ValueError, match="no such case: two_reads"):
        source_suite(source_of(GOOD), {}, without={"two_reads": "typo"})


def test_a_suite_has_one_item_a_case_and_marks_those_left_out():
    suite = source_suite(source_of(GOOD), {}, without={"two_reads_are_equal": "reasons"}, failing={"x": Setup()})
    (mark,) = suite.pytestmark
    names = [item.id for item in mark.args[1]]
    assert len(names) == len(set(names)) > 24
    assert "fails_as_told: x" in names
    assert [item.id for item in mark.args[1] if item.marks] == ["two_reads_are_equal"]


def test_relative_paths_start_beside_the_test_module():
    seen = []

    class Beside(Source):
        type = "some.rows"
        path: InputPath

        def extract(self, session, window):
            seen.append(self.path)
            return iter(GOOD)

    suite = source_suite(Beside, {"path": Path(__file__).name})
    case = next(item.values[0] for item in suite.pytestmark[0].args[1] if item.id == "two_reads_are_equal")
    suite(case, SimpleNamespace(path=Path(__file__)), Path("/nowhere"))
    assert set(seen) == {Path(__file__)}


def test_lines_of_both_kinds_of_logging_are_collected(pimflow_log, pimflow_run):
    import logging

    logger.debug("from loguru {}", pimflow_run.pipeline)
    logging.getLogger("some").info("from %s", "logging")
    assert any("from loguru testkit" in line for line in pimflow_log)
    assert any("from logging" in line for line in pimflow_log)
