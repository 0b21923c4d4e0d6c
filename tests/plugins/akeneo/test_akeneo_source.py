"""Products out of a PIM that is really served, and back into it."""

import csv

import pytest

from pimflow import ConfigError, Window
from pimflow_akeneo.sources import AkeneoProductsSource

ROWS = [
    {
        "identifier": "boot-1",
        "enabled": False,
        "family": "footwear",
        "categories": "boots,shoes",
        "groups": "summer",
        "name-en_US": "Boot",
        "name-fr_FR": "Botte",
        "ean": "0123",
        "description-en_US-shop": 'One\nTwo; "three" ✓',
        "pieces": 2,
        "rating": "-4.5",
        "fragile": True,
        "since": "2026-02-01",
        "color": "red",
        "materials": "steel,wood",
        "weight": "1250.5",
        "weight-unit": "GRAM",
        "price-EUR": "19.9",
        "price-USD": "21",
        "X_SELL-products": "boot-2",
    },
    {"identifier": "boot-2", "enabled": True, "fragile": False, "pieces": 0, "weight": "2", "weight-unit": "KILOGRAM"},
    {"identifier": "kit", "enabled": True, "KIT-products": "boot-1,boot-2", "KIT-products-quantity": "2|10"},
]


@pytest.fixture
def loaded(writer, changes):
    for row in (ROWS[1], ROWS[0], ROWS[2]):
        list(writer.load(changes(writer, [row])))
    return writer


def read(session, window=None, **options):
    header, *rows = AkeneoProductsSource(connection="pim", **options).extract(session, window or Window())
    return header, [
        {name: cell for name, cell in zip(header, row, strict=True) if cell not in (None, "")} for row in rows
    ]


def test_what_was_written_is_read_with_the_same_cells(loaded, session):
    _, rows = read(session)
    assert [row.pop("uuid") is not None for row in rows] == [True] * 3
    assert rows == ROWS


def test_what_was_read_can_be_written_as_it_is(loaded, session, changes):
    _, rows = read(session)
    for row in rows:
        row.pop("uuid")
        (item,) = loaded.prepare(row)
        assert item.problems == ()
        assert loaded.current("products", [item.key], list(item.payload)) == {item.key: dict(item.payload)}


def test_a_csv_file_in_between_changes_nothing(loaded, session, tmp_path):
    header, rows = read(session)
    with (tmp_path / "products.csv").open("w+", newline="") as file:
        table = csv.DictWriter(file, header, delimiter=";")
        table.writeheader()
        table.writerows(rows)
        file.seek(0)
        for row in csv.DictReader(file, delimiter=";"):
            (item,) = loaded.prepare({name: cell for name, cell in row.items() if cell})
            assert item.problems == ()
            assert loaded.current("products", [item.key], list(item.payload)) == {item.key: dict(item.payload)}


def test_the_header_is_known_before_the_first_page(session, pim):
    before = pim.stats()["routes"].get("GET /api/rest/v1/products", {"calls": 0})["calls"]
    header = next(iter(AkeneoProductsSource(connection="pim").extract(session, Window())))
    after = pim.stats()["routes"].get("GET /api/rest/v1/products", {"calls": 0})["calls"]
    assert before == after == 0
    assert header[:7] == ("identifier", "uuid", "enabled", "family", "parent", "categories", "groups")
    assert {"name-de_DE", "description-fr_FR-print", "price-EUR", "price-USD", "weight", "weight-unit"} <= set(header)
    assert not {"sku", "description-fr_FR-shop", "name-fr_CH", "price-GBP", "price"} & set(header)


def test_all_columns_of_the_source_are_columns_of_the_sink(session, writer):
    header, _ = read(session)
    assert writer.check_columns(header) == {}


def test_columns_can_be_limited(loaded, session):
    header, rows = read(session, attributes=["name", "description"], locales=["en_US"], scope="shop")
    assert [name for name in header if name.startswith(("name", "desc", "price"))] == [
        "name-en_US",
        "description-en_US-shop",
    ]
    assert [row["identifier"] for row in rows] == ["boot-1"]


def test_filters_choose_products(loaded, session):
    _, rows = read(session, search={"pieces": {"operator": ">", "value": 1}})
    assert [row["identifier"] for row in rows] == ["boot-1"]
    source = AkeneoProductsSource(connection="pim", search={"enabled": {"operator": "=", "value": True}})
    assert source.count(session, Window()) == 2


def test_keys_choose_products(loaded, session):
    _, rows = read(session, Window(keys=("kit", "boot-2", "ghost")))
    assert {row["identifier"] for row in rows} == {"kit", "boot-2"}


def test_pages_are_read_to_the_end(session, writer, changes):
    rows = [{"identifier": f"p-{number:03}"} for number in range(230)]
    for start in range(0, 230, 100):
        list(writer.load(changes(writer, rows[start : start + 100])))
    _, found = read(session, attributes=[])
    assert [row["identifier"] for row in found] == [row["identifier"] for row in rows]


def test_an_empty_pim_gives_the_header_alone(session):
    header, rows = read(session)
    assert "identifier" in header
    assert rows == []


def test_what_the_pim_does_not_have_is_told_all_at_once(session):
    source = AkeneoProductsSource(
        connection="pim", attributes=["colour"], locales=["fr_CH"], scope="app", search={"nam": {"operator": "EMPTY"}}
    )
    with pytest.raises(ConfigError) as caught:
        next(iter(source.extract(session, Window())))
    assert all(word in str(caught.value) for word in ("'colour'", "'fr_CH'", "'app'", "'name'"))


def test_fields_are_described(session):
    found = {one.name: one for one in AkeneoProductsSource(connection="pim").discover(session)}
    assert (found["name-en_US"].label, found["name-en_US"].translatable) == ("Name (en_US)", True)
    assert (found["identifier"].label, found["price-EUR"].label) == ("Sku", "Price (EUR)")
    assert found["weight"].type == "metric"
