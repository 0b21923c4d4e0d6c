"""Cells that name linked records: whatever their form, each key becomes the target's, and nothing else changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pimflow.delivering.references import References
from pimflow.model import BadValue, Problem
from pimflow.rows import Passed, Stopped
from pimflow.sinks import Reference, Writer

LISTED, SINGLE = Reference("shop.products", ","), Reference("shop.models")
COLUMNS = {"other": LISTED, "parent": SINGLE}
keys = st.text("abcAB01 -", min_size=1, max_size=4).map(str.strip).filter(bool)
linked = st.dictionaries(keys, keys.map("theirs {}".format))


class ShopWriter(Writer):
    def refers(self, column):
        return COLUMNS.get(column)


class KnownLinks:
    """Links in memory; `asked` counts how often they were looked up."""

    def __init__(self, found):
        self.found = found
        self.asked = 0

    def of(self, keys):
        self.asked += 1
        return {key: self.found[key] for key in keys if key in self.found}


def translate(links, *cells, column="other"):
    references = References(links)
    columns = references.columns(("sku", column), ShopWriter())
    rows = references.translated([Passed(n, (), ("me", cell)) for n, cell in enumerate(cells)], columns)
    assert all(row.result[0] == "me" for row in rows)
    return [row.result[1] for row in rows]


@given(linked, st.lists(st.lists(keys, min_size=1), min_size=1))
def test_each_key_becomes_the_targets_in_text_and_in_lists(found, cells):
    links = {LISTED.sink: [KnownLinks(found)]}
    wanted = [[found.get(key, key) for key in cell] for cell in cells]
    assert translate(links, *cells) == wanted
    assert translate(links, *map(tuple, cells)) == list(map(tuple, wanted))
    texts = translate(links, *(",".join(cell) for cell in cells))
    assert [text.split(",") for text in texts] == wanted


@given(linked, st.lists(st.one_of(st.none(), st.text("ab,0 "), st.integers(), st.lists(keys)), min_size=1))
def test_a_cell_without_a_linked_key_stays_the_very_same(found, cells):
    strange = {f"no {key}": value for key, value in found.items()}
    translated = translate({LISTED.sink: [KnownLinks(strange)]}, *cells)
    assert all(one is other for one, other in zip(translated, cells, strict=True))


def test_one_look_serves_a_whole_chunk():
    links = KnownLinks({"a": "A"})
    assert translate({LISTED.sink: [links]}, *["a, b", "c"] * 500)[:2] == ["A,b", "c"]
    assert links.asked == 1


def test_numbers_and_a_text_that_is_one_key_are_taken_as_they_are():
    assert translate({LISTED.sink: [KnownLinks({"7": "0007"})]}, 7, "8,7") == ["0007", "8,0007"]
    assert translate({SINGLE.sink: [KnownLinks({"a, b": "ab"})]}, "a, b", column="parent") == ["ab"]


def test_the_flows_own_links_come_first():
    own, others = KnownLinks({"a": "own"}), KnownLinks({"a": "other", "b": "B"})
    assert translate({LISTED.sink: [own, others]}, "a,b") == ["own,B"]


@pytest.mark.parametrize("column", ["other", "parent", "name"])
def test_where_nothing_of_that_kind_is_linked_nothing_is_looked_up(column):
    links = KnownLinks({"a": "A"})
    assert translate({"shop.assets": [links]}, "a", column=column) == ["a"]
    assert links.asked == 0


def test_rows_that_stopped_and_bad_values_stay():
    references = References({LISTED.sink: [KnownLinks({"a": "A"})]})
    columns = references.columns(("other",), ShopWriter())
    bad = BadValue(Problem("bad"))
    stopped = Stopped(1, (), Problem("no"))
    first, *others = references.translated([stopped, Passed(2, (), (bad,)), Passed(3, (), ("a",))], columns)
    assert first is stopped
    assert [list(row.result) for row in others] == [[bad], ["A"]]
