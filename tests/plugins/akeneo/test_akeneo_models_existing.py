"""How often the PIM is asked which records it has."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from pimflow_akeneo.kinds import BY_UUID, MODELS, PRODUCTS
from pimflow_akeneo.products.existence import keys
from pimflow_akeneo.products.existence.keys import Existence, existence


@pytest.fixture
def filled(pim):
    """Fill the PIM with so many records; calls are counted from then on."""

    def fill(kind, count):
        more = {"family_variant": "by_color"} if kind is MODELS else {}
        name = "code" if kind is MODELS else "identifier"
        pim.seed([{"resource": kind.resource, "data": {name: f"P-{n:04}", **more}} for n in range(count)])

    return fill


@pytest.fixture
def asked(pim):
    """Count the GET calls for a kind of record."""

    def count(kind):
        return pim.stats()["routes"].get(f"GET /api/rest/v1/{kind.path}", {"calls": 0})["calls"]

    return count


def batches(count, prefix="p"):
    keys = [f"{prefix}-{number:04}" for number in range(count)]
    return [keys[start : start + 100] for start in range(0, count, 100)]


@pytest.mark.parametrize("kind", [PRODUCTS, MODELS], ids=lambda kind: kind.path)
def test_an_empty_pim_is_asked_once(session, asked, kind):
    found = [Existence(session, kind).found(["a"]), *map(Existence(session, kind).found, batches(500))]
    assert found == [{}] * 6
    assert asked(kind) == 2  # one for each of the two


@pytest.mark.parametrize("kind", [PRODUCTS, MODELS], ids=lambda kind: kind.path)
def test_lookups_cost_no_more_than_twice_the_list(session, filled, asked, kind):
    filled(kind, 250)
    known = Existence(session, kind)
    found = [known.found(some) for some in batches(1000)]
    assert {key: code for some in found for key, code in some.items()} == {
        f"p-{number:04}": f"P-{number:04}" for number in range(250)
    }
    assert asked(kind) == 1 + 3 + 3  # counted, looked up, listed
    known.found(["p-0001", "q"])
    assert asked(kind) == 7


def test_a_few_keys_are_looked_up_and_nothing_is_listed(session, filled, asked):
    filled(PRODUCTS, 250)
    assert Existence(session, PRODUCTS).found(["p-0001", "q"]) == {"p-0001": "P-0001"}
    assert asked(PRODUCTS) == 2


def test_a_large_pim_is_never_listed(session, filled, asked, monkeypatch):
    monkeypatch.setattr(keys, "LARGEST_LIST", 100)
    filled(PRODUCTS, 101)
    known = Existence(session, PRODUCTS)
    found = [len(known.found(some)) for some in batches(500)]
    assert found == [100, 1, 0, 0, 0]
    assert asked(PRODUCTS) == 1 + 5


def test_what_a_large_pim_was_asked_a_moment_ago_is_not_asked_again(session, filled, asked, monkeypatch):
    monkeypatch.setattr(keys, "LARGEST_LIST", 100)
    filled(PRODUCTS, 150)
    known = Existence(session, PRODUCTS)
    (batch, _) = batches(150)
    assert len(known.found(batch)) == 100
    assert known.parents(batch) == dict.fromkeys(batch)
    assert asked(PRODUCTS) == 1 + 1
    assert known.found([batch[0], "p-0120", "ghost"]) == {batch[0]: "P-0000", "p-0120": "P-0120"}
    assert asked(PRODUCTS) == 1 + 2


def test_what_this_run_wrote_exists_from_then_on(session, asked):
    known = Existence(session, PRODUCTS)
    assert known.found(["a", "b"]) == {}
    known.wrote(["A"])
    assert known.found(["a", "b"]) == {"a": "A"}
    assert asked(PRODUCTS) == 1


def test_all_writers_of_a_session_know_together(session, writer, changes, asked):
    assert existence(session, PRODUCTS).found(["a"]) == {}
    list(writer.load(changes(writer, [{"identifier": "a"}])))
    assert writer.current("products", ["a"], ()) == {"a": {}}
    assert asked(PRODUCTS) == 1


def test_several_threads_make_the_calls_of_one(session, filled, asked):
    filled(PRODUCTS, 250)
    known = Existence(session, PRODUCTS)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(known.found, batches(2000)))
    assert sum(map(len, found)) == 250
    assert asked(PRODUCTS) == 7


def test_uuids_are_keys_of_their_own(session, filled, asked):
    filled(PRODUCTS, 1)
    uuid = session.get("products/P-0000")["uuid"]
    assert Existence(session, BY_UUID).found([uuid.upper(), "p-0000"]) == {uuid.upper(): uuid}
    assert asked(BY_UUID) == 2
