# ruff: noqa: ARG002 - signatures are those of the contract
"""Each case for components and connections finds the defect that it is there for; suites hold all their cases."""

import threading
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from loguru import logger
from pydantic import ConfigDict, Field, SecretStr

from pimflow import Connection, InputPath, Source, Transform
from pimflow_testkit import component_cases as component
from pimflow_testkit import connection_cases as connection
from pimflow_testkit import source_suite
from pimflow_testkit.bench import Bench, Setup, Subject

from .finding import GOOD, finds, source_of


def with_option(parent, name, kind, field):
    return type(
        "Some", (parent,), {"type": "some", "__annotations__": {name: kind}, name: field, "__module__": __name__}
    )


class Loose(Source):
    """Takes anything."""

    model_config = ConfigDict(frozen=False, extra="ignore", hide_input_in_errors=False)
    type = "Loose Rows"
    rows: int = Field(1, description="")


class Undescribed(Source):
    type = "some.rows"


class Telling(Connection):
    """Tells its secret wherever it can."""

    type = "telling"
    password: str = Field("in the open", description="Not marked as a secret.")
    pin: SecretStr = Field(SecretStr("hush-hush"), description="Marked.")

    @property
    def title(self):
        return f"telling {self.pin.get_secret_value()}"

    @contextmanager
    def open(self):
        logger.info("pin {}", self.pin.get_secret_value())
        yield object()

    def check(self, session):
        return f"user {self.pin.get_secret_value()}"


class Leaking(Connection):
    """Starts a thread and forgets it; remembers who asked; closes for all."""

    type = "leaking"

    @contextmanager
    def open(self):
        stop = threading.Event()
        threading.Thread(target=stop.wait, args=(4,), daemon=True).start()
        yield stop

    def check(self, session):
        return ""


class Shared(Connection):
    """Has one session for all, and swallows the run's errors."""

    type = "shared"

    @contextmanager
    def open(self):
        OPEN.append(1)
        try:
            yield OPEN
        except KeyError:
            pass
        finally:
            OPEN.clear()

    def check(self, session):
        assert session, "closed"
        return f"thread {threading.get_ident()}"


OPEN = []


@pytest.mark.parametrize(
    ("case", "cls"),
    [
        (component.options_are_documented, Loose),
        (component.options_are_frozen, Loose),
        (component.unknown_option_is_refused, Loose),
        (component.mistakes_hide_what_was_given, Loose),
        (component.type_has_its_form, Loose),
        (component.class_tells_what_it_is, Undescribed),
        (component.secrets_stay_secret, Telling),
        (connection.credentials_are_secret, Telling),
        (connection.check_says_who_answered, Telling),
        (connection.logs_hold_no_secret, Telling),
        (connection.check_says_who_answered, Leaking),
        (connection.nothing_is_left_open, Leaking),
        (connection.two_sessions_are_independent, Shared),
        (connection.a_failure_within_closes_the_session, Shared),
        (connection.fails_as_told(Setup()), Shared),
    ],
)
def test_defects_of_components_and_connections_are_found(case, cls, tmp_path):
    finds(case, tmp_path, cls)


def test_a_secret_that_is_also_a_plain_option_is_told_to_the_author(tmp_path):
    bench = Bench(Subject(component=Telling, options={"pin": "same", "password": "same"}), tmp_path, tmp_path)
    with pytest.raises(AssertionError, match="choose other secrets for the suite: password holds the same word"):
        component.secrets_stay_secret(bench)


def test_an_option_that_hides_a_method_is_found(tmp_path):
    with pytest.warns(UserWarning, match="shadows"):
        cls = with_option(Transform, "compile", int, Field(1, description="x"))
    finds(component.options_shadow_nothing, tmp_path, cls)


def test_a_suite_refuses_to_leave_out_a_case_that_it_does_not_have():
    with pytest.raises(ValueError, match="no such case: two_reads"):
        source_suite(source_of(GOOD), {}, without={"two_reads": "typo"})


def test_a_suite_has_one_item_a_case_and_marks_those_left_out():
    suite = source_suite(source_of(GOOD), {}, without={"two_reads_are_equal": "reasons"}, failing={"x": Setup()})
    (mark,) = suite.pytestmark
    names = [item.id for item in mark.args[1]]
    assert len(names) == len(set(names)) > 24
    assert "fails_as_told: x" in names
    assert [item.id for item in mark.args[1] if item.marks] == ["two_reads_are_equal"]


def test_relative_paths_start_beside_the_test_module():
    seen = []

    class Beside(Source):
        type = "some.rows"
        path: InputPath

        def extract(self, session, window):
            seen.append(self.path)
            return iter(GOOD)

    suite = source_suite(Beside, {"path": Path(__file__).name})
    case = next(item.values[0] for item in suite.pytestmark[0].args[1] if item.id == "two_reads_are_equal")
    suite(case, SimpleNamespace(path=Path(__file__)), Path("/nowhere"))
    assert set(seen) == {Path(__file__)}


def test_lines_of_both_kinds_of_logging_are_collected(pimflow_log, pimflow_run):
    import logging

    logger.debug("from loguru {}", pimflow_run.pipeline)
    logging.getLogger("some").info("from %s", "logging")
    assert any("from loguru testkit" in line for line in pimflow_log)
    assert any("from logging" in line for line in pimflow_log)
