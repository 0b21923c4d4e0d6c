"""Every form of value of a Community PIM, written by the sinks and read by the sources as the same values."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pimflow import Change, Run, Status, Window
from pimflow_akeneo.connection import AkeneoConnection
from pimflow_akeneo.sinks import AkeneoProductModelsSink, AkeneoProductsSink
from pimflow_akeneo.sources import AkeneoProductModelsSource, AkeneoProductsSource
from pimflow_akeneo_sandbox.serve import serve

from .conftest import CATALOG, attribute

RUN = Run("run-1", "test", datetime(2026, 3, 1, tzinfo=UTC))
PLACES = {"": {}, "l": {"localizable": True}, "s": {"scopable": True}, "ls": {"localizable": True, "scopable": True}}
NUMBERS = {"decimals_allowed": True, "negative_allowed": True}
KINDS = {
    "text": {},
    "textarea": {},
    "number": NUMBERS,
    "boolean": {},
    "date": {},
    "simpleselect": {},
    "multiselect": {},
    "metric": {"metric_family": "Weight", "default_metric_unit": "GRAM", **NUMBERS},
    "price_collection": {"decimals_allowed": True},
}
OPTIONS = ["red", "Dark_Blue", "bordeaux"]
ATTRIBUTES = [
    attribute("sku", "identifier", unique=True, is_main_identifier=True),
    attribute("gtin", "identifier", unique=True),
    attribute("axis", "simpleselect"),
    attribute("swiss", "text", localizable=True, available_locales=["de_DE"]),
    *(
        attribute(f"{kind}_{place}", kind, **how, **more)
        for kind, more in KINDS.items()
        for place, how in PLACES.items()
    ),
]
CODES = [one["code"] for one in ATTRIBUTES]


@pytest.fixture(scope="module")
def connection():
    catalog = CATALOG | {
        "attributes": ATTRIBUTES,
        "attribute_groups": [{"code": "erp", "sort_order": 1, "attributes": CODES, "labels": {}}],
        "attribute_options": [
            {"attribute": one["code"], "code": code, "sort_order": order, "labels": {}}
            for one in ATTRIBUTES
            if "select" in one["type"]
            for order, code in enumerate(OPTIONS)
        ],
        "families": [
            CATALOG["families"][0] | {"attributes": CODES, "attribute_as_image": None},
        ],
        "family_variants": [
            {
                "family": "footwear",
                "code": "by_axis",
                "labels": {},
                "variant_attribute_sets": [{"level": 1, "axes": ["axis"], "attributes": ["axis", "sku", "gtin"]}],
            }
        ],
    }
    who = dict.fromkeys(("client_id", "secret", "username", "password"), "sandbox")
    with serve(catalog) as pim:
        yield AkeneoConnection(url=pim.url, **who)


@pytest.fixture(scope="module")
def session(connection):
    with connection.open() as found:
        yield found


DECIMALS = st.decimals(min_value=-(10**6), max_value=10**6, allow_nan=False, allow_infinity=False, places=4)
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"]), min_size=1, max_size=20
)
CELLS = {
    "text": WORDS,
    "textarea": WORDS,
    "number": DECIMALS,
    "boolean": st.booleans(),
    "date": st.dates(date(1990, 1, 1), date(2090, 1, 1)).map(str),
    "simpleselect": st.sampled_from(OPTIONS),
    "multiselect": st.lists(st.sampled_from(OPTIONS), min_size=1, unique=True).map(
        lambda codes: ",".join(sorted(codes))
    ),
    "metric": st.tuples(DECIMALS, st.sampled_from(["GRAM", "KILOGRAM"])),
    "price_collection": DECIMALS.map(lambda amount: round(abs(amount), 2)),
}
LOCALES = {"shop": ("de_DE", "en_US"), "print": ("fr_FR",)}
CURRENCIES = {"shop": ("EUR", "USD"), "print": ("EUR",), None: ("EUR", "USD")}


def columns():
    """Give each column with the kind of its cells."""
    for kind in KINDS:
        for place in PLACES:
            scopes = LOCALES if "s" in place else [None]
            for scope in scopes:
                locales = ("de_DE", "en_US", "fr_FR") if "s" not in place else LOCALES[scope]
                for locale in locales if "l" in place else [None]:
                    whole = "-".join(part for part in (f"{kind}_{place}", locale, scope) if part)
                    parts = CURRENCIES[scope] if kind == "price_collection" else [None]
                    yield from ((f"{whole}-{part}" if part else whole, kind) for part in parts)
    yield "swiss-de_DE", "text"


COLUMNS = dict(columns())
ROWS = st.lists(
    st.lists(st.sampled_from(sorted(COLUMNS)), unique=True, max_size=25).flatmap(
        lambda names: st.fixed_dictionaries({name: CELLS[COLUMNS[name]] for name in names})
    ),
    min_size=1,
    max_size=6,
)


def cells(row):
    """Give a row as sources give it: numbers in their own form, the unit beside its amount."""
    for name, value in row.items():
        if isinstance(value, tuple):
            yield name, Decimal(value[0])
            yield f"{name}-unit", value[1]
        else:
            yield name, value


def read(source, session):
    table = iter(source.extract(session, Window()))
    header = next(table)
    found = (dict(zip(header, row, strict=True)) for row in table)
    return [{name: value for name, value in row.items() if value is not None} for row in found]


def written(writer, rows):
    items = [item for row in rows for item in writer.prepare(row)]
    assert [item.problems for item in items] == [()] * len(items)
    outcomes = list(writer.load([Change(item, number, False, b"") for number, item in enumerate(items)]))
    assert {(one.status in {Status.CREATED, Status.UPDATED}, one.problems) for one in outcomes} == {(True, ())}


RESOURCES = {
    "products": (AkeneoProductsSink, AkeneoProductsSource, {"family": "footwear", "enabled": True}),
    "product-models": (AkeneoProductModelsSink, AkeneoProductModelsSource, {"family_variant": "by_axis"}),
}


@pytest.mark.parametrize("resource", list(RESOURCES))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_random_records_come_back_with_the_same_values(session, resource, rows):
    sink, source, more = RESOURCES[resource]
    emptied = dict.fromkeys(COLUMNS)
    rows = [{sink.key: f"r-{number}", **emptied, **more, **row} for number, row in enumerate(rows)]
    writer = sink(connection="pim").open(session, RUN)
    written(writer, rows)
    found = {row[sink.key]: row for row in read(source(connection="pim"), session)}
    for row in rows:
        given_cells = {name: value for name, value in cells(row) if value is not None}
        now = found[row[sink.key]]
        got = {name: now.get(name) for name in given_cells}
        got = {name: Decimal(got[name]) if isinstance(given_cells[name], Decimal) else got[name] for name in got}
        assert got == given_cells
        assert not {name for name in COLUMNS if name in now} - set(given_cells)


@pytest.mark.parametrize("resource", list(RESOURCES))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_what_the_source_gives_changes_nothing_when_it_is_written_again(connection, resource, rows):
    sink, source, more = RESOURCES[resource]
    with connection.open() as first:  # one for each try, as for each run: what was there is asked once a session
        writer = sink(connection="pim").open(first, RUN)
        written(writer, [{sink.key: f"r-{number}", **more, **row} for number, row in enumerate(rows)])
        before = read(source(connection="pim"), first)
    with connection.open() as second:
        writer = sink(connection="pim").open(second, RUN)
        items = [item for row in before for item in writer.prepare(row)]
        names = sorted({name for item in items for name in item.payload})
        now = writer.current(resource, [item.key for item in items], names)
        assert {item.key: {n: v for n, v in item.payload.items() if v is not None} for item in items} == now
        written(writer, before)
        assert read(source(connection="pim"), second) == before


def test_an_identifier_beside_the_main_one_is_a_value(session):
    writer = AkeneoProductsSink(connection="pim").open(session, RUN)
    written(writer, [{"sku": "g-1", "gtin": "4006381333931"}])
    assert writer.current("products", ["g-1"], ["gtin"]) == {"g-1": {"gtin": "4006381333931"}}
    [change] = [Change(item, 1, False, b"") for item in writer.prepare({"sku": "g-2", "gtin": "4006381333931"})]
    [outcome] = writer.load([change])
    assert outcome.status is Status.CREATED
    assert (outcome.problems[0].field, outcome.problems[0].value) == ("gtin", "4006381333931")
    assert "already has this value" in outcome.problems[0].reason
    [item] = writer.prepare({"sku": "g-3", "gtin": "a,b"})
    assert item.payload == {}
    assert "no comma" in item.problems[0].reason


@pytest.mark.parametrize("spelled", ["DARK_BLUE", "dark_blue", "Dark_Blue"])
def test_options_go_in_any_letter_case_as_the_pim_spells_them(session, spelled):
    writer = AkeneoProductsSink(connection="pim").open(session, RUN)
    [item] = writer.prepare({"identifier": "o", "simpleselect_": spelled, "multiselect_": f"{spelled},RED"})
    assert item.payload == {"simpleselect_": "Dark_Blue", "multiselect_": ["Dark_Blue", "red"]}


def test_a_locale_specific_attribute_has_no_column_for_other_locales(session):
    writer = AkeneoProductsSink(connection="pim").open(session, RUN)
    assert set(writer.check_columns(("swiss-de_DE", "swiss-en_US"))) == {"swiss-en_US"}
