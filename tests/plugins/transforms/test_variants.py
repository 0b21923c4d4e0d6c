import pytest
from pydantic import ValidationError

from pimflow import BadValue, ConfigError, Problem, ProblemKind
from pimflow_transforms.variants.transform import Variants

from .flat_rows import HEADER, LEVELS, MADE, Pim, item, made, models, refused, rows_of, told, variants

RED_M = item("S-1-M", name="Shirt", brand="Acme", color="red", image="r.jpg", ean="1", enabled=True)
RED_L = item("S-1-L", name="Shirt", brand="Acme", color="red", image="r.jpg", ean="2", enabled=False)
BLUE_M = item("S-2-M", name="Shirt", brand="Acme", color="blue", image="b.jpg", ean="3")
BAD = BadValue(Problem("which cannot be read"))


def test_rows_of_a_group_become_a_model_and_its_variants():
    assert made([RED_M, RED_L]) == [
        {
            "code": "A1",
            "family_variant": "by_size",
            "variants": ["S-1-L", "S-1-M"],
            "name": "Shirt",
            "brand": "Acme",
            "color": "red",
            "image": "r.jpg",
        },
        {"identifier": "S-1-L", "style": "A1", "parent": "A1", "size": "L", "ean": "2", "enabled": False},
        {"identifier": "S-1-M", "style": "A1", "parent": "A1", "size": "M", "ean": "1", "enabled": True},
    ]


def test_two_axes_make_models_between_the_root_and_the_variants():
    root, blue, red, *items = made([RED_M, RED_L, BLUE_M], family_variant={"constant": "by_color_size"})
    assert root == {
        "code": "A1",
        "family_variant": "by_color_size",
        "variants": ["S-1-L", "S-1-M", "S-2-M"],
        "name": "Shirt",
        "brand": "Acme",
    }
    assert (blue["code"], blue["parent"], blue["color"], blue["variants"]) == ("A1__blue", "A1", "blue", ["S-2-M"])
    assert (red["code"], red["image"], red["family_variant"]) == ("A1__red", "r.jpg", "by_color_size")
    assert {row["identifier"]: row["parent"] for row in items} == {
        "S-1-L": "A1__red",
        "S-1-M": "A1__red",
        "S-2-M": "A1__blue",
    }
    assert all("color" not in row and "name" not in row for row in items)


def test_models_come_before_what_needs_them_and_simple_products_stay_as_they_are():
    mug = item("MUG-1", "", name="Mug", color="white")
    two = [item(f"T-{size}", "B2", color="red", name="T") for size in "ML"]
    result = made([RED_M, mug, *two, BLUE_M], family_variant={"constant": "by_color_size"})
    kinds = ["root" if "parent" not in row else "sub" for row in models(result)]
    assert kinds == ["root", "root", "sub", "sub", "sub"]
    assert all("code" in row for row in result[:5])
    assert variants(result)["MUG-1"] == {"identifier": "MUG-1", "name": "Mug", "color": "white", "size": "1"}


def test_a_row_of_a_model_has_the_origin_of_its_first_item():
    rows = rows_of([RED_M, RED_L])
    transform = Variants.model_validate({"group": "style", "family_variant": {"constant": "by_size"}})
    header, given = transform.apply(HEADER, iter(rows), Pim())
    assert header == (*HEADER, *MADE)
    origins = [origin for origin, _ in given]
    assert origins == [rows[1][0], rows[1][0], rows[0][0]]


def test_the_order_of_rows_does_not_decide_which_value_a_model_takes():
    one, two = item("S-1", name="Shirt"), item("S-2", name="Blouse")
    for rows in ([one, two], [two, one]):
        result = made(rows)
        assert models(result)[0]["name"] == "Shirt"
        assert told(variants(result)["S-2"]) == {"name": "but the product model takes 'Shirt' from S-1"}
        assert "name" not in variants(result)["S-1"]


def test_empty_cells_do_not_differ():
    result = made([item("S-1"), item("S-2", name="Shirt"), item("S-3", name="")])
    assert models(result)[0]["name"] == "Shirt"
    assert not any("name" in row for row in variants(result).values())


def test_a_value_that_differs_may_be_left_out_of_the_model():
    result = made([item("S-1", name="A", brand="X"), item("S-2", name="B", brand="X")], differing="leave_out")
    assert "name" not in models(result)[0]
    assert models(result)[0]["brand"] == "X"
    for row in variants(result).values():
        assert told(row) == {
            "name": "but the variants of 'A1' differ, and their product model has one value for all; so it was left out"
        }


def test_a_bad_value_is_no_value_and_stays_where_it_is_told():
    result = made([item("S-1", name=BAD), item("S-2", name="Shirt")])
    assert models(result)[0]["name"] == "Shirt"
    assert variants(result)["S-1"]["name"] is BAD
    assert "name" not in variants(result)["S-2"]


def test_numbers_and_their_text_are_the_same_but_lists_and_theirs_are_not():
    result = made([item("S-1", name=1, brand=["a", "b"]), item("S-2", name="1", brand="a,b")])
    assert models(result)[0]["name"] == 1
    assert list(told(variants(result)["S-2"])) == ["brand"]


def test_a_unit_goes_with_its_amount_and_with_no_other():
    header = (*HEADER, "weight", "weight-unit")
    pim = Pim(
        {"by_size": (LEVELS["by_size"][0].__class__((), frozenset({"weight", "weight-unit"})), LEVELS["by_size"][1])}
    )
    rows = [
        item("S-1", **{"weight-unit": "KILOGRAM"}),
        item("S-2", weight="5", **{"weight-unit": "GRAM"}),
        item("S-3", weight="5", **{"weight-unit": "KILOGRAM"}),
    ]
    result = made(rows, header, pim)
    assert (models(result)[0]["weight"], models(result)[0]["weight-unit"]) == ("5", "GRAM")
    one, two, three = variants(result).values()
    assert not {"weight", "weight-unit"} & (one.keys() | two.keys())
    assert list(told(three)) == ["weight"]
    assert "weight-unit" not in three


def test_shared_columns_move_only_where_all_agree():
    same = made([item("S-1", categories=["a"]), item("S-2", categories=["a"])])
    assert models(same)[0]["categories"] == ["a"]
    assert not any("categories" in row for row in variants(same).values())
    for other in (["b"], None, BAD):
        mixed = made([item("S-1", categories=["a"]), item("S-2", categories=other)])
        assert "categories" not in models(mixed)[0]
        assert [row.get("categories") for row in variants(mixed).values()] == [["a"], other]


def test_the_family_stays_with_the_variants():
    result = made([item("S-1", family="shirts"), item("S-2", family="shirts")])
    assert "family" not in models(result)[0]
    assert [row["family"] for row in variants(result).values()] == ["shirts", "shirts"]


def test_another_family_than_that_of_its_siblings_is_told():
    result = made([item("S-1", family="shoes"), item("S-2", family="shirts"), item("S-3", family="Shirts")])
    assert told(variants(result)["S-1"]) == {
        "family": "and the other variants of its product model are of family 'shirts', which it gets too"
    }
    assert told(variants(result)["S-3"]) == {}


def test_a_second_item_with_the_same_axes_is_refused_with_both_names():
    result = made([item("S-2", size="M"), item("S-1", size="m"), item("S-3", size="L")])
    (problem,) = refused(result)
    assert (problem.field, problem.value, problem.kind) == ("identifier", "S-2", ProblemKind.DUPLICATE)
    assert problem.reason == "variant S-1 of the same model already has this option (M)"
    assert models(result)[0]["variants"] == ["S-1", "S-3"]


def test_an_item_without_an_axis_value_is_refused():
    result = made([item("S-1", size=None), item("S-2", size=BAD), item("S-3")])
    missing, bad = refused(result)
    assert (missing.value, missing.kind) == ("S-1", ProblemKind.MISSING)
    assert missing.reason == "which has no 'size', by which the variants of its product model are told apart"
    assert (bad.field, bad.reason) == ("size", BAD.problem.reason)
    assert models(result)[0]["variants"] == ["S-3"]


def test_a_bad_group_or_key_costs_the_record():
    result = made([item("S-1", BAD), {**item("S-2"), "identifier": BAD}])
    assert [problem.field for problem in refused(result)] == ["style", "identifier"]
    assert models(result) == []


def test_an_item_of_a_group_needs_a_key():
    (problem,) = refused(made([{**item("S-1"), "identifier": ""}]))
    assert (problem.field, problem.kind) == ("identifier", ProblemKind.MISSING)


def test_a_key_that_stands_twice_in_a_group_is_refused_whichever_comes_first():
    one, two = item("S-1", name="A"), item("S-1", name="B", size="other")
    results = [made(rows) for rows in ([one, two], [two, one])]
    assert results[0] == results[1]
    (problem,) = refused(results[0])
    assert (problem.value, problem.kind) == ("S-1", ProblemKind.DUPLICATE)


def test_an_item_that_asks_for_another_family_variant_than_most_is_refused():
    header = (*HEADER, "variant")
    rows = [item("S-1", variant="by_both"), *(item(f"S-{n}", variant="by_size") for n in (2, 3)), item("S-4")]
    result = made(rows, header, family_variant="variant")
    (problem,) = refused(result)
    assert problem.value == "S-1"
    assert "'by_both'" in problem.reason
    assert "'by_size'" in problem.reason
    assert models(result)[0]["variants"] == ["S-2", "S-3", "S-4"]


def test_a_group_without_a_family_variant_is_refused_and_told_once():
    result = made([item("S-1"), item("S-2"), item("S-3", "B")], family_variant="family")
    assert len(set(refused(result))) == 1
    assert (len(result), refused(result)[0].field) == (3, "family")


def test_a_family_variant_that_the_target_lacks_is_told():
    pim = Pim()
    result = made([item("S-1"), item("S-2"), item("S-3", "B")], pim=pim, family_variant={"constant": "by_smell"})
    assert [problem.kind for problem in refused(result)] == [ProblemKind.REFERENCE] * 3
    assert "'by_smell'" in refused(result)[0].reason
    assert pim.asked == ["by_smell"]


def test_an_axis_without_a_column_is_told():
    header = tuple(name for name in HEADER if name != "size")
    (problem,) = refused(made([item("S-1")], header))
    assert "by 'size', and there is no such column" in problem.reason


FAMILIES = {"shirts": "by_size", "mugs": ""}


def test_the_family_variant_is_found_by_the_family():
    rows = [item("S-1", family="shirts"), item("M-1", "M", family="mugs"), item("X-1", "X", family="toys")]
    result = made(rows, family_variant={"from": "family", "map": FAMILIES})
    assert models(result)[0]["family_variant"] == "by_size"
    assert "parent" not in variants(result)["M-1"]
    (problem,) = refused(result)
    assert (problem.field, problem.value) == ("family", "toys")


def test_a_table_gives_family_variants_and_the_map_wins_over_it(tmp_path):
    path = tmp_path / "families.csv"
    path.write_text("family,variant\nshirts,by_both\nvests,by_both\n")
    rows = [item("S-1", family="shirts"), item("V-1", "V", family="vests", color="red")]
    result = made(rows, family_variant={"from": "family", "table": path, "map": FAMILIES})
    assert [row["family_variant"] for row in models(result)] == ["by_size", "by_both"]


@pytest.mark.parametrize(
    ("group", "cells", "expected"),
    [
        ("style", {"style": " A1 "}, "A1"),
        ("{brand}-{style}", {"brand": "Acme"}, "Acme-A1"),
        ("{brand}-{style}", {}, None),
        ({"from": "identifier", "pattern": "^(.+)-[0-9]+$"}, {}, "S"),
        ({"from": "identifier", "pattern": "^(.+)/[0-9]+$"}, {}, None),
        ("{style.__class__}", {}, ConfigError),
    ],
)
def test_the_group_is_a_column_a_template_or_a_part_of_one(group, cells, expected):
    if expected is ConfigError:
        with pytest.raises(ConfigError, match="no column"):
            made([item("S-1", **cells)], group=group)
        return
    found = models(made([item("S-1", **cells)], group=group))
    assert [row["code"] for row in found] == ([expected] if expected else [])


def test_the_code_has_the_group_in_it():
    assert models(made([RED_M], code="model-{group}"))[0]["code"] == "model-A1"


def test_the_only_item_of_a_group_may_stay_simple():
    rows = [item("S-1", name="Shirt"), item("T-1", "B"), item("T-2", "B")]
    assert [row["code"] for row in models(made(rows))] == ["A1", "B"]
    result = made(rows, singles="simple")
    assert [row["code"] for row in models(result)] == ["B"]
    assert variants(result)["S-1"] == item("S-1", name="Shirt")


def test_a_single_item_that_stays_simple_gets_no_parent_of_its_group():
    header = ("identifier", "parent", "size")
    rows = [{"identifier": "S-1", "parent": "A", "size": "M"}]
    assert made(rows, header, group="parent", singles="simple") == [{"identifier": "S-1", "size": "M"}]
    root, variant = made(rows, header, group="parent")
    assert (root["code"], variant["parent"]) == ("A", "A")


def test_levels_can_be_stated_for_a_target_that_knows_none():
    levels = [{"columns": ["na*"]}, {"axes": ["color"], "columns": ["image"]}, {"axes": ["size"], "columns": ["ean"]}]
    result = made([RED_M, BLUE_M], pim=Pim({}), levels=levels, family_variant={"constant": "mine"})
    assert [row["code"] for row in models(result)] == ["A1", "A1__blue", "A1__red"]
    assert models(result)[0]["name"] == "Shirt"
    assert [row["brand"] for row in variants(result).values()] == ["Acme", "Acme"]


def test_the_target_knows_its_levels_better():
    levels = [{"columns": ["ean"]}, {"axes": ["color"]}]
    assert "ean" not in models(made([RED_M, RED_L], levels=levels))[0]


@pytest.mark.parametrize("name", ["code", "variants", "parent", "family_variant"])
def test_a_column_that_is_made_must_not_be_there_for_something_else(name):
    with pytest.raises(ConfigError, match=f"column '{name}' is made by `variants`"):
        made([], (*HEADER, name))


@pytest.mark.parametrize(
    "options",
    [
        {"key": "sku"},
        {"group": "stile"},
        {"family_variant": "famly"},
        {"shared": ["category"]},
        {"levels": [{"columns": ["nam"]}, {"axes": ["size"]}]},
    ],
)
def test_a_column_that_is_not_there_is_told(options):
    with pytest.raises(ConfigError, match="there is no column"):
        made([], **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"group": "{brand"}, "neither a column nor a template"),
        ({"group": "{}"}, "neither a column nor a template"),
        ({"group": {"from": "sku", "pattern": "("}}, "is no regular expression"),
        ({"group": {"from": "sku", "pattern": "^[^-]+"}}, "needs brackets around the part"),
        ({"family_variant": {}}, "expected either `from: COLUMN` or `constant: CODE`"),
        ({"family_variant": {"constant": "a", "map": {"a": "b"}}}, "takes no `map`"),
        ({"family_variant": {"from": "a", "key": "b"}}, "`table`, which is not given"),
        ({"code": "model"}, "write `{group}` once"),
        ({"code": "{group}{brand}"}, "write `{group}` once"),
        ({"levels": [{"columns": ["a"]}]}, "expected two or three levels"),
        ({"levels": [{"axes": ["a"]}, {"axes": ["b"]}]}, "expected two or three levels"),
        ({"levels": [{"columns": ["a"]}, {"axes": ["a"]}]}, "'a' can belong to one level only"),
        ({"differing": "last"}, "'first' or 'leave_out'"),
        ({"singles": "both"}, "'model' or 'simple'"),
    ],
)
def test_mistakes_in_the_options_are_told_in_words(options, message):
    with pytest.raises(ValidationError, match=message):
        Variants.model_validate({"group": "style", "family_variant": "family", **options})
