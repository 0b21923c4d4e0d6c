"""A writer that is built upon the library: columns, rows, and what it says of those that it does not take."""

from dataclasses import dataclass

import pytest

from pimflow import RowProblem, Who
from pimflow_erp.codecs import NUMBER, TEXT, Codec
from pimflow_erp.reading import RowsSource
from pimflow_erp.writing import RecordWriter


@dataclass
class Place:
    """Where a column is written."""

    codec: Codec
    label: str = ""


PLACES = {"code": Place(TEXT, "Reference"), "weight": Place(NUMBER)}


class ShelfWriter(RecordWriter[Place]):
    """Writes products of a shelf."""

    def __init__(self):
        super().__init__("Shelf", "products", "code", "products")
        self.asked = []

    def find(self, column):
        self.asked.append(column)
        return PLACES.get(column)

    def unknown(self, column):
        if column == "image":
            return "pictures are painted", "Paint it."
        return super().unknown(column)


def test_columns_are_looked_up_once_whether_there_is_a_place_or_not():
    writer = ShelfWriter()
    for _ in range(2):
        assert writer.knows("weight")
        assert not writer.knows("colour")
    assert writer.asked == ["weight", "colour"]
    assert writer.those(["colour", "weight"]) == [PLACES["weight"]]
    assert (writer.codec("weight"), writer.codec("colour")) == (NUMBER, None)


def test_a_column_is_called_as_people_call_it():
    writer = ShelfWriter()
    assert [writer.label(name) for name in ("code", "weight", "colour")] == ["Reference", "weight", "colour"]


def test_columns_that_the_erp_does_not_take_are_the_administrators():
    found = ShelfWriter().check_columns(("code", "colour", "image"))
    told = {name: (one.problem.reason, one.problem.remedy, one.problem.who) for name, one in found.items()}
    assert told == {
        "colour": (
            "Shelf has no field 'colour' of products that can be written", "Correct the mapping.", Who.ADMINISTRATOR,
        ),
        "image": ("pictures are painted", "Paint it.", Who.ADMINISTRATOR),
    }  # fmt: skip


def test_a_row_becomes_an_item_with_what_can_be_written():
    (item,) = ShelfWriter().prepare({"code": " A ", "weight": "1.50", "colour": "red"})
    assert (item.resource, item.key, item.payload) == ("products", "A", {"code": "A", "weight": "1.5"})


def test_a_row_without_a_key_is_no_item():
    with pytest.raises(RowProblem, match="is empty, and Shelf finds products by it"):
        ShelfWriter().prepare({"code": " ", "weight": "1"})


class Shelf(RowsSource):
    """Gives its rows while they are asked for."""

    type = "shelf.products"

    def rows(self, session, window):  # noqa: ARG002 - all of them
        yield ("sku",)
        session.append("asked")
        yield ("A",)


def test_a_source_asks_only_when_the_next_row_is_needed():
    asked = []
    rows = iter(Shelf().extract(asked, None))
    assert (next(rows), asked) == (("sku",), [])
    assert (next(rows), asked) == (("A",), ["asked"])
