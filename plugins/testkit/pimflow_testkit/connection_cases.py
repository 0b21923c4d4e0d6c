# ruff: noqa: D401 - the docstring of a case states the rule that it holds
"""Cases for connections. The author's `session` surrounds them, as in `session=lambda: replayed("auth.json")`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import SecretStr

from pimflow_testkit.bench import Bench, Setup
from pimflow_testkit.component_cases import secrets_of
from pimflow_testkit.leaks import assert_silent, log_lines, nothing_left_behind

_TELLING = ("password", "secret", "token", "api_key", "passphrase", "private_key")


def every_network_has_its_options(bench: Bench) -> None:
    """Time-out, proxy and certificate authority can be told."""
    assert {"timeout", "proxy", "ca_file"} <= set(bench.subject.component.model_fields)


def credentials_are_secret(bench: Bench) -> None:
    """An option whose name tells of a credential is a `SecretStr`."""
    for name, field in bench.subject.component.model_fields.items():
        if any(word in name for word in _TELLING):
            assert "SecretStr" in str(field.annotation), f"option {name!r} is no {SecretStr.__name__}"


def check_says_who_answered(bench: Bench) -> None:
    """`check` gives a line such as "Odoo 18.0, database shop, user connector"."""
    component = bench.make()
    with bench.session(), component.open() as session:
        said = component.check(session)
    assert isinstance(said, str)
    assert said.strip(), "check said nothing"
    assert "\n" not in said
    assert_silent(secrets_of(bench, component), said)


def opens_again_after_closing(bench: Bench) -> None:
    """One connection serves run after run."""
    component = bench.make()
    for _ in range(2):
        with bench.session(), component.open() as session:
            component.check(session)


def two_sessions_are_independent(bench: Bench) -> None:
    """Closing one session does not disturb another of the same connection."""
    component = bench.make()
    with bench.session(), component.open() as first:
        with component.open():
            pass
        component.check(first)


def session_serves_several_threads(bench: Bench) -> None:
    """Batches in flight share the session."""
    component = bench.make()
    with bench.session(), component.open() as session, ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda _: component.check(session), range(4)))
    assert len(set(said)) == 1


def nothing_is_left_open(bench: Bench) -> None:
    """After closing no thread runs and no file or socket is open."""
    component = bench.make()
    with nothing_left_behind(), bench.session(), component.open() as session:
        component.check(session)


def a_failure_within_closes_the_session(bench: Bench) -> None:
    """An error in the run reaches the caller, and the session is closed all the same."""
    component = bench.make()

    def fail_within() -> None:
        with bench.session(), component.open() as session:
            component.check(session)
            raise KeyError("of the run")

    with nothing_left_behind(), pytest.raises(KeyError, match="of the run"):
        fail_within()


def logs_hold_no_secret(bench: Bench) -> None:
    """What is logged while logging in tells no credential."""
    component = bench.make()
    with log_lines() as lines, bench.session(), component.open() as session:
        component.check(session)
    assert_silent(secrets_of(bench, component), *lines)


def fails_as_told(setup: Setup) -> Callable[[Bench], None]:
    """Make the case that, under `setup`, opening or checking raises the named error without a secret."""

    def case(bench: Bench) -> None:
        troubled = bench.under(setup)
        component = troubled.make()
        with log_lines() as lines, nothing_left_behind(), pytest.raises(setup.raises) as caught:  # noqa: SIM117
            with troubled.session(), component.open() as session:
                component.check(session)
        detail = getattr(caught.value, "detail", "")
        assert str(caught.value).strip(), "the error says nothing"
        assert_silent(secrets_of(troubled, component), str(caught.value), detail, *lines)

    return case


CASES: Sequence[Callable[[Bench], None]] = (
    every_network_has_its_options,
    credentials_are_secret,
    check_says_who_answered,
    opens_again_after_closing,
    two_sessions_are_independent,
    session_serves_several_threads,
    nothing_is_left_open,
    a_failure_within_closes_the_session,
    logs_hold_no_secret,
)
