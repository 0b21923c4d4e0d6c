"""Of products that were made, those are remembered that are asked for later, and no more."""

from types import SimpleNamespace

import pytest

from pimflow import Change, Item, Outcome, Status
from pimflow.memories import ShortMemory
from pimflow_akeneo.products.existence import whereabouts
from pimflow_akeneo.products.existence.whereabouts import Whereabouts


@pytest.fixture
def asked(monkeypatch):
    """What is asked for at the end of a run; the PIM's search finds nothing yet."""
    found = []
    monkeypatch.setattr(whereabouts, "_MOST_WANTED", 5)
    monkeypatch.setattr(whereabouts, "PAGE", 2)
    monkeypatch.setattr(whereabouts, "existence", lambda *_: SimpleNamespace(uuids_seen=lambda _keys: {}))
    monkeypatch.setattr(whereabouts.lookup, "find", lambda _session, keys, _columns: found.extend(keys) or [])
    return found


def test_many_made_products_take_no_memory_and_the_oldest_are_asked_for_first(asked):
    identifier = SimpleNamespace(identifier=SimpleNamespace(code="sku"))
    memory = ShortMemory()
    known = Whereabouts(SimpleNamespace(catalog=SimpleNamespace(model=identifier)), memory)
    for number in range(100):
        key = f"P-{number}"
        known.wrote([Change(Item("products", key, {}), 1, False, b"")], [Outcome("products", key, Status.CREATED)])
        assert len(known._new) <= 10
    known.close()
    assert sorted(asked) == ["P-0", "P-1", "P-2", "P-3"]
    assert memory.get("uuids wanted", [""]) == {"": '["P-99","P-0","P-1","P-2","P-3"]'}
