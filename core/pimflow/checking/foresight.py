"""What can be known of a flow before its rows are read, held against its targets."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from pimflow.assemble import Assembly, Flow
from pimflow.checking import hot, ownership
from pimflow.checking.expecting import expected_columns
from pimflow.checking.wrong_environment import wrong_environment
from pimflow.context import FlowProgress, RunContext
from pimflow.delivering.delivery import Delivery
from pimflow.errors import MappingError, RowProblem
from pimflow.model import Header, ProblemKind
from pimflow.outlook import Expected, Finding, Outlook, Severity
from pimflow.report import shown
from pimflow.sentences import joined, said
from pimflow.sinks import Writer
from pimflow.transforming.compiling import Sinks
from pimflow.words import capital, full_stop

BAD = frozenset({Severity.FATAL, Severity.ERROR})
_OTHERS_SHOWN = 5


def find(
    assembly: Assembly, flow: Flow, expected: Mapping[str, Expected], writers: Sequence[Writer], *, thorough: bool
) -> Iterator[Finding]:
    """Give what is wrong with a flow as its targets are now; what several of them say comes once."""
    told = set()
    for sink, writer in zip(flow.sinks, writers, strict=True):
        others = Sinks([other for other in writers if other is not writer])
        refused = writer.check_columns(tuple(expected))
        for finding in (
            *_refused(refused, others),
            *(hot.of_columns(flow, expected, writer) if sink.is_pim else ()),
            *(ownership.of_writer(assembly.pipeline, flow, sink, writer, expected) if thorough else ()),
            *writer.check(_outlook(assembly, flow, expected, writer, refused, thorough=thorough)),
        ):
            problem = finding.problem
            of = (finding.severity, finding.origin, finding.about)
            cause = (*of, problem.field, problem.reason, repr(problem.value))
            if cause not in told:
                told.add(cause)
                yield finding


def _refused(refused: Mapping[str, RowProblem], others: Sinks) -> Iterator[Finding]:
    for name, reason in refused.items():
        if not others.knows(name):
            yield Finding(Severity.ERROR, replace(reason.problem, field=reason.problem.field or name))


def _outlook(
    assembly: Assembly,
    flow: Flow,
    expected: Mapping[str, Expected],
    writer: Writer,
    refused: Collection[str],
    *,
    thorough: bool,
) -> Outlook:
    columns = {name: known for name, known in expected.items() if name not in refused}
    return Outlook(
        flow.name,
        flow.source.title,
        columns,
        tuple(refused),
        thorough,
        ownership.owned(assembly.pipeline, flow, writer, columns),
        frozenset(flow.config.once),
        ownership.is_put_back(assembly, flow),
    )


def softened(findings: Iterable[Finding], flow: Flow, assembly: Assembly) -> Iterator[Finding]:
    """Make warnings of what the target lacks where flows of another kind write there before, which may bring it."""
    own = {(assembly.address(sink), sink.type) for sink in flow.sinks}
    before = {(assembly.address(sink), sink.type) for other in _needed(flow, assembly) for sink in other.sinks} - own
    brought = {address for address, _ in before} & {address for address, _ in own}
    for finding in findings:
        problem = finding.problem
        if not brought or finding.severity not in BAD or problem.kind is not ProblemKind.REFERENCE:
            yield finding
            continue
        remedy = joined([said("Nothing to do if it arrives earlier in the same run."), problem.remedy])
        yield replace(finding, severity=Severity.WARNING, problem=replace(problem, remedy=remedy))


def _needed(flow: Flow, assembly: Assembly) -> list[Flow]:
    """Give the flows that a flow needs, and those that these need; they stand in the order in which they run."""
    names = set(flow.config.needs)
    found = []
    for other in reversed(assembly.flows):
        if other.name in names:
            found.append(other)
            names.update(other.config.needs)
    return found


def before_full_run(
    context: RunContext, flow: Flow, header: Header, deliveries: Sequence[Delivery], done: FlowProgress
) -> None:
    """Tell what changed in the targets of a flow that reads everything, asking them nothing that the run does not ask.

    Raises MappingError where nothing of the flow could arrive.
    """
    if not context.is_full(done.window):
        return
    writers = [delivery.target.writer for delivery in deliveries]
    found = [
        *wrong_environment(context.assembly, flow, guess=False),
        *find(context.assembly, flow, expected_columns(flow, header, ()), writers, thorough=False),
    ]
    if context.run.dry:
        found = list(softened(found, flow, context.assembly))
    changes = [finding for finding in found if finding.severity is Severity.CHANGE]
    deliveries[0].notes.extend(
        said("Since the last check: {change}", change=full_stop(sentence(one))) for one in changes
    )
    fatal = [one for one in found if one.severity is Severity.FATAL]
    if fatal:
        told = (joined([capital(full_stop(_labelled(one, writers))), one.problem.remedy]) for one in fatal)
        raise MappingError(
            joined([*told, said("Nothing was written; `pimflow check` tells all that is wrong")]),
            detail=" ".join(one.problem.detail for one in fatal).strip(),
        )


def _labelled(finding: Finding, writers: Sequence[Writer]) -> str:
    """Put the name before it by which people in the target know the column."""
    field = finding.problem.field or ""
    label = next((label for writer in writers if (label := writer.label(field)) != field), field)
    return said("{field}: {reason}", field=label, reason=sentence(finding)) if field else sentence(finding)


def sentence(finding: Finding) -> str:
    """Say what was found, without its column: `the table colours.csv says 'BORD', the PIM has no such option`."""
    value, reason = finding.problem.value, said(finding.problem.reason)
    if value is not None:
        source = said(finding.origin) if finding.origin else said("the mapping")
        reason = said("{source} says {value}, {reason}", source=source, value=shown(value), reason=reason)
    if not finding.others:
        return reason
    more = len(finding.others) - _OTHERS_SHOWN
    others = ", ".join(map(shown, finding.others[:_OTHERS_SHOWN]))
    if more > 0:
        return said("{what}; likewise {others} and {more} more", what=reason, others=others, more=more)
    return said("{what}; likewise {others}", what=reason, others=others)
