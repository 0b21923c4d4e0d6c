"""What plugins keep between runs, by the address of their target."""

import threading

import pytest

from pimflow.memories import Memory, ShortMemory
from pimflow.state.memory import KeptMemory


@pytest.fixture(params=["kept", "short"])
def memory(request, database):
    return KeptMemory(database, "shop://main") if request.param == "kept" else ShortMemory()


def test_what_is_put_is_found_under_its_name(memory):
    assert isinstance(memory, Memory)
    memory.put("media", {"a": "1", "b": "2"})
    memory.put("media", {"b": "3"})
    memory.put("media", {})
    assert memory.get("media", ["a", "b", "z"]) == {"a": "1", "b": "3"}
    assert memory.get("models", ["a"]) == {}


def test_what_is_forgotten_is_gone(memory):
    memory.put("media", {"a": "1", "b": "2"})
    memory.forget("media", ["a", "z"])
    assert memory.get("media", ["a", "b"]) == {"b": "2"}


def test_many_keys_go_at_once(memory):
    entries = {f"k{n}": str(n) for n in range(2500)}
    memory.put("media", entries)
    assert memory.get("media", iter(entries)) == entries
    memory.forget("media", iter(entries))
    assert memory.get("media", entries) == {}


def test_several_threads_may_use_it(memory):
    def work(number):
        for n in range(20):
            memory.put("media", {f"{number}-{n}": "x"})
            assert memory.get("media", [f"{number}-{n}"])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(memory.get("media", [f"{a}-{b}" for a in range(4) for b in range(20)])) == 80


def test_another_target_has_another_memory(database):
    KeptMemory(database, "shop://main").put("media", {"a": "1"})
    assert KeptMemory(database, "shop://other").get("media", ["a"]) == {}


def test_sinks_of_later_runs_and_other_pipelines_find_it(bench, shop):
    shop.fit = lambda batch: shop.runs[-1].memory.put("media", {"a": "1"}) or batch
    bench.run()
    found = []
    shop.fit = lambda batch: found.append(shop.runs[-1].memory.get("media", ["a"])) or batch
    shop.tables["products"][1] = ("A", "Another")
    bench.run(transforms=[{"shop.slow": {"seconds": 0}}])
    assert found == [{"a": "1"}]


def test_a_plan_forgets_what_it_put(bench, shop):
    shop.fit = lambda batch: shop.runs[-1].memory.put("media", {"a": "1"}) or batch
    bench.plan()
    assert shop.runs[0].memory is not None
    shop.fit = lambda batch: batch
    bench.run()
    with bench.database() as database:
        assert KeptMemory(database, "shop://main").get("media", ["a"]) == {}
