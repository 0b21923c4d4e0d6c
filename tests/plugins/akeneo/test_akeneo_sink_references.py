"""Products that refer to what the PIM does not have: parents, categories, groups, associated products."""

from pimflow import ProblemKind, Status
from pimflow_akeneo.products.writing import loading

from .pim_setup import statuses


def test_a_parent_that_is_not_there_yet_is_waited_for(writer, changes, pim):
    batch = changes(writer, [{"identifier": "v", "parent": "boot", "color": "red"}])
    assert statuses(writer.load(batch)) == {Status.WAITING: 1}
    model = {"code": "boot", "family": "footwear", "family_variant": "by_color"}
    pim.seed([{"resource": "product-models", "data": model}])
    assert statuses(writer.load(batch)) == {Status.CREATED: 1}


def test_a_category_that_the_pim_lacks_is_left_out_of_the_list(writer):
    (item,) = writer.prepare({"identifier": "c", "categories": "MASTER,sandals"})
    assert item.payload["categories"] == ["master"]
    assert [(one.field, one.value, one.kind) for one in item.problems] == [
        ("categories", "sandals", ProblemKind.REFERENCE)
    ]
    (item,) = writer.prepare({"identifier": "c", "categories": "sandals"})
    assert "categories" not in item.payload


def test_products_associated_with_each_other_both_arrive(writer, changes):
    rows = [{"identifier": "a", "pieces": 1, "X_SELL-products": "b"}, {"identifier": "b", "X_SELL-products": "a"}]
    batch = changes(writer, rows)
    assert statuses(writer.load(batch)) == {Status.WAITING: 2}
    assert set(writer.current("products", ["a", "b"], [])) == {"a", "b"}
    assert statuses(writer.load(batch)) == {Status.CREATED: 2}
    assert writer.current("products", ["a", "b"], ["X_SELL-products"]) == {
        "a": {"X_SELL-products": ["b"]},
        "b": {"X_SELL-products": ["a"]},
    }


def test_a_product_whose_associated_one_never_comes_has_arrived_without_it(writer, changes):
    batch = changes(writer, [{"identifier": "a", "pieces": 1, "X_SELL-products": "ghost"}])
    assert statuses(writer.load(batch)) == {Status.WAITING: 1}
    (outcome,) = writer.load(batch)
    assert outcome.status is Status.CREATED
    assert (outcome.problems[0].kind, outcome.problems[0].value) == (ProblemKind.REFERENCE, "ghost")
    assert writer.current("products", ["a"], ["pieces", "X_SELL-products"]) == {"a": {"pieces": 1}}


def test_quantities_go_with_what_they_count(writer, changes):
    rows = [
        {"identifier": "a"},
        {"identifier": "b"},
        {"identifier": "kit", "KIT-products": "b,a", "KIT-products-quantity": "2|1"},
    ]
    batch = changes(writer, rows)
    assert statuses(writer.load(batch)) == {Status.CREATED: 3}
    assert writer.current("products", ["kit"], ["KIT-products"]) == {"kit": dict(batch[2].payload)}


def test_an_unknown_group_refuses_the_record(writer, changes):
    (outcome,) = writer.load(changes(writer, [{"identifier": "a", "groups": "winter"}]))
    assert (outcome.status, outcome.problems[0].kind) == (Status.REFUSED, ProblemKind.REFERENCE)


def test_associations_by_uuid_find_their_products_and_wait_for_those_to_come(writer, changes, session):
    list(writer.load(changes(writer, [{"identifier": "old"}, {"identifier": "friend"}])))
    row = {
        "uuid": session.get("products/old")["uuid"],
        "identifier": "old",
        "pieces": 2,
        "X_SELL-products": "Friend,late",
    }
    batch = changes(writer, [row])
    (outcome,) = writer.load(batch)
    assert (outcome.status, outcome.problems[0].value) == (Status.WAITING, "late")
    assert writer.current("products", ["old"], ["pieces"]) == {"old": {"pieces": 2}}
    list(writer.load(changes(writer, [{"identifier": "late"}])))
    (outcome,) = writer.load(batch)
    assert outcome.status is Status.UPDATED
    assert writer.current("products", ["old"], ["X_SELL-products"]) == {"old": {"X_SELL-products": ["friend", "late"]}}


def test_of_associated_products_only_those_that_the_pim_lacks_are_left_out(writer, changes):
    writer.load(changes(writer, [{"identifier": "b", "pieces": 1}]))
    batch = changes(writer, [{"identifier": "a", "pieces": 1, "X_SELL-products": "b,ghost,spectre"}])
    assert statuses(writer.load(batch)) == {Status.WAITING: 1}
    (outcome,) = writer.load(batch)
    assert outcome.status is Status.CREATED
    assert {(one.field, one.value) for one in outcome.problems} == {
        ("X_SELL-products", "ghost"),
        ("X_SELL-products", "spectre"),
    }
    assert writer.current("products", ["a"], ["X_SELL-products"]) == {"a": {"X_SELL-products": ["b"]}}


def test_what_waits_for_a_part_is_noted_in_bounds_and_told_at_once_beyond(writer, changes, monkeypatch):
    monkeypatch.setattr(loading, "_MOST_WAITING", 1)
    rows = [{"identifier": key, "X_SELL-products": "ghost"} for key in ("a", "b")]
    first, second = writer.load(changes(writer, rows))
    assert (first.status, second.status) == (Status.WAITING, Status.CREATED)
    assert [one.value for one in second.problems] == ["ghost"]
