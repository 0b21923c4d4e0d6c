import pytest
from hypothesis import given
from hypothesis import strategies as st

from pimflow import BadValue, ConfigError, Problem
from pimflow_transforms.lists import Join, Split

BAD = BadValue(Problem("which is unreadable"))


def after(cls, columns, **cells):
    header, step = cls(columns=columns).compile(tuple(cells), lambda _: True)
    return dict(zip(header, step(tuple(cells.values())), strict=True))


def test_a_text_becomes_a_list_without_blanks_and_empty_parts():
    assert after(Split, {"tags": "|"}, tags="red | blue||")["tags"] == ["red", "blue"]
    assert after(Split, {"tags": "|"}, tags=["a|b", "c"])["tags"] == ["a", "b", "c"]


@pytest.mark.parametrize("cell", [None, "", BAD])
def test_empty_stays_empty_and_bad_stays_bad(cell):
    assert after(Split, {"tags": "|"}, tags=cell)["tags"] is cell
    assert after(Split, {"size": {"by": "x", "into": ["w", "h"]}}, size=cell)["w"] is cell


def test_parts_go_into_columns_of_their_own():
    columns = {"size": {"by": "x", "into": ["width", "height"]}}
    assert after(Split, columns, size="10 x 20") == {"size": "10 x 20", "width": "10", "height": "20"}
    assert after(Split, columns, size="10")["height"] is None


def test_more_parts_than_columns_are_told_once():
    made = after(Split, {"size": {"by": "x", "into": ["width", "height"]}}, size="1x2x3")
    assert made["width"].problem.reason == "which has 3 parts, and there is place for 2"
    assert (made["width"].problem.field, made["height"]) == ("size", None)


def test_texts_are_joined_without_what_is_empty():
    columns = {"title": {"from": ["brand", "model", "size"], "by": " "}}
    assert after(Join, columns, brand="Acme", model=None, size="L")["title"] == "Acme L"
    assert after(Join, columns, brand="", model=None, size="")["title"] == ""
    assert after(Join, columns, brand="Acme", model=BAD, size="L")["title"] is BAD


def test_a_list_becomes_a_text():
    assert after(Join, {"tags": ", "}, tags=["red", "blue"])["tags"] == "red, blue"
    assert after(Join, {"tags": ", "}, tags=None)["tags"] is None


@given(st.lists(st.text("abc", min_size=1), min_size=1))
def test_what_was_joined_can_be_split(items):
    joined = after(Join, {"tags": "|"}, tags=items)["tags"]
    assert after(Split, {"tags": "|"}, tags=joined)["tags"] == items


def test_a_column_that_is_not_there_is_told():
    for transform in (Split(columns={"tgas": "|"}), Join(columns={"title": {"from": ["tgas"], "by": ""}})):
        with pytest.raises(ConfigError, match="there is no column 'tgas'; did you mean 'tags'"):
            transform.compile(("tags",), lambda _: True)


def test_where_a_value_came_from():
    split = Split(columns={"size": {"by": "x", "into": ["width"]}})
    assert split.made_from("width", ("size", "tags")) == ("size",)
    assert split.made_from("tags", ("size", "tags")) == ("tags",)
    assert Join(columns={"t": {"from": ["a", "b"], "by": ""}}).made_from("t", ("a", "b")) == ("a", "b")


def test_two_parts_cannot_go_into_one_column():
    with pytest.raises(ValueError, match="named twice under `into`"):
        Split(columns={"size": {"by": "x", "into": ["width", "width"]}})
