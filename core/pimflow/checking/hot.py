"""Columns that change all day and are mapped into a PIM: told, whether the systems were asked or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pimflow.assemble import Assembly, Flow
from pimflow.checking.expecting import followed
from pimflow.model import Field, Problem, Who
from pimflow.outlook import Expected, Finding, Severity
from pimflow.sentences import said
from pimflow.sinks import Writer

_ANY = " any column "
"""Stands for a column that no transform names: it comes out where others pass."""
_REMEDY = said("Let them go from the ERP to the shop, and leave this column out. A reference price is fine.")


def of_columns(flow: Flow, expected: Mapping[str, Expected], writer: Writer) -> Iterator[Finding]:
    """Tell of hot columns that the target would take."""
    for name, one in expected.items():
        if one.hot and writer.knows(name):
            yield _finding(flow, name)


def unasked(assembly: Assembly) -> Iterator[tuple[str, Finding]]:
    """Tell, flow by flow, of columns that are hot whatever the systems say. Reads files only.

    A column that only passes is not told: whether the target takes it, nobody knows yet.
    """
    for flow in assembly.flows:
        always = flow.source.always_hot if any(sink.is_pim for sink in flow.sinks) else ()
        passes = _ANY in followed(flow, [Field(_ANY, "text")])
        for name, one in followed(flow, [Field(name, "number", hot=True) for name in sorted(always)]).items():
            if one.hot and not (passes and name in always):
                yield flow.name, _finding(flow, name)


def _finding(flow: Flow, column: str) -> Finding:
    reason = said(
        "{source} changes it all day; stock and current prices do not belong into a PIM", source=said(flow.source.title)
    )
    return Finding(Severity.WARNING, Problem(reason, field=column, remedy=_REMEDY, who=Who.ADMINISTRATOR))
