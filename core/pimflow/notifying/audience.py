"""Whom what concerns: a report as one recipient sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from pimflow.components import Notifier
from pimflow.model import FlowReport, Problem, ProblemKind, RunReport, Status, Who
from pimflow.notifying.occasions import lost

_OF_PRODUCTS = frozenset(
    {
        ProblemKind.VALUE,
        ProblemKind.MISSING,
        ProblemKind.REFERENCE,
        ProblemKind.DUPLICATE,
        ProblemKind.TOO_LARGE,
    }
)
_KINDS: Mapping[Who | None, frozenset[ProblemKind]] = {
    None: frozenset(ProblemKind),
    Who.PRODUCT_MANAGER: _OF_PRODUCTS,
    Who.SOURCE_TEAM: _OF_PRODUCTS,
    Who.ADMINISTRATOR: frozenset(ProblemKind) - _OF_PRODUCTS,
}


def concerns(notifier: Notifier, problem: Problem) -> bool:
    """Tell whether a problem concerns those who read what this notifier tells.

    What an administrator has to mend concerns the product manager as well, whose product it is: with nothing to do.
    """
    if notifier.for_ is Who.SOURCE_TEAM and problem.who is not Who.SOURCE_TEAM:
        return False
    if notifier.kinds:
        return problem.kind in notifier.kinds
    theirs = notifier.for_ is Who.ADMINISTRATOR and problem.who is Who.ADMINISTRATOR
    return theirs or problem.kind in _KINDS[notifier.for_]


def failure_concerns(notifier: Notifier, report: RunReport) -> bool:
    """Tell whether it concerns them that a run failed: the administrator always, others where it is about records."""
    if notifier.for_ in {None, Who.ADMINISTRATOR} and not notifier.kinds:
        return True
    return not _kinds_of_failure(report).isdisjoint(notifier.kinds or _KINDS[notifier.for_])


def kills_concern(notifier: Notifier) -> bool:
    """Tell whether it concerns them that the process of a run was killed."""
    return ProblemKind.CONNECTION in (notifier.kinds or _KINDS[notifier.for_])


def seen_by(notifier: Notifier, report: RunReport) -> RunReport:
    """Give a report with the problems that concern them; a record may have several, so their number is a most."""
    return replace(report, flows=tuple(_seen_by(notifier, flow) for flow in report.flows))


def _seen_by(notifier: Notifier, flow: FlowReport) -> FlowReport:
    left = tuple(cause for cause in flow.causes if concerns(notifier, cause.problem))
    if len(left) == len(flow.causes):
        return flow
    refused = sum(cause.count for cause in left if cause.status is Status.REFUSED)
    counts = {**flow.counts, Status.REFUSED: min(flow.counts.get(Status.REFUSED, 0), refused)}
    return replace(flow, counts=counts, causes=left, attention=min(flow.attention, sum(one.count for one in left)))


def _kinds_of_failure(report: RunReport) -> frozenset[ProblemKind]:
    """Tell of what classes the problems are that made a run fail; what has none is the administrator's."""
    if report.error:
        return frozenset({ProblemKind.CONNECTION})
    return frozenset(kind for flow in report.flows if flow.exit_code for kind in _kinds_of_flow(flow))


def _kinds_of_flow(flow: FlowReport) -> Iterator[ProblemKind]:
    if flow.error or lost(flow):
        yield flow.error_kind or ProblemKind.CONNECTION
    else:
        yield from (cause.problem.kind for cause in flow.causes if cause.status is Status.REFUSED)
