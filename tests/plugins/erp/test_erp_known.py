"""Records known by their ids: whatever people call them, the record that was written is the one that is found."""

from hypothesis import given
from hypothesis import strategies as st

from pimflow.memories import ShortMemory
from pimflow_erp import known
from pimflow_erp.known import Known, KnownIds

KEYS = ("A", "B", "C", "D")


class Shop:
    """Has one record under each key, and renames them."""

    def __init__(self):
        self.keys = dict(enumerate(KEYS[:3], 1))
        self.calls = 0

    def keys_of(self, ids):
        self.calls += 1
        return {number: self.keys[number] for number in ids if number in self.keys}

    def taken(self, keys):
        return set(keys) & set(self.keys.values())


def written():
    shop = Shop()
    ids = KnownIds(ShortMemory(), "products", "code", shop.keys_of, shop.taken)
    ids.keep({key: number for number, key in shop.keys.items()})
    return shop, ids


@given(st.permutations(KEYS), st.sets(st.sampled_from((1, 2, 3))))
def test_what_moved_is_told_with_its_key_of_today_and_what_is_gone_is_not(keys, gone):
    shop, ids = written()
    shop.keys = {number: key for number, key in zip((1, 2, 3), keys, strict=False) if number not in gone}
    moved = ids.moved(KEYS[:3])
    expected = {KEYS[number - 1]: key for number, key in shop.keys.items() if KEYS[number - 1] != key}
    assert {was: one.key for was, one in moved.items()} == expected
    assert {was: one.columns["id"] for was, one in moved.items()} == {was: KEYS.index(was) + 1 for was in expected}
    assert {was for was, one in moved.items() if one.taken} == set(expected) & set(shop.keys.values())
    assert ids.elsewhere(KEYS) == {was: KEYS.index(was) + 1 for was in expected}
    assert ids.today(KEYS[:3]) == {was: key for was, key in expected.items() if not moved[was].taken}


def test_nothing_is_asked_of_what_was_never_written():
    shop, ids = written()
    assert (ids.moved(["Z"]), ids.today([])) == ({}, {})
    assert shop.calls == 0


def test_ids_may_be_texts_and_keys_are_compared_as_the_erp_does():
    names = {"2026": "Lamp-1", "2027": "BULB"}
    ids = Known(ShortMemory(), "items", "code", lambda _: names, lambda _: (), str, str.casefold)
    ids.keep({"LAMP-1": "2026", "JUG": "2027"})
    assert {was: one.key for was, one in ids.moved(["LAMP-1", "JUG"]).items()} == {"JUG": "BULB"}


def test_the_latest_of_those_that_are_meant_by_their_ids_are_kept_in_mind(monkeypatch):
    monkeypatch.setattr(known, "_IN_MIND", 2)
    _, ids = written()
    for number, key in enumerate(KEYS):
        ids.know({key: {"id": number + 10, "code": key}, "Z": {"code": "Z"}})
    assert ids.elsewhere((*KEYS, "Z")) == {"C": 12, "D": 13}
