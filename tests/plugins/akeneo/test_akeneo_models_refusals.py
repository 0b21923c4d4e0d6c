"""Each way in which the PIM says no to products and product models: as a call, a line, a record or a value."""

import json

import httpx
import pytest

from pimflow import AccessError, Change, Item, LoginError, ProblemKind, RemoteError, Status, UnreachableError, Who
from pimflow.memories import ShortMemory
from pimflow_akeneo.kinds import BY_UUID, MODELS, PRODUCTS
from pimflow_akeneo.products.preparing.flow_columns import Columns
from pimflow_akeneo.products.writing.loading import Loading
from pimflow_akeneo.products.writing.owned_trees import OwnedTrees
from pimflow_akeneo.session import Session
from pimflow_akeneo.sinks import AkeneoProductModelsSink, AkeneoProductsSink
from pimflow_akeneo.tokens import Credentials
from pimflow_http import Client, Clock, Limiter, Remote

UUID = "0a4b1c2d-3e4f-4a5b-8c6d-7e8f9a0b1c2d"
KINDS = pytest.mark.parametrize("kind", [PRODUCTS, BY_UUID, MODELS], ids=lambda kind: kind.path)


def load(kind, answer):
    """Load one record into a PIM that gives this answer to every PATCH; give its outcome and the calls."""
    calls = []

    def pim(request):
        if request.url.path.endswith("/token"):
            return httpx.Response(200, json={"access_token": "a", "refresh_token": "r", "expires_in": 3600})
        if request.method == "GET":
            items = [{"code": "sku", "type": "pim_catalog_identifier"}] if "attributes" in request.url.path else []
            return httpx.Response(200, json={"_links": {}, "_embedded": {"items": items}, "items_count": 0})
        calls.append(request)
        return answer

    remote = Remote("the PIM", "https://pim.example.com")
    transport = httpx.MockTransport(pim)
    payload = {"uuid": UUID} if kind is BY_UUID else {}
    change = Change(Item(kind.resource, "a", payload), 1, False, b"")
    now = [0.0]
    clock = Clock(lambda: now[0], lambda: now[0], lambda seconds: now.append(now.pop() + seconds))
    with Client(remote, limiter=Limiter(1, clock), clock=clock, transport=transport) as client:
        session = Session(client, Credentials("a", "b", "c", "d"))
        columns = Columns(session.catalog.model, kind)
        return Loading(session, kind, columns.column, OwnedTrees(session.catalog), ShortMemory()).load([change]), calls


def line(kind, status, **more):
    """Answer the one line of a call."""
    key = {"uuid": UUID} if kind is BY_UUID else {kind.key: "a"}
    return httpx.Response(200, text=json.dumps({"line": 1, **key, "status_code": status, **more}))


@KINDS
@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, RemoteError),
        (401, LoginError),
        (403, AccessError),
        (404, RemoteError),
        (405, RemoteError),
        (406, RemoteError),
        (409, RemoteError),
        (415, RemoteError),
        (422, RemoteError),
    ],
)
def test_a_refused_call_ends_the_flow_with_the_words_of_the_pim(kind, status, error):
    with pytest.raises(error) as caught:
        load(kind, httpx.Response(status, json={"code": status, "message": "own words"}))
    assert "own words" in caught.value.detail


@KINDS
@pytest.mark.parametrize("status", [408, 429])
def test_a_call_that_is_too_early_is_tried_again_and_then_costs_its_batch(kind, status):
    with pytest.raises(UnreachableError):
        load(kind, httpx.Response(status, json={"code": status, "message": "later"}))


@KINDS
def test_a_call_that_is_too_large_costs_the_one_record_in_it(kind):
    [outcome], calls = load(kind, httpx.Response(413, json={"code": 413, "message": "too much"}))
    assert (outcome.status, outcome.problems[0].kind) == (Status.REFUSED, ProblemKind.TOO_LARGE)
    assert len(calls) == 1


@KINDS
@pytest.mark.parametrize(
    ("status", "expected", "problem", "words"),
    [
        (400, Status.REFUSED, ProblemKind.VALUE, "could not read the record"),
        (403, Status.REFUSED, ProblemKind.PERMISSION, "may not edit this {noun}"),
        (404, Status.REFUSED, ProblemKind.PERMISSION, "hides this {noun}"),
        (409, Status.FAILED, ProblemKind.CONNECTION, "changed this {noun} at the same moment"),
        (413, Status.REFUSED, ProblemKind.TOO_LARGE, "larger than the PIM takes"),
        (429, Status.FAILED, ProblemKind.CONNECTION, "failed at this record"),
        (503, Status.FAILED, ProblemKind.CONNECTION, "failed at this record"),
    ],
)
def test_a_refused_line_costs_its_record_and_is_told_to_who_can_help(kind, status, expected, problem, words):
    [outcome], calls = load(kind, line(kind, status, message="own words"))
    [told] = outcome.problems
    who = Who.PRODUCT_MANAGER if status == 413 else Who.ADMINISTRATOR  # only a person can shorten a text
    assert (outcome.status, told.kind, told.who) == (expected, problem, who)
    assert words.format(noun=kind.noun[0]) in told.reason
    assert "own words" in told.detail + told.reason
    assert len(calls) == 1


@KINDS
def test_no_answer_to_a_line_is_unknown_after_it_was_sent_again(kind):
    [outcome], calls = load(kind, httpx.Response(200, text=""))
    assert outcome.status is Status.UNKNOWN
    assert len(calls) == 3


def prepared(writer, row):
    (item,) = writer.prepare(row)
    return Change(item, 1, False, b"")


@pytest.fixture
def models(session, run):
    return AkeneoProductModelsSink(connection="pim").open(session, run)


TWO_LEVELS = {
    "family": "footwear",
    "code": "two_levels",
    "labels": {},
    "variant_attribute_sets": [
        {"level": 1, "axes": ["color"], "attributes": ["color"]},
        {"level": 2, "axes": ["pieces"], "attributes": ["pieces", "sku", "ean"]},
    ],
}


@pytest.fixture
def tree(pim):
    """A root model with one below it, of two levels, and a root model of one level with a variant."""
    red = {"color": [{"locale": None, "scope": None, "data": "red"}]}
    pim.seed({"resource": "family-variants", "data": TWO_LEVELS})
    pim.seed(
        [
            {"resource": "product-models", "data": {"code": "deep", "family_variant": "two_levels"}},
            {
                "resource": "product-models",
                "data": {"code": "deep-red", "family_variant": "two_levels", "parent": "deep", "values": red},
            },
            {"resource": "product-models", "data": {"code": "flat", "family_variant": "by_color"}},
            {"resource": "products", "data": {"identifier": "flat-red", "parent": "flat", "values": red}},
            {"resource": "products", "data": {"identifier": "single", "family": "footwear"}},
        ]
    )


@pytest.mark.usefixtures("tree")
@pytest.mark.parametrize(
    ("row", "field", "words"),
    [
        ({"identifier": "n", "parent": "flat", "color": "red"}, "color", "variant flat-red of the same model"),
        ({"identifier": "n", "parent": "flat"}, "color", "tells the variants of a model apart"),
        (
            {"identifier": "n", "parent": "deep", "color": "red", "pieces": "1"},
            "parent",
            "further product models below",
        ),
        ({"identifier": "n", "groups": "winter"}, "groups", "no such group"),
        ({"identifier": "n", "uuid": UUID.replace("-4a", "-1a")}, "uuid", "version 4 only"),
        ({"identifier": "single", "uuid": UUID}, "identifier", "another product in the PIM already has this value"),
    ],
)
def test_a_product_that_is_wrong_as_a_whole_is_refused_in_plain_words(writer, row, field, words):
    [outcome] = writer.load([prepared(writer, row)])
    problem = outcome.problems[-1]
    assert (outcome.status, problem.field) == (Status.REFUSED, field)
    assert words in problem.reason
    assert problem.remedy.endswith(".")
    assert problem.detail


@pytest.mark.usefixtures("tree")
@pytest.mark.parametrize(
    ("row", "field", "words"),
    [
        ({"code": "n"}, "family_variant", "a product model needs one"),
        ({"code": "flat", "family_variant": "two_levels"}, "family_variant", "the PIM never changes it"),
        ({"code": "flat", "family_variant": None}, "family_variant", "a product model needs one"),
        ({"code": "n", "family_variant": "by_color", "parent": "flat"}, "parent", "has one level"),
        ({"code": "n", "family_variant": "two_levels", "parent": "flat", "color": "red"}, "parent", "family variant"),
        ({"code": "n", "family_variant": "two_levels", "parent": "deep-red"}, "parent", "below another one itself"),
        ({"code": "deep-red", "parent": None}, "parent", "never takes a product model out"),
        ({"code": "flat", "parent": "deep"}, "parent", "never puts a product model of the highest level below"),
        (
            {"code": "n", "family_variant": "two_levels", "parent": "deep", "color": "RED"},
            "color",
            "product model deep-red of the same model already has this option",
        ),
        ({"code": "n", "family_variant": "two_levels", "parent": "deep"}, "color", "tells the variants"),
    ],
)
def test_a_model_that_is_wrong_as_a_whole_is_refused_in_plain_words(models, row, field, words):
    [outcome] = models.load([prepared(models, row)])
    problem = outcome.problems[-1]
    assert (outcome.status, problem.field) == (Status.REFUSED, field)
    assert words in problem.reason
    assert problem.remedy.endswith(".")
    assert problem.detail


def test_an_association_of_two_ways_with_itself_is_left_out(pim, session, run, changes):
    both = {"code": "TWIN", "labels": {}, "is_two_way": True, "is_quantified": False}
    pim.seed({"resource": "association-types", "data": both})
    session.catalog.forget("association-types")
    writer = AkeneoProductsSink(connection="pim").open(session, run)
    list(writer.load(changes(writer, [{"identifier": "a"}, {"identifier": "b"}])))
    [outcome] = writer.load(changes(writer, [{"identifier": "a", "pieces": "1", "TWIN-products": "a,b"}]))
    assert outcome.status is Status.UPDATED
    assert "it names the record itself" in outcome.problems[0].reason
    found = writer.current("products", ["a", "b"], ["TWIN-products", "pieces"])
    assert found == {"a": {"TWIN-products": ["b"], "pieces": 1}, "b": {"TWIN-products": ["a"]}}


def test_missing_members_with_quantities_are_left_out_alone(writer, changes):
    list(writer.load(changes(writer, [{"identifier": "b"}])))
    row = {"identifier": "a", "KIT-products": "b,ghost", "KIT-products-quantity": "1|2"}
    batch = changes(writer, [row])
    assert [one.status for one in writer.load(batch)] == [Status.WAITING]
    [outcome] = writer.load(batch)
    assert outcome.status is Status.CREATED
    assert [(one.field, one.value) for one in outcome.problems] == [("KIT-products", "ghost")]
    assert writer.current("products", ["a"], ["KIT-products"])["a"] == {
        "KIT-products": [{"identifier": "b", "quantity": 1}]
    }


@pytest.mark.parametrize("quantity", ["0", "2147483648", "1.5", "-1"])
def test_a_quantity_that_the_pim_does_not_take_costs_its_column_only(writer, quantity):
    row = {"identifier": "a", "pieces": "2", "KIT-products": "b", "KIT-products-quantity": quantity}
    change = prepared(writer, row)
    assert change.payload == {"pieces": 2}
    assert [one.field for one in change.item.problems] == ["KIT-products"]


def test_an_associated_group_that_the_pim_lacks_is_left_out_alone_and_somebody_is_to_create_it(writer, changes):
    batch = changes(writer, [{"identifier": "a", "X_SELL-groups": "summer,winter"}])
    assert [one.status for one in writer.load(batch)] == [Status.WAITING]
    [outcome] = writer.load(batch)
    [problem] = outcome.problems
    assert (outcome.status, problem.field, problem.value) == (Status.CREATED, "X_SELL-groups", "winter")
    assert "Create the group" in problem.remedy
    assert writer.current("products", ["a"], ["X_SELL-groups"]) == {"a": {"X_SELL-groups": ["summer"]}}
