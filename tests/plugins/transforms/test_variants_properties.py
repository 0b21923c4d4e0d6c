"""What holds for `variants` whatever the rows are."""

import random
import re
from collections import Counter
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pimflow import BadValue, Problem
from pimflow_transforms.variants.codes import own_code, plain_code, sub_code

from .flat_rows import HEADER, Pim, item, made, models, refused, told, variants

TEXT = st.text(st.sampled_from("aAbÉ1_- .,"), max_size=3)
CELL = st.one_of(
    st.none(),
    st.sampled_from(["", "a", "b", "A"]),
    st.integers(0, 2),
    st.lists(st.sampled_from("ab"), max_size=2),
    st.just(BadValue(Problem("which cannot be read"))),
)
ITEM = st.builds(
    lambda number, style, color, size, cells: {
        "identifier": f"S-{number}" if number else "",
        "style": style,
        "color": color,
        "size": size,
        **dict(zip(("name", "brand", "image", "ean", "categories"), cells, strict=True)),
    },
    st.integers(0, 30),
    TEXT,
    TEXT,
    TEXT,
    st.lists(CELL, min_size=5, max_size=5),
)
ITEMS = st.lists(ITEM, max_size=15)
FAMILY_VARIANT = st.sampled_from(["by_size", "by_color_size", "by_both"])
OPTIONS = st.fixed_dictionaries(
    {
        "family_variant": FAMILY_VARIANT.map(lambda code: {"constant": code}),
        "singles": st.sampled_from(["model", "simple"]),
        "differing": st.sampled_from(["first", "leave_out"]),
    }
)


def shown(results):
    return Counter(map(repr, results))


@given(ITEMS, OPTIONS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(items, options, chance):
    turned = chance.sample(items, len(items))
    assert shown(made(items, **options)) == shown(made(turned, **options))


@given(ITEMS, OPTIONS)
def test_every_item_comes_out_once_or_is_told(items, options):
    result = made(items, **options)
    out = [row for row in result if not isinstance(row, dict) or "code" not in row]
    assert len(out) == len(items)


@given(ITEMS, OPTIONS)
def test_no_value_is_lost(items, options):
    """A value of an item is at the item, at a model above it, or told."""
    result = made(items, **options)
    by_code = {row["code"]: row for row in models(result)}
    given_rows = {row["identifier"]: row for row in items if row["identifier"]}
    twice = {key for key, number in Counter(row["identifier"] for row in items).items() if number > 1}
    for key, row in variants(result).items():
        if key in twice or key not in given_rows:
            continue
        for column, cell in given_rows[key].items():
            if cell not in (None, ""):
                held = _held(row, column, by_code)
                assert cell in held or str(cell) in map(str, held) or _tells(row, column, cell) or _is_axis(column)


def _held(row, column, by_code):
    held = [row[column]] if column in row else []
    while "parent" in row:
        row = by_code[row["parent"]]
        held += [row[column]] if column in row else []
    return held


def _tells(row, column, cell):
    return column in told(row) and row[column].problem.value == cell


def _is_axis(column):
    return column == "color"  # option codes may differ in capital letters between siblings


@given(ITEMS, OPTIONS)
def test_a_model_has_only_values_of_its_own_items(items, options):
    result = made(items, **options)
    given_rows = {}
    for row in items:
        given_rows.setdefault(row["identifier"], []).append(row)
    for model in models(result):
        members = [row for key in model["variants"] for row in given_rows[key]]
        for column in set(HEADER) & model.keys():
            assert model[column] in [row[column] for row in members if column in row]


@given(ITEMS, OPTIONS)
def test_codes_are_valid_and_differ_whatever_the_case_of_letters(items, options):
    codes = [row["code"] for row in models(made(items, **options))]
    assert all(re.fullmatch("[A-Za-z0-9_-]{1,255}", code) for code in codes)
    assert "0" not in codes
    assert len({code.lower() for code in codes}) == len(codes)


@given(ITEMS, OPTIONS)
def test_parents_stand_before_what_is_below_them(items, options):
    seen = set()
    for row in made(items, **options):
        if isinstance(row, dict):
            assert row.get("parent") in {None, *seen}
            seen.add(row.get("code"))


@given(ITEMS, OPTIONS)
def test_siblings_differ_in_their_axes(items, options):
    result = made(items, **options)
    values = Counter(
        (row["parent"], *(str(row.get(axis, "")).casefold().strip() for axis in ("color", "size")))
        for row in result
        if isinstance(row, dict) and "parent" in row and "code" not in row
    )
    assert not [axes for axes, number in values.items() if number > 1]


@given(ITEMS, OPTIONS)
def test_what_comes_out_gives_the_same_again(items, options):
    assert made(items, **options) == made(items, **options)


@given(st.lists(st.text(max_size=300), unique=True, max_size=20))
@example(["a b", "a_b", "A-b", "a.b"])
@example(["a", "a__red", "a_red", "a__red_x0123456789ab"])
@example(["é", "e", "É", "\ud800", "\\ud800"])
@example(["x" * 200, "x" * 300, "0", "", "a_x0123456789ab"])
def test_groups_never_get_one_code(groups):
    groups = [text for text in dict.fromkeys(text.strip() for text in groups) if text]
    items = [
        item(f"S-{n}-{color}-{size}", text, color=color, size=size)
        for n, text in enumerate(groups)
        for color, size in product(("r d", "r.d", "x"), "ML")
    ]
    result = made(items, family_variant={"constant": "by_color_size"})
    assert refused(result) == []
    codes = [row["code"].lower() for row in models(result)]
    assert len(codes) == len(set(codes)) == 4 * len(groups)


def test_all_groups_that_read_alike_get_a_hash_and_a_group_that_looks_so_too():
    first = own_code("a b", shared=True)
    result = made([item(f"S-{n}", text) for n, text in enumerate(["a b", "a_b", "a.b", first, "b"])])
    codes = {row["variants"][0]: row["code"] for row in models(result)}
    assert codes["S-0"] == first
    assert all(re.fullmatch("a_b_x[0-9a-f]{12}", codes[key]) for key in ("S-0", "S-1", "S-2"))
    assert re.fullmatch(f"{first}_x[0-9a-f]{{12}}", codes["S-3"])
    assert codes["S-4"] == "b"


def test_a_code_stays_as_it_is_whatever_else_there_is():
    chance = random.Random(7)
    others = [item(f"O-{n}", f"B{n}") for n in range(50)]
    alone = models(made([item("S-1", "Acme-100")]))[0]["code"]
    among = made(chance.sample([item("S-1", "Acme-100"), *others], 51))
    assert alone == "Acme-100"
    assert alone in [row["code"] for row in models(among)]


@pytest.mark.parametrize(
    ("text", "code"),
    [("A 1/b", "A_1_b"), ("Été.2026", "Ete_2026"), ("__a__b__", "a_b"), ("model-braided-hat", "model-braided-hat")],
)
def test_plain_codes_can_be_read(text, code):
    assert plain_code(text) == own_code(text, shared=False) == code


def test_sub_codes_follow_their_root_and_axes():
    assert sub_code("A1", ("dark red", "40"), shared=False) == "A1__dark_red_40"
    assert sub_code("A1", ("a_b", "c"), shared=True) != sub_code("A1", ("a", "b_c"), shared=True)


@given(ITEMS)
def test_the_target_is_asked_once_for_each_family_variant(items):
    pim = Pim()
    made(items, pim=pim)
    assert len(pim.asked) <= 1
