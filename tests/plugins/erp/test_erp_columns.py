"""Columns of a source: its own, those of fields, and texts in other languages."""

import pytest

from pimflow import ConfigError, Field
from pimflow_erp.columns import Column, column, of_language, refuse_unknown, with_fields

FIELDS = {
    name: Column(Field(name, "text", name.title(), translatable=name == "name"), (name,), lambda one: one)
    for name in ("code", "name", "weight")
}


def names_of(*own, asked):
    found = with_fields(own, asked, FIELDS.get, lambda text: (of_language(text, text.name, "fr"),))
    return [one.name for one in found]


def test_fields_stand_behind_a_sources_own_columns_none_twice_and_texts_in_their_languages():
    own = column("code", "text", "SKU", ("ref",), lambda one: one["ref"])
    assert names_of(own, asked=("code", "name", "weight", "name")) == ["code", "name", "name@fr", "weight"]


def test_a_field_that_is_not_there_makes_no_column():
    assert names_of(asked=("colour", "weight")) == ["weight"]


def test_names_that_the_server_does_not_have_are_told_with_those_that_it_has():
    with pytest.raises(ConfigError, match=r"^more_fields: no field colour; known: code, name, weight$"):
        refuse_unknown("more_fields: no field", ["code", "colour"], FIELDS)
