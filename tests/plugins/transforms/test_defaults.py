import pytest
from pydantic import ValidationError

from pimflow import BadValue, ConfigError, Problem, RowProblem, Who
from pimflow_transforms.defaults import FillDefaults

VALUES = {"mugs": {"unit": "piece", "type": "goods"}, "rugs": {"unit": "metre"}, "*": {"type": "any"}}


def filled(*cells, header=("sku", "family", "unit"), **options):
    made, step = FillDefaults(by="family", **{"values": VALUES, **options}).compile(header, lambda _: True)
    return dict(zip(made, step(cells), strict=True))


def test_empty_cells_get_what_their_family_has_and_columns_are_added():
    assert filled("A", "mugs", None) == {"sku": "A", "family": "mugs", "unit": "piece", "type": "goods"}
    assert filled("A", "mugs", "") == {"sku": "A", "family": "mugs", "unit": "piece", "type": "goods"}


def test_what_is_there_stays():
    assert filled("A", "mugs", "box")["unit"] == "box"
    bad = BadValue(Problem("which is unreadable"))
    assert filled("A", "mugs", bad)["unit"] is bad


def test_the_star_fills_what_a_family_does_not_name_and_families_that_nobody_names():
    assert filled("A", "rugs", None) == {"sku": "A", "family": "rugs", "unit": "metre", "type": "any"}
    assert filled("A", "lamps", None) == {"sku": "A", "family": "lamps", "unit": None, "type": "any"}
    assert filled("A", None, None)["type"] == "any"
    assert filled("A", BadValue(Problem("which is unreadable")), None)["type"] == "any"


def test_a_row_that_lacks_what_is_needed_does_not_go_on_and_says_who_needs_it():
    needed = {"unit": "Tryton needs a default unit"}
    assert filled("A", "mugs", None, needed=needed)["unit"] == "piece"
    with pytest.raises(RowProblem) as told:
        filled("A", "lamps", None, needed=needed)
    assert told.value.problem.reason == "Tryton needs a default unit, and family 'lamps' has none"
    assert told.value.problem.who is Who.ADMINISTRATOR
    with pytest.raises(RowProblem, match="unit is needed, and this one has none"):
        filled("A", None, None, needed=["unit"])


def test_a_table_has_a_line_for_each_family_and_the_values_win_over_it(tmp_path):
    table = tmp_path / "erp_defaults.csv"
    table.write_text("family;unit;weight\nmugs;piece;1\n*;metre;\n", "utf-8")
    assert filled("A", "mugs", None, values={"mugs": {"unit": "box"}}, table=table) == {
        "sku": "A", "family": "mugs", "unit": "box", "weight": "1",
    }  # fmt: skip
    assert filled("A", "rugs", None, values={}, table=table)["unit"] == "metre"
    with pytest.raises(RowProblem) as told:
        filled("A", "rugs", None, values={}, table=table, needed=["weight"])
    assert "erp_defaults.csv" in told.value.problem.remedy


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("group;unit\nmugs;u\n", "table t.csv: there is no column 'family'"),
        ("family;unit\nmugs;u;v\n", "table t.csv, line 2: 2 cells were expected, found 3"),
        ("family;unit\nmugs;u\nmugs;v\n", "table t.csv, line 3: 'mugs' is there twice"),
        ('family;unit\n"mugs;u\n', "table t.csv cannot be read"),
    ],
)
def test_a_table_that_cannot_be_used_names_the_line(tmp_path, text, said):
    table = tmp_path / "t.csv"
    table.write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=said):
        filled("A", "mugs", None, table=table)


def test_the_column_that_decides_has_to_be_there_and_some_defaults():
    with pytest.raises(ConfigError, match="there is no column 'family'"):
        filled("A", header=("sku",))
    with pytest.raises(ValidationError, match="expected `values"):
        FillDefaults(by="family")


def test_a_value_that_was_filled_is_traced_to_the_column_that_decided():
    fill = FillDefaults(by="family", values=VALUES)
    assert fill.made_from("unit", ("sku", "family", "unit")) == ("unit", "family")
    assert fill.made_from("type", ("sku", "family", "unit")) == ("family",)
    assert fill.made_from("sku", ("sku", "family", "unit")) == ("sku",)
