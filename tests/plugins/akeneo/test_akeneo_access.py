"""Who may do what: logins, rights, tokens."""

import pytest

from pimflow import AccessError, LoginError, Status
from pimflow_akeneo.sinks import AkeneoProductsSink


def test_a_user_who_may_nothing_ends_the_flow(connect, run):
    with connect(username="reader", password="reader").open() as session, pytest.raises(AccessError, match="Roles"):
        AkeneoProductsSink(connection="pim").open(session, run)


@pytest.mark.parametrize("wrong", [{"secret": "no"}, {"client_id": "no"}, {"password": "no"}, {"username": "no"}])
def test_wrong_credentials_are_a_failed_login(connect, wrong):
    with connect(**wrong).open() as session, pytest.raises(LoginError) as caught:
        session.get("channels")
    named = "`client_id`" if {"secret", "client_id"} & set(wrong) else "`password`"
    assert named in str(caught.value)


def test_a_check_tells_who_answered(connect, session):
    told = connect().check(session)
    assert told.startswith("Akeneo ")
    assert told.endswith("user sandbox")


def test_the_check_names_all_rights_that_are_missing(connect):
    connection = connect(username="reader", password="reader")
    with connection.open() as session, pytest.raises(AccessError) as caught:
        connection.check(session)
    for right in ("products", "attribute options", "family variants", "categories", "locales", "channels"):
        assert f"List {right}" in str(caught.value)


def test_tokens_that_end_in_the_middle_do_not_matter(writer, changes, pim):
    first, second = changes(writer, [{"identifier": "a"}]), changes(writer, [{"identifier": "b"}])
    list(writer.load(first))
    pim.expire_tokens()
    assert [outcome.status for outcome in writer.load(second)] == [Status.CREATED]
