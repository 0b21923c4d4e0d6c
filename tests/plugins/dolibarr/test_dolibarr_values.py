"""Values of any form: none of them ends a read, and what is written comes back."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pimflow import BadValue, RowProblem
from pimflow_dolibarr import codecs, fields
from pimflow_dolibarr.catalog import ExtraField
from pimflow_dolibarr.codecs import MEASURE, check_ref, stored_ref
from pimflow_dolibarr.filters import is_askable, resembling

ZONE = ZoneInfo("Europe/Brussels")
ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text(), max_size=2)


@given(ANYTHING)
def test_no_value_ends_a_read(value):
    cells = [read(value) for read in (fields.number, fields.whole, fields.moment, fields.text, fields.flag)]
    cells += [fields.day(value, ZONE), fields.unit("weight", value), fields.gtin(value)]
    assert fields.mapping(value) == {}
    for cell in cells:
        if isinstance(cell, BadValue):
            assert cell.problem.reason.strip()
            assert not cell.problem.reason.endswith(".")


def test_loose_types_become_values():
    assert [fields.number(one) for one in ("79.90000000", 5, "0.0000", None)] == [Decimal("79.9"), 5, 0, None]
    assert [fields.whole(one) for one in ("24", 3, "")] == [24, 3, None]
    assert [fields.flag(one) for one in ("1", "0", 1, None)] == [True, False, True, None]
    assert fields.day(1772319600, ZONE) == dt.date(2026, 3, 1)
    assert [fields.unit("weight", one) for one in ("0", "-3", "99", None)] == ["kg", "g", "lb", None]
    assert [fields.gtin(one) for one in ("4006381333931", "WH-12", None)] == ["4006381333931", None, None]


@pytest.mark.parametrize(
    ("ref", "stored"),
    [
        ("Ünï", "Uni"),
        ("МОЙ", "МОЙ"),
        ("Łódź", "Łodź"),
        ("Ÿx", "yx"),
        ("Straße", "Straße"),
        ("(br)[x]", "(br)_x_"),
        ("a.b..c", "a.bc"),
        ("--x", "_x"),
        ("竹-1", "竹-1"),
    ],
)
def test_a_reference_is_stored_as_a_live_server_stored_it(ref, stored):
    assert stored_ref(ref) == stored


@pytest.mark.parametrize(
    ("cell", "there"),
    [("0.33333333333333", "0.333333"), ("1.23456789", "1.23457"), ("1e3", "1000"), ("1234567", 1.23457e6)],
)
def test_a_measure_has_as_many_digits_as_a_live_server_gave_back(cell, there):
    assert MEASURE.accept(cell) == MEASURE.read(there)


def test_a_nought_is_no_reference():
    with pytest.raises(RowProblem, match="takes for no reference at all"):
        check_ref("ref", "0")


@given(st.text(min_size=1, max_size=40).filter(lambda ref: ref != "0"))
def test_a_reference_passes_where_it_is_stored_as_it_is(ref):
    if stored_ref(ref) != ref:
        with pytest.raises(RowProblem, match="would store it as"):
            check_ref("ref", ref)
    else:
        check_ref("ref", ref)
        assert not set(ref) & set(" '/\\:*?\"<>|[],;=°$`")


@given(st.text(max_size=40))
def test_what_is_asked_for_stays_within_its_quotes(value):
    told = resembling("t.ref", value)
    assert (told.count("'"), told.count("("), told.count(")")) == (2, 1, 1)
    assert not is_askable(f"{value}'")


@pytest.mark.parametrize(
    ("kind", "cell", "canonical", "written"),
    [
        ("varchar", "Wool", "Wool", "Wool"),
        ("int", "12", "12", 12),
        ("double", "1.50", "1.5", 1.5),
        ("boolean", "yes", True, 1),
        ("date", "2026-03-01", "2026-03-01", "2026-03-01"),
        ("select", "Winter", "2", "2"),
        ("checkbox", "Summer,2", ["1", "2"], "1,2"),
    ],
)
def test_extra_fields_are_written_by_their_type(kind, cell, canonical, written):
    codec = codecs.extra_field(ExtraField("x", kind, "X", {"1": "Summer", "2": "Winter"}))
    assert codec.accept(cell) == canonical
    assert codec.write(codec.accept(cell)) == written


def test_kinds_of_extra_fields_that_are_no_cell_are_not_written():
    assert codecs.extra_field(ExtraField("x", "separate", "X", {})) is None
