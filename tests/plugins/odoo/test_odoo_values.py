"""Values between cells and Odoo: whatever comes, it stays the same on the way there and back."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pimflow import LoginError, RowProblem, UnreachableError
from pimflow_odoo import codecs
from pimflow_odoo.catalog import Catalog, Category, Unit
from pimflow_odoo.fields import label_of, moment, number_of, written
from pimflow_odoo.refusals import NoModelError, RefusedError, is_final, refusal

from .odoo_domains import holds


class Nothing:
    """A session that nobody asks."""


def catalog(**known):
    found = Catalog(Nothing())
    for name, value in known.items():
        found._once(name, lambda value=value: value)
    return found


FLOAT = codecs.of_field({"type": "float", "digits": [16, 2]}, catalog())
EXACT = codecs.of_field({"type": "float", "digits": False}, catalog())


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=6))
def test_a_number_that_odoo_took_is_the_one_that_it_gives_back(value):
    if value and abs(value) < Decimal("0.005"):
        with pytest.raises(ValueError, match="would round to 0"):
            FLOAT.accept(str(value))
        return
    canonical = FLOAT.accept(str(value))
    assert FLOAT.read(FLOAT.write(canonical)) == canonical
    assert abs(Decimal(canonical) - value) <= Decimal("0.005")


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12))
def test_a_number_without_digits_stays_as_exact_as_it_was(value):
    assert EXACT.write(EXACT.accept(repr(value))) == value


@given(st.datetimes(timezones=st.just(dt.UTC), min_value=dt.datetime(1900, 1, 1)))  # noqa: DTZ001 - hypothesis wants it
def test_moments_are_written_in_utc_and_read_again(value):
    assert moment(written(value)) == value.replace(microsecond=0)


@given(st.text())
def test_text_and_days_of_nonsense_are_refused_or_taken(text):
    for kind in ("date", "datetime", "integer", "boolean", "float"):
        codec = codecs.of_field({"type": kind}, catalog())
        try:
            canonical = codec.accept(text)
        except ValueError:
            continue
        assert codec.accept(str(canonical)) == canonical


@pytest.mark.parametrize(
    ("value", "number", "label"), [([8, "All"], 8, "All"), (8, 8, None), (False, None, None), ([], None, None)]
)
def test_records_that_others_refer_to_come_with_their_label_or_without(value, number, label):
    assert (number_of(value), label_of(value)) == (number, label)


def test_a_category_is_named_by_path_or_code_unless_the_path_tells_two():
    tree = {
        1: Category(1, "All", "All", None),
        2: Category(2, "Mugs", "All / Mugs", 1),
        3: Category(3, "Mugs", "All / Mugs", 1),
    }
    by_path, by_code = (codecs.category(catalog(categories=tree), part) for part in ("path", "code"))
    assert (by_path.accept("All"), by_code.accept("All"), by_code.accept("category_3")) == (
        "All",
        "category_1",
        "category_3",
    )
    assert (by_code.write("category_3"), by_code.read([3, "x"])) == (3, "category_3")
    with pytest.raises(ValueError, match="name it by its code, category_2 and category_3"):
        by_path.accept("All / Mugs")
    with pytest.raises(RowProblem, match="Odoo has no such category"):
        by_path.accept("Mugs")


def test_a_unit_is_named_by_its_external_id_in_full_or_not_or_by_its_name():
    units = {7: Unit(7, "kg", "uom.product_uom_kgm", 1.0), 9: Unit(9, "Pallet", "Pallet", 40.0)}
    codec = codecs.of_field({"type": "many2one", "relation": "uom.uom"}, catalog(units=units))
    asked = ["kg", "product_uom_kgm", "uom.product_uom_kgm", "Pallet"]
    assert [codec.accept(text) for text in asked] == ["uom.product_uom_kgm"] * 3 + ["Pallet"]
    assert (codec.write("Pallet"), codec.read([7, "kg"])) == (9, "uom.product_uom_kgm")


def test_faults_of_the_database_may_pass_and_mistakes_do_not():
    assert is_final({"name": "builtins.ValueError", "message": "x"})
    assert is_final({"name": "psycopg2.errors.InvalidDatetimeFormat"})
    assert not is_final({"name": "psycopg2.errors.SerializationFailure"})
    assert not is_final("<html>")


@given(st.lists(st.booleans(), min_size=1, max_size=6))
def test_conditions_in_prefix_form_mean_any_of_them(truths):
    domain = [*["|"] * (len(truths) - 1), *(["x", "=", truth] for truth in truths)]
    assert holds(domain, {}, lambda _record, _path: [True]) == any(truths)


@pytest.mark.parametrize(
    ("name", "said", "error"),
    [
        ("odoo.http.SessionExpiredException", "Session expired", LoginError),
        ("odoo.exceptions.AccessDenied", "Access Denied", LoginError),
        ("odoo.exceptions.MissingError", "Record does not exist.\n(Record: res.users(9,), User: 9)", LoginError),
        ("psycopg2.OperationalError", "server closed the connection", UnreachableError),
        ("psycopg2.errors.DatetimeFieldOverflow", "out of range", RefusedError),
        ("odoo.exceptions.UserError", "Object product.produkt doesn't exist", NoModelError),
        ("werkzeug.exceptions.NotFound", "the model 'product.produkt' does not exist", NoModelError),
        ("builtins.ValueError", "Invalid field 'colour' on 'product.product'", RefusedError),
        ("", "", RefusedError),
    ],
)
def test_what_an_exception_of_the_server_means(name, said, error):
    made = refusal("Odoo at https://erp.example.com", "product.product.read", {"name": name, "message": said})
    assert type(made) is error
    assert str(made).startswith("Odoo at https://erp.example.com ")
    assert str(made).endswith(".")
