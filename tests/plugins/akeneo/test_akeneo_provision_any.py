"""Whatever a file says: a plan writes nothing and foresees the call, a second call writes nothing, the rest stays."""

import copy
import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .provision_setup import did

CODES = st.sampled_from(["a", "b", "colour", "name", "size", "Name"])
LABELS = st.dictionaries(
    st.sampled_from(["en", "de", "de_DE", "en_US", "fr_FR", "xx", "other"]), st.text("abc ", min_size=1), max_size=3
)
KINDS = st.sampled_from(["text", "textarea", "simpleselect", "multiselect", "boolean", "date", "image", "number"])


def some(**keys):
    return st.fixed_dictionaries({}, optional=keys)


OPTIONS = st.dictionaries(st.sampled_from(["red", "green", "Red"]), st.none() | LABELS, max_size=2)
OF_KIND = {
    "text": {"max_characters": st.sampled_from([0, 20, 300])},
    "number": {"number_min": st.sampled_from([0, 1.5, -3])},
    "simpleselect": {"options": OPTIONS},
    "multiselect": {"options": OPTIONS},
}
NEEDED = {"number": {"decimals_allowed": True, "negative_allowed": False}}


def attribute(kind):
    """Describe attributes of a kind, now and then with something that does not fit."""
    fixed = {"type": f"pim_catalog_{kind}", "group": "facts", **NEEDED.get(kind, {})}
    more = some(
        labels=LABELS,
        localizable=st.booleans(),
        useable_as_grid_filter=st.booleans(),
        sort_order=st.integers(0, 9),
        available_locales=st.lists(st.sampled_from(["de_DE", "en_US"]), max_size=2),
        **OF_KIND.get(kind, {}),
    )
    odd = some(group=st.just("nowhere"), options=OPTIONS, number_min=st.just(1))
    return st.builds(lambda some, other: {**fixed, **some, **other}, more, st.just({}) | st.just({}) | odd)


ATTRIBUTE = KINDS.flatmap(attribute) | some(labels=LABELS, options=OPTIONS)
LEVELS = st.lists(
    st.fixed_dictionaries({"axes": st.lists(CODES, min_size=1, max_size=2, unique=True)}), min_size=1, max_size=2
)
FAMILY = some(
    labels=LABELS,
    attributes=st.lists(CODES, max_size=3),
    attribute_as_label=CODES,
    requirements=st.dictionaries(st.sampled_from(["shop", "print"]), st.lists(CODES, max_size=2), max_size=2),
    variants=st.dictionaries(st.sampled_from(["v", "w"]), st.fixed_dictionaries({"levels": LEVELS}), max_size=1),
)
CATEGORIES = st.recursive(
    st.dictionaries(st.sampled_from(["shoes"]), some(labels=LABELS), max_size=1),
    lambda below: st.dictionaries(st.sampled_from(["new", "master"]), some(children=below, labels=LABELS), max_size=1),
    max_leaves=2,
)
FILES = st.fixed_dictionaries(
    {
        "attribute_groups": st.fixed_dictionaries({"facts": some(labels=LABELS)}, optional={"other": st.none()}),
        "attributes": st.dictionaries(CODES, ATTRIBUTE, min_size=2, max_size=4),
        "families": st.dictionaries(st.sampled_from(["footwear", "bags"]), FAMILY, min_size=1, max_size=2),
    },
    optional={
        "once": st.lists(st.sampled_from(["labels", "group", "max_characters"]), unique=True),
        "association_types": st.dictionaries(st.just("KIT"), some(is_quantified=st.booleans(), labels=LABELS)),
        "categories": CATEGORIES,
    },
)


def structure(pim):
    """Copy what the PIM has, without dates of changes."""
    kinds = ("attribute_groups", "attributes", "attribute_options", "categories", "families", "family_variants")
    return {kind: copy.deepcopy([{**one, "updated": None} for one in pim.store.structure[kind]]) for kind in kinds}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(file=FILES)
def test_any_file_is_provisioned_once(desk, file):
    desk.pim.reset()
    text = json.dumps({"version": 1, **file})
    before = structure(desk.pim)
    planned = called(desk, text, "--plan")
    if "errors" in planned:  # the same code twice
        return
    assert structure(desk.pim) == before
    done = called(desk, text)
    after = structure(desk.pim)
    beyond = {one[2] for one in did(planned)} - {one[2] for one in did(done) if one[0] in {"created", "updated"}}
    refused = {one["code"] for one in done["problems"]}
    assert beyond <= refused
    writes = desk.writes()
    again = called(desk, text)
    assert [one for one in again["records"] if one["status"] != "refused"] == []
    assert structure(desk.pim) == after
    for kind, records in before.items():
        assert {one["code"] for one in records} <= {one["code"] for one in after[kind]}
    for family in before["families"]:
        now = desk.record("families", family["code"])
        assert set(family["attributes"]) <= set(now["attributes"])
    assert desk.writes() - writes <= len(again["problems"])


def called(desk, text, *words):
    """Provision, whether something is refused or not."""
    (desk.folder / "catalog.yaml").write_text(text, "utf-8")
    code, printed = desk.call("akeneo", "provision", "catalog.yaml", *words, "--json")
    assert code in {0, 1, 2}, printed
    return json.loads(printed.partition("\nerror: ")[0])
