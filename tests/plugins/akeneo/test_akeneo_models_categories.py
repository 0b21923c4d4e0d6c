"""Categories added to those that a record has, and removed, in PIMs that do it themselves and in others."""

from dataclasses import replace

import pytest

from pimflow import Status
from pimflow_akeneo.connection import AkeneoConnection
from pimflow_akeneo.sinks import AkeneoProductModelsSink, AkeneoProductsSink
from pimflow_akeneo_sandbox.serve import serve
from pimflow_akeneo_sandbox.settings import Settings

from .conftest import CATALOG

SINKS = {"products": (AkeneoProductsSink, "identifier"), "product-models": (AkeneoProductModelsSink, "code")}


@pytest.fixture(scope="module", params=["ce", "serenity"])
def hosted(request):
    with serve(CATALOG, settings=replace(Settings(), edition=request.param)) as sandbox:
        yield sandbox, request.param


@pytest.fixture
def session(hosted):
    pim, _ = hosted
    pim.reset()
    who = dict.fromkeys(("client_id", "secret", "username", "password"), "sandbox")
    with AkeneoConnection(url=pim.url, **who).open() as found:
        yield found


@pytest.fixture(params=list(SINKS))
def resource(request):
    return request.param


@pytest.fixture
def filled(resource, session, run, changes):
    """Give a writer of records `a` and `b`, in categories boots and shoes, and what makes rows of them."""
    sink, key = SINKS[resource]
    more = {"family_variant": "by_color"} if key == "code" else {}

    def rows(*codes, **cells):
        return [{key: code, **more, **cells} for code in codes]

    one = sink(connection="pim").open(session, run)
    assert {o.status for o in one.load(changes(one, rows("a", "b", categories="boots,shoes")))} == {Status.CREATED}
    return one, rows


def test_categories_are_added_and_removed_beside_the_others(hosted, filled, resource, changes):
    pim, edition = hosted
    writer, rows = filled
    batch = changes(
        writer,
        [
            *rows("a", add_categories="MASTER"),
            *rows("b", remove_categories="shoes"),
            *rows("c", add_categories="boots"),
        ],
    )
    before = pim.stats()["routes"][f"PATCH /api/rest/v1/{resource}"]["calls"]
    assert [one.status for one in writer.load(batch)] == [Status.UPDATED, Status.UPDATED, Status.CREATED]
    assert writer.current(resource, list("abc"), ["categories"]) == {
        "a": {"categories": ["boots", "master", "shoes"]},
        "b": {"categories": ["boots"]},
        "c": {"categories": ["boots"]},
    }
    calls = pim.stats()["routes"][f"PATCH /api/rest/v1/{resource}"]["calls"] - before
    assert calls == (2 if edition == "ce" else 1)


def test_a_pim_that_does_not_add_categories_is_asked_once_only(hosted, filled, resource, changes):
    pim, _ = hosted
    writer, rows = filled
    list(writer.load(changes(writer, rows("a", add_categories="master"))))
    before = pim.stats()["routes"][f"PATCH /api/rest/v1/{resource}"]["calls"]
    list(writer.load(changes(writer, rows("b", add_categories="master"))))
    assert pim.stats()["routes"][f"PATCH /api/rest/v1/{resource}"]["calls"] - before == 1
    assert writer.current(resource, ["b"], ["categories"])["b"]["categories"] == ["boots", "master", "shoes"]


def test_a_plan_shows_the_categories_that_it_comes_to(filled, resource, session, run, changes):
    _, rows = filled
    sink, _ = SINKS[resource]
    writer = sink(connection="pim").open(session, replace(run, dry=True))
    (change,) = writer.fit(changes(writer, rows("a", add_categories="boots,master", remove_categories="shoes")))
    assert change.payload["categories"] == ["boots", "master"]
    assert not {"add_categories", "remove_categories"} & set(change.payload)


def test_an_unknown_category_is_told_and_the_others_are_added(filled):
    writer, rows = filled
    (item,) = writer.prepare(rows("a", add_categories="master,sandals")[0])
    assert item.payload["add_categories"] == ["master"]
    assert [(one.field, one.value) for one in item.problems] == [("add_categories", "sandals")]
    (item,) = writer.prepare(rows("a", add_categories=None, remove_categories="")[0])
    assert not {"add_categories", "remove_categories"} & set(item.payload)
