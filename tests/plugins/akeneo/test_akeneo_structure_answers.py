"""What each answer of the PIM to one line of structure means, and what codecs make of cells."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pimflow import Change, Item, ProblemKind, Status, Who
from pimflow_akeneo.bulk import Answer
from pimflow_akeneo.structure import codecs, resources
from pimflow_akeneo.structure.answers import judge
from pimflow_akeneo.structure.description import flat, line
from pimflow_akeneo.structure.trees import parents_first

SETTLED = {201: Status.CREATED, 204: Status.UPDATED}
TOLD = {
    400: (Status.REFUSED, ProblemKind.VALUE, Who.ADMINISTRATOR),
    403: (Status.REFUSED, ProblemKind.PERMISSION, Who.ADMINISTRATOR),
    413: (Status.REFUSED, ProblemKind.TOO_LARGE, Who.PRODUCT_MANAGER),
    415: (Status.REFUSED, ProblemKind.CONNECTION, Who.ADMINISTRATOR),
    422: (Status.REFUSED, ProblemKind.VALUE, Who.PRODUCT_MANAGER),
    429: (Status.FAILED, ProblemKind.CONNECTION, Who.ADMINISTRATOR),
    500: (Status.FAILED, ProblemKind.CONNECTION, Who.ADMINISTRATOR),
}


@pytest.mark.parametrize(("status", "expected"), SETTLED.items())
def test_a_success_settles(status, expected):
    assert judge(Answer(status), {}, resources.FAMILIES) == (expected, ())


@pytest.mark.parametrize(("status", "expected"), TOLD.items())
def test_every_refusal_has_its_status_and_tells_who_can_mend_it(status, expected):
    found, (problem,) = judge(Answer(status, "Something is wrong."), {}, resources.FAMILIES)
    assert (found, problem.kind, problem.who) == expected
    assert problem.remedy.endswith(".")
    assert not problem.reason.endswith(".")


def test_a_line_without_an_answer_is_unknown():
    status, (problem,) = judge(None, {}, resources.FAMILIES)
    assert (status, problem.reason) == (Status.UNKNOWN, "the PIM gave no answer for this record")


def test_an_owner_that_went_away_lets_the_record_wait():
    status, (problem,) = judge(Answer(404, "Attribute 'x' does not exist."), {}, resources.ATTRIBUTE_OPTIONS)
    assert (status, problem.field) == (Status.WAITING, "attribute")


def test_a_channel_waits_for_the_attributes_whose_units_it_converts():
    errors = ({"property": "conversion_units", "message": 'The attribute "weight" does not exist.'},)
    payload = {"conversion_units": {"weight": "GRAM"}}
    status, (problem,) = judge(Answer(422, "Validation failed.", errors), payload, resources.CHANNELS)
    assert (status, problem.kind, problem.value) == (Status.WAITING, ProblemKind.REFERENCE, "weight")


def test_several_errors_are_all_told_and_one_that_cannot_come_refuses():
    errors = (
        {"property": "labels", "message": 'The locale "xx_XX" does not exist.'},
        {
            "property": "parent",
            "message": 'Property "parent" expects a valid category code. The category does not exist, "later" given.',
        },
    )
    payload = {"label-xx_XX": "X", "parent": "later"}
    status, problems = judge(Answer(422, "Validation failed.", errors), payload, resources.CATEGORIES)
    assert status is Status.REFUSED
    assert [(one.field, one.value) for one in problems] == [("label-xx_XX", "xx_XX"), ("parent", "later")]


def test_other_quotation_marks_are_understood():
    message = "Property “group” expects a valid code. The attribute group does not exist, “seo” given."
    status, (problem,) = judge(Answer(422, message), {"group": "seo"}, resources.ATTRIBUTES)
    assert (status, problem.field, problem.value) == (Status.WAITING, "group", "seo")


CODES = st.from_regex(r"[a-zA-Z0-9_]{1,8}", fullmatch=True)
TEXTS = st.text(min_size=1, max_size=20)
CELLS = {
    codecs.TEXT: TEXTS,
    codecs.CODE: CODES,
    codecs.INTEGER: st.integers() | st.integers().map(str) | st.integers(-9, 9).map(float),
    codecs.AMOUNT: st.decimals(allow_nan=False, allow_infinity=False, places=4) | st.integers().map(str),
    codecs.BOOLEAN: st.sampled_from(["0", "1", "true", "False", True, False, 1, 0]),
    codecs.DAY: st.dates() | st.datetimes() | st.dates().map(str),
    codecs.CODES: st.lists(CODES, min_size=1) | st.lists(CODES, min_size=1).map(",".join),
    codecs.PAIRS: st.dictionaries(CODES, CODES, min_size=1),
    codecs.UNITS: st.dictionaries(
        CODES,
        st.fixed_dictionaries(
            {
                "symbol": TEXTS,
                "labels": st.dictionaries(CODES, TEXTS),
                "convert_from_standard": st.lists(
                    st.fixed_dictionaries({"operator": st.just("mul"), "value": st.integers(1, 99)}), max_size=2
                ),
            }
        ),
    ),
}


@pytest.mark.parametrize("codec", CELLS, ids=lambda codec: codec.type)
@settings(max_examples=40)
@given(data=st.data())
def test_a_cell_that_was_written_is_read_as_the_same_value(codec, data):
    value = codec.accept(data.draw(CELLS[codec]))
    assert codec.read(value) == value
    assert codec.accept(codec.cell(value)) == value


@given(
    labels=st.dictionaries(st.sampled_from(["de_DE", "en_US"]), TEXTS),
    axes=st.lists(CODES, min_size=1, max_size=2, unique=True),
    lists=st.dictionaries(
        st.sampled_from(["variant-attributes_1", "variant-attributes_2"]), st.lists(CODES, min_size=1)
    ),
)
def test_a_payload_comes_back_from_its_line(labels, axes, lists):
    payload = {f"label-{locale}": label for locale, label in labels.items()}
    payload |= {"variant-axes_1": sorted(axes), "variant-axes_2": sorted(axes)}
    payload |= {name: sorted(set(codes)) for name, codes in lists.items()}
    body = line("v", payload, resources.FAMILY_VARIANTS)
    assert body["code"] == "v"
    assert flat(body, resources.FAMILY_VARIANTS) == payload


@given(st.dictionaries(CODES, st.none() | CODES, max_size=8))
def test_categories_follow_their_parents_and_none_is_lost(parents):
    batch = [Change(Item("categories", code, {"parent": parent}), 1, False, b"") for code, parent in parents.items()]
    ordered = [change.key for change in parents_first(batch)]
    assert sorted(ordered) == sorted(parents)
    by_lower = {code.lower(): code for code in parents}
    if len(by_lower) == len(parents):
        for code in parents:
            chain = [code]
            while (above := by_lower.get(str(parents[chain[-1]]).lower())) and above not in chain:
                chain.append(above)
            if not above and len(chain) > 1:
                assert ordered.index(chain[1]) < ordered.index(code)
