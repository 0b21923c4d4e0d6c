"""Who may sign in, and who is signed in: kept alike in each database."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from pimflow.state import people, sign_ins
from pimflow.state.database import open_database
from pimflow.state.people import PeopleError, PersonRow
from pimflow.state.sign_ins import Token

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def database(state):
    opened = open_database(state)
    yield opened
    opened.close()


def person(name, role="operator", **others):
    return PersonRow(
        **{"name": name, "role": role, "password": "x", "language": "", "active": True, "created": NOW} | others
    )


def test_people_are_kept_as_they_were_given(database):
    assert not people.anybody(database)
    for one in (person("Julia", language="fr"), person("Peter", "administrator"), person("Eve", active=False)):
        people.add(database, one)
    assert people.anybody(database)
    assert people.everybody(database) == [
        person("Eve", active=False),
        person("Julia", language="fr"),
        person("Peter", "administrator"),
    ]
    assert people.find(database, "julia") is None
    with pytest.raises(PeopleError, match="there is a 'Julia' already"):
        people.add(database, person("Julia"))


def test_of_many_who_would_be_first_one_is(database):
    def come(number):
        try:
            people.add(database, person(f"person {number}", "administrator"), first=True)
        except PeopleError:
            return 0
        return 1

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(come, range(8))) == 1


def test_only_the_active_administrator_cannot_go(database):
    for one in (person("Peter", "administrator"), person("Filips", "administrator", active=False), person("Julia")):
        people.add(database, one)
    people.change(database, "Peter", password="new")
    for change in ({"role": "viewer"}, {"active": False}):
        with pytest.raises(PeopleError, match="the only administrator"):
            people.change(database, "Peter", **change)
    with pytest.raises(PeopleError, match="the only administrator"):
        people.remove(database, "Peter")
    people.change(database, "Filips", active=True)
    people.remove(database, "Peter")
    assert [one.name for one in people.everybody(database)] == ["Filips", "Julia"]
    with pytest.raises(PeopleError, match="nobody is called 'Peter'"):
        people.change(database, "Peter", role="viewer")


def test_a_session_ends_by_time_by_hand_and_with_its_person(database):
    people.add(database, person("Julia"))
    for name in ("a", "b", "c"):
        sign_ins.begin(database, name, "Julia", NOW, NOW + HOUR)
    assert sign_ins.signed_in(database, "a", NOW).person == "Julia"
    assert sign_ins.signed_in(database, "a", NOW + HOUR) is None
    sign_ins.go_on(database, "a", NOW, NOW + 3 * HOUR)
    assert sign_ins.signed_in(database, "a", NOW + 2 * HOUR) is not None
    sign_ins.end(database, "b")
    assert sign_ins.signed_in(database, "b", NOW) is None
    people.remove(database, "Julia")
    assert sign_ins.signed_in(database, "c", NOW) is None
    people.add(database, person("Julia"))  # somebody else of this name is not signed in by it
    assert sign_ins.signed_in(database, "c", NOW) is None


def test_a_token_is_known_by_its_hash_until_it_ends(database):
    shop, lasting = (
        Token(name, "viewer", "Peter", NOW, None, ends) for name, ends in (("shop", NOW + HOUR), ("ci", None))
    )
    sign_ins.add_token(database, "one", shop)
    sign_ins.add_token(database, "two", lasting)
    with pytest.raises(PeopleError, match="there is a token 'shop' already"):
        sign_ins.add_token(database, "three", shop)
    assert sign_ins.token_of(database, "one", NOW) == shop
    assert sign_ins.token_of(database, "one", NOW + HOUR) is None
    sign_ins.token_used(database, "two", NOW)
    assert [one.used for one in sign_ins.all_tokens(database)] == [NOW, None]
    sign_ins.remove_token(database, "ci")
    assert sign_ins.token_of(database, "two", NOW) is None
    with pytest.raises(PeopleError, match="no token is called 'ci'"):
        sign_ins.remove_token(database, "ci")
