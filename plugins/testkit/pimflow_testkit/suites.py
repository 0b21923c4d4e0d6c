"""The contract suites: one call gives a test function with one item a case.

Every suite takes `options` as the YAML has them, or a function that makes them from an empty folder. Relative paths
start at the folder of the test module. `without={"case": "reason"}` leaves out cases, each with its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from pimflow import Connection, Level, Notifier, Sink, Source, Transform, WholeTransform
from pimflow_testkit import (
    component_cases,
    connection_cases,
    notifier_cases,
    sink_cases,
    source_cases,
    transform_cases,
    whole_transform_cases,
)
from pimflow_testkit.bench import Around, Bench, Case, Options, Row, Setup, Subject

Suite = Callable[..., None]
_NONE: Mapping[str, Any] = {}


def connection_suite(
    connection: type[Connection],
    options: Options,
    *,
    session: Around = nullcontext,
    failing: Mapping[str, Setup] = _NONE,
    secrets: Sequence[str] = (),
    without: Mapping[str, str] = _NONE,
) -> Suite:
    """Make the suite of a connection. `session` surrounds each case, as in `lambda: replayed("login.json")`."""
    subject = Subject(component=connection, options=options, session=session, failing=failing, secrets=secrets)
    return _suite(subject, connection_cases.CASES, connection_cases.fails_as_told, without)


def source_suite(
    source: type[Source],
    options: Options,
    *,
    session: Around = nullcontext,
    fill: Callable[[Path, Sequence[str], Iterable[Sequence[str]]], Mapping[str, Any]] | None = None,
    changed: str | None = None,
    pages: Mapping[str, Any] | None = None,
    parts: Mapping[str, Any] | None = None,
    failing: Mapping[str, Setup] = _NONE,
    secrets: Sequence[str] = (),
    without: Mapping[str, str] = _NONE,
) -> Suite:
    """Make the suite of a source; its options lead to one record at least.

    `session` gives its session. `fill(folder, header, rows)` puts rows where a source can read them, and gives the
    options for that. `changed` names the column with the time of the last change, `pages` the option that makes pages
    small, `parts` the options that cut the read into several.
    """
    subject = Subject(
        component=source,
        options=options,
        session=session,
        fill=fill,
        changed=changed,
        pages=pages,
        parts=parts,
        failing=failing,
        secrets=secrets,
    )
    return _suite(subject, source_cases.CASES, source_cases.fails_as_told, without)


def transform_suite(
    transform: type[Transform],
    options: Any,
    *,
    rows: Sequence[Row],
    knows: Callable[[str], bool] = lambda _: True,
    levels: Mapping[str, Sequence[Level]] = _NONE,
    without: Mapping[str, str] = _NONE,
) -> Suite:
    """Make the suite of a transform. `options` is what the YAML has behind its name; one of `rows` must go on.

    `levels` are those of each family variant that a `WholeTransform` may ask its target for.
    """
    root = transform.root
    given: Options = options if root is None else _under(root, options)
    header = tuple(dict.fromkeys(name for row in rows for name in row))
    subject = Subject(component=transform, options=given, rows=rows, header=header, knows=knows, levels=levels)
    whole = issubclass(transform, WholeTransform)
    return _suite(subject, whole_transform_cases.CASES if whole else transform_cases.CASES, None, without)


def sink_suite(
    sink: type[Sink],
    options: Options,
    *,
    rows: Sequence[Row],
    session: Around = nullcontext,
    target: Callable[[Path], Any] | None = None,
    failing: Mapping[str, Setup] = _NONE,
    secrets: Sequence[str] = (),
    without: Mapping[str, str] = _NONE,
) -> Suite:
    """Make the suite of a sink. `rows` are good ones, with different keys.

    `session` gives its session. `target(folder)` gives what a file sink has written, None before there is any.
    """
    subject = Subject(
        component=sink, options=options, session=session, rows=rows, target=target, failing=failing, secrets=secrets
    )
    return _suite(subject, sink_cases.CASES, sink_cases.fails_as_told, without)


def notifier_suite(
    notifier: type[Notifier],
    options: Options,
    *,
    session: Around = nullcontext,
    arrived: Callable[[], Sequence[Any]] | None = None,
    failing: Mapping[str, Setup] = _NONE,
    secrets: Sequence[str] = (),
    without: Mapping[str, str] = _NONE,
) -> Suite:
    """Make the suite of a notifier. `session` surrounds each case, with a server that takes messages.

    `options` as a function is called within it, so that it may name the server's port. `arrived` gives all that arrived
    up to now.
    """
    subject = Subject(
        component=notifier, options=options, session=session, arrived=arrived, failing=failing, secrets=secrets
    )
    return _suite(subject, notifier_cases.CASES, notifier_cases.fails_as_told, without)


def _under(root: str, options: Any) -> Options:
    if callable(options):
        return lambda folder: {root: options(folder)}
    return {root: options}


def _suite(
    subject: Subject,
    checks: Sequence[Callable[[Bench], None]],
    failing: Callable[[Setup], Callable[[Bench], None]] | None,
    without: Mapping[str, str],
) -> Suite:
    cases = [Case(check.__name__, check) for check in (*component_cases.CASES, *checks)]
    if failing is not None:
        cases += [Case(f"fails_as_told: {name}", failing(setup)) for name, setup in subject.failing.items()]
    unknown = sorted(set(without) - {case.name for case in cases})
    if unknown:
        raise ValueError(f"no such case: {', '.join(unknown)}")

    @pytest.mark.parametrize("case", [_item(case, without) for case in cases])
    def test_contract(case: Case, request: pytest.FixtureRequest, tmp_path: Path) -> None:
        case.check(Bench(subject, request.path.parent, tmp_path))

    return test_contract


def _item(case: Case, without: Mapping[str, str]) -> Any:
    marks = [pytest.mark.skip(reason=without[case.name])] if case.name in without else []
    return pytest.param(case, id=case.name, marks=marks)
