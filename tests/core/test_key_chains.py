"""Keys that are passed on: in whatever order they come, each is given up before another one takes it."""

from hypothesis import given
from hypothesis import strategies as st

from pimflow.state.key_chains import new_key_chains

keys = st.lists(st.integers(0, 30), unique=True, max_size=20)


@given(keys.flatmap(lambda has: st.tuples(st.just(has), st.permutations(range(40)).map(lambda p: p[: len(has)]))))
def test_each_goes_after_the_one_that_has_what_it_wants(given_keys):
    has, wants = given_keys
    with new_key_chains() as chains:
        chains.put((str(one), str(two), (one, two)) for one, two in zip(has, wants, strict=True) if one != two)
        taken = {one for one, two in zip(has, wants, strict=True) if one != two}
        opened = list(chains.opened())
        taken -= {one for one, _ in opened}
        came = []
        for (one, two), is_opened in chains.in_turn():
            assert two not in taken
            taken.discard(one)
            came.append((one, two))
            assert is_opened == ((one, two) in opened)
        assert sorted(came) == sorted((one, two) for one, two in zip(has, wants, strict=True) if one != two)
        assert taken == set()


def test_a_chain_of_many_is_followed_from_its_end_without_looking_at_all_for_each():
    with new_key_chains() as chains:
        chains.put((str(n), str(n + 1), n) for n in range(20_000))
        assert list(chains.opened()) == []
        assert [one for one, _ in chains.in_turn()] == list(range(19_999, -1, -1))


def test_of_each_circle_one_is_opened():
    with new_key_chains() as chains:
        chains.put([("A", "B", 1), ("B", "A", 2), ("C", "D", 3), ("D", "E", 4), ("E", "C", 5), ("F", "G", 6)])
        assert list(chains.opened()) == [1, 3]
        assert list(chains.in_turn()) == [(6, False), (2, False), (1, True), (5, False), (4, False), (3, True)]
