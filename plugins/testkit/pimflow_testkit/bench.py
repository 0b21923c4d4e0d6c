"""What a case works on: the component under test, made from its options, and the place where files may lie."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pimflow import Component, FlowError, Level, PimflowError

Options = Mapping[str, Any] | Callable[[Path], Mapping[str, Any]]
"""Options as in the YAML; or a function that makes them, given an empty folder for files."""

Around = Callable[[], AbstractContextManager[Any]]
"""Makes a context manager: it gives the session of a source or sink, and surrounds what a connection does."""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Setup:
    """Circumstances in which the component must fail with an error of pimflow, `raises` or one below it.

    What is left out is as in the rest of the suite.
    """

    options: Options | None = None
    session: Around | None = None
    raises: type[PimflowError] = FlowError


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What the author tells about the component. Fields that a kind does not need keep their defaults."""

    component: type[Component]
    options: Options
    session: Around = nullcontext
    failing: Mapping[str, Setup] = field(default_factory=dict)
    secrets: Sequence[str] = ()
    rows: Sequence[Row] = ()
    header: Sequence[str] = ()
    knows: Callable[[str], bool] = lambda _: True
    levels: Mapping[str, Sequence[Level]] = field(default_factory=dict)
    fill: Callable[[Path, Sequence[str], Iterable[Sequence[str]]], Mapping[str, Any]] | None = None
    changed: str | None = None
    pages: Mapping[str, Any] | None = None
    parts: Mapping[str, Any] | None = None
    target: Callable[[Path], Any] | None = None
    arrived: Callable[[], Sequence[Any]] | None = None


@dataclass(frozen=True)
class Bench:
    """One case's place: `folder` holds the test module, `tmp` is empty and writable."""

    subject: Subject
    folder: Path
    tmp: Path

    def make(self, **more: Any) -> Any:
        """Make the component from its options and `more`; relative paths start at `folder`."""
        options = self.subject.options
        given = options(self.tmp) if callable(options) else options
        return self.subject.component.model_validate({**given, **more}, context={"folder": self.folder})

    def made_from(self, options: Mapping[str, Any]) -> Any:
        """Make the component from other options."""
        return self.subject.component.model_validate(options, context={"folder": self.folder})

    def session(self) -> AbstractContextManager[Any]:
        """Open the author's session, or surround a connection."""
        return self.subject.session()

    def under(self, setup: Setup) -> Bench:
        """Give the bench with other circumstances."""
        options, session = setup.options or self.subject.options, setup.session or self.subject.session
        return Bench(replace(self.subject, options=options, session=session), self.folder, self.tmp)


@dataclass(frozen=True)
class Case:
    """One item of a suite."""

    name: str
    check: Callable[[Bench], None]
