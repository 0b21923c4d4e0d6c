# ruff: noqa: D401 - the docstring of a case states the rule that it holds
"""Cases for sources."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from pimflow import BadValue, Field, Source, Window
from pimflow_testkit.bench import Bench, Setup
from pimflow_testkit.component_cases import secrets_of
from pimflow_testkit.leaks import assert_silent, log_lines, nothing_left_behind

_CELLS = (type(None), str, int, float, bool, Decimal, date, list, tuple, dict, BadValue)
UNICODE = (
    "Fauteuil d'été, 60 % laine",
    "椅子 🪑",
    "كرسي",
    "e\N{COMBINING ACUTE ACCENT}",
    "a\nb\r\nc",
    'say "hi"; a, b\t|',
)
LONG = "x" * 1_000_000


def read(bench: Bench, component: Any | None = None, window: Window | None = None) -> tuple[tuple[Any, ...], list[Any]]:
    """Read a source to its end: header and rows, as tuples."""
    source = component or bench.make()
    with bench.session() as session:
        table = source.extract(session, window or source.window(session, None))
        header, *rows = (tuple(row) for row in table)
    return header, rows


def _filled(bench: Bench, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Any:
    if bench.subject.fill is None:
        pytest.skip("tell with `fill=` how rows are put where the source reads them")
    return bench.made_from(bench.subject.fill(bench.tmp, header, rows))


def header_names_columns(bench: Bench) -> None:
    """The first row holds names: text, none empty, none twice."""
    header, _ = read(bench)
    assert header, "the header is empty"
    assert all(isinstance(name, str) and name.strip() for name in header), f"names that are no text: {header}"
    assert len(set(header)) == len(header), f"names that stand twice: {header}"


def rows_fit_the_header(bench: Bench) -> None:
    """Each row has as many cells as the header, and there is at least one row to tell by."""
    header, rows = read(bench)
    assert rows, "the options of the suite lead to no record: choose some that do"
    for number, row in enumerate(rows, 1):
        assert len(row) == len(header), f"row {number} has {len(row)} cells, the header {len(header)}"


def cells_hold_plain_values(bench: Bench) -> None:
    """Text, numbers, booleans, dates, lists, mappings, None or BadValue: no object of the plugin's own."""
    header, rows = read(bench)
    for number, row in enumerate(rows, 1):
        for name, cell in zip(header, row, strict=True):
            assert isinstance(cell, _CELLS), f"row {number}, {name}: {type(cell).__name__} is no plain value"


def bad_values_tell_why(bench: Bench) -> None:
    """A cell that cannot be read has a reason that goes on in the report's sentence."""
    _, rows = read(bench)
    for problem in (cell.problem for row in rows for cell in row if isinstance(cell, BadValue)):
        assert problem.reason.strip(), "a BadValue gives no reason"
        assert not problem.reason.endswith("."), f"the report ends the sentence itself: {problem.reason!r}"


def two_reads_are_equal(bench: Bench) -> None:
    """Reading twice gives the same header and the same rows."""
    source = bench.make()
    assert read(bench, source) == read(bench, source)


def discovery_names_the_columns(bench: Bench) -> None:
    """`discover` lists at least the columns that `extract` gives, each with a type."""
    source = bench.make()
    with bench.session() as session:
        fields = source.discover(session)
    assert all(isinstance(field, Field) and field.type for field in fields)
    unknown = set(read(bench, source)[0]) - {field.name for field in fields}
    assert not unknown, f"columns that discover does not tell: {sorted(unknown)}"


def count_is_right_or_unknown(bench: Bench) -> None:
    """`count` gives None or the number of rows."""
    source = bench.make()
    with bench.session() as session:
        count = source.count(session, source.window(session, None))
    assert count is None or count == len(read(bench, source)[1])


def first_window_is_everything(bench: Bench) -> None:
    """Without a cursor all is read; what the window holds is plain and travels."""
    source = bench.make()
    with bench.session() as session:
        window = source.window(session, None)
    assert window.since is None, "the first run must read everything"
    assert window.cursor is None or isinstance(window.cursor, str)
    assert pickle.loads(pickle.dumps(window)) == window  # noqa: S301 - made here


def overlap_keeps_ties(bench: Bench) -> None:
    """A second run reads again what shares the last moment of the first: records commit behind a cursor."""
    if bench.subject.changed is None:
        pytest.skip("tell with `changed=` which column holds the time of the last change")
    source = bench.make()
    with bench.session() as session:
        cursor = source.window(session, None).cursor
        assert cursor is not None, "a source that knows changes has a cursor"
        later = source.window(session, cursor)
    assert later.cursor is not None, "the second window has no cursor for the third"
    header, rows = read(bench, source)
    at = header.index(bench.subject.changed)
    last = max(row[at] for row in rows)
    again = read(bench, source, later)[1]
    missing = [row for row in rows if row[at] == last and row not in again]
    assert not missing, f"{len(missing)} records of the last moment are not read again"


def pages_do_not_show(bench: Bench) -> None:
    """Another size of page gives the same rows."""
    if bench.subject.pages is None:
        pytest.skip("tell with `pages=` the option that makes pages small, as in {'page_size': 2}")
    assert read(bench, bench.make(**bench.subject.pages)) == read(bench)


def parts_give_each_record_once(bench: Bench) -> None:
    """Read in parts at the same time, a window gives each record once, and the same header in each part."""
    if bench.subject.parts is None and bench.subject.component.parts is Source.parts:  # type: ignore[attr-defined]
        pytest.skip("the source reads in one piece")
    source = bench.make(**(bench.subject.parts or {}))
    with bench.session() as session:
        window = source.window(session, None)
        parts = source.parts(session, window)
        assert pickle.loads(pickle.dumps(parts)) == parts  # noqa: S301 - made here
        with ThreadPoolExecutor(4) as threads:
            ordered = [[part for part in parts if part.last is last] for last in (False, True)]
            tables = [
                table
                for some in ordered
                for table in threads.map(lambda part: [tuple(row) for row in source.extract(session, part)], some)
            ]
    assert bench.subject.parts is None or len(parts) > 1, "the options under `parts=` do not cut: have more records"
    header, rows = read(bench, source)
    assert all(table[0] == header for table in tables), "a part has another header than the whole"
    given = sorted(repr(row) for table in tables for row in table[1:])
    assert given == sorted(map(repr, rows)), f"{len(given)} records come in parts, {len(rows)} in one piece"


def broken_off_leaves_nothing_open(bench: Bench) -> None:
    """A run that stops after the first row leaves no file open and no thread running."""
    source = bench.make()
    with nothing_left_behind(), bench.session() as session:
        rows = iter(source.extract(session, source.window(session, None)))
        next(rows)
        next(rows, None)
        close = getattr(rows, "close", None)
        if close:
            close()
        del rows


def whole_read_leaves_nothing_open(bench: Bench) -> None:
    """After the last row all is closed."""
    with nothing_left_behind():
        read(bench)


def logs_hold_no_secret(bench: Bench) -> None:
    """What is logged while reading tells no secret."""
    source = bench.make()
    with log_lines() as lines:
        read(bench, source)
    assert_silent(secrets_of(bench, source), *lines)


def empty_source_has_a_header(bench: Bench) -> None:
    """No record is no error."""
    header, rows = read(bench, _filled(bench, ("sku", "name"), []))
    assert set(header) >= {"sku", "name"}
    assert rows == []


def unicode_arrives_as_it_is(bench: Bench) -> None:
    """No letter, sign or line break is changed on the way."""
    wanted = [(str(number), text) for number, text in enumerate(UNICODE)]
    assert _of(read(bench, _filled(bench, ("sku", "name"), wanted)), "sku", "name") == wanted


def very_long_cell_arrives_whole(bench: Bench) -> None:
    """A description of a million characters is read like any other."""
    found = _of(read(bench, _filled(bench, ("sku", "name"), [("1", LONG), ("2", "short")])), "sku", "name")
    assert found == [("1", LONG), ("2", "short")]


def codes_stay_text(bench: Bench) -> None:
    """Leading zeros stay; no code becomes a number."""
    codes = [("007", "0012345678905"), ("1e5", "TRUE")]
    assert _of(read(bench, _filled(bench, ("sku", "ean"), codes)), "sku", "ean") == codes


def _of(found: tuple[tuple[Any, ...], list[Any]], *names: str) -> list[tuple[Any, ...]]:
    header, rows = found
    places = [header.index(name) for name in names]
    return [tuple(row[at] for at in places) for row in rows]


def fails_as_told(setup: Setup) -> Callable[[Bench], None]:
    """Make the case that, under `setup`, reading raises the named error of pimflow without a secret."""

    def case(bench: Bench) -> None:
        troubled = bench.under(setup)
        source = troubled.make()
        with log_lines() as lines, nothing_left_behind(), pytest.raises(setup.raises) as caught:
            read(troubled, source)
        assert str(caught.value).strip(), "the error says nothing"
        detail = getattr(caught.value, "detail", "")
        assert_silent(secrets_of(troubled, source), str(caught.value), detail, *lines)

    return case


CASES: Sequence[Callable[[Bench], None]] = (
    header_names_columns,
    rows_fit_the_header,
    cells_hold_plain_values,
    bad_values_tell_why,
    two_reads_are_equal,
    discovery_names_the_columns,
    count_is_right_or_unknown,
    first_window_is_everything,
    overlap_keeps_ties,
    pages_do_not_show,
    parts_give_each_record_once,
    broken_off_leaves_nothing_open,
    whole_read_leaves_nothing_open,
    logs_hold_no_secret,
    empty_source_has_a_header,
    unicode_arrives_as_it_is,
    very_long_cell_arrives_whole,
    codes_stay_text,
)
