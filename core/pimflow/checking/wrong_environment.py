"""A source for tests that is wired to a target which is not."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pimflow.assemble import Assembly, Flow
from pimflow.components import Connection
from pimflow.model import Problem, ProblemKind, Who
from pimflow.outlook import Finding, Severity
from pimflow.sentences import said

_TEST_WORDS = frozenset(
    ("test", "testing", "staging", "stage", "sandbox", "dev", "development", "demo", "localhost", "uat", "qa")
)


def wrong_environment(assembly: Assembly, flow: Flow, *, guess: bool) -> Iterator[Finding]:
    """Tell of a source for tests whose target is none: as the connections say, or with `guess` their addresses."""
    source = assembly.connection(flow.source)
    for sink in flow.sinks:
        target = assembly.connection(sink)
        if source is None or target is None:
            continue
        ends = {"source": _place(source), "target": _place(target)}
        if (source.purpose, target.purpose) == ("test", "production"):
            yield _environment(
                Severity.FATAL, said("{source} is for tests, and {target} is not: their connections say so", **ends)
            )
        elif guess and not (source.purpose and target.purpose) and _is_test(source) and not _is_test(target):
            yield _environment(
                Severity.WARNING,
                said("{source} is for tests, and {target} is not, by the look of their addresses", **ends),
            )


def _environment(severity: Severity, reason: str) -> Finding:
    remedy = said(
        "Take the other address; or say what each system is for with `purpose: test` or `purpose: production` "
        "in its connection."
    )
    return Finding(severity, Problem(reason, ProblemKind.CONNECTION, remedy=remedy, who=Who.ADMINISTRATOR))


def _place(connection: Connection) -> str:
    return said("{title} at {address}", title=said(connection.title), address=connection.address)


def _is_test(connection: Connection) -> bool:
    """Tell whether a connection, or else a word of its address, says that it is for tests."""
    if connection.purpose is not None:
        return connection.purpose == "test"
    words = {word.rstrip("0123456789") for word in re.split(r"[^a-z0-9]+", connection.address.lower())}
    return bool(_TEST_WORDS & words) or "//127." in connection.address
