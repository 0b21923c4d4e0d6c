# ruff: noqa: ARG005 - signatures are those of the contract
"""Each case for sources finds the defect that it is there for."""

import pytest
from loguru import logger

from pimflow import BadValue, Problem, Window
from pimflow_testkit import source_cases as source
from pimflow_testkit.bench import Setup

from .finding import GOOD, finds, source_of

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


@pytest.mark.parametrize(
    "tables",
    [
        [GOOD, GOOD, GOOD],  # each record twice
        [GOOD[:2], GOOD[:1], GOOD],  # one record in no part
        [GOOD[:2], [("sku",), ("2",)], GOOD],  # another header
    ],
)
def test_parts_that_do_not_make_a_whole_are_found(tables, tmp_path):
    def parts(self, session, window):
        return [Window(partition="1"), Window(partition="2")]

    finds(source.parts_give_each_record_once, tmp_path, source_of(*tables, parts=parts))


def test_a_source_that_is_not_cut_as_told_is_found(tmp_path):
    finds(source.parts_give_each_record_once, tmp_path, source_of(GOOD), parts={})


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
