"""What who has to do about a run, in sentences; and that there is nothing to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

from pimflow.model import Cause, FlowReport, ProblemKind, RunReport, Who
from pimflow.notifying.occasions import cause_id, undelivered
from pimflow.report import cause_sentence
from pimflow.words import full_stop, listed

_NAMES = {
    Who.PRODUCT_MANAGER: "the product manager",
    Who.SOURCE_TEAM: "the ERP team",
    Who.ADMINISTRATOR: "your administrator",
}
_PASSES = frozenset({ProblemKind.RATE_LIMIT, ProblemKind.CONNECTION})
_OF_ALL = {**_NAMES, Who.ADMINISTRATOR: "the administrator"}
Told = tuple[FlowReport, Cause]


def whose(report: RunReport, *, failed: bool) -> str:
    """Say in one line who has something to do."""
    found = Counter(cause.problem.who for flow in report.flows for cause in flow.causes if cause.problem.remedy)
    if not found:
        return "To do: find out why it failed, or wait for the next run." if failed else "Nothing to do."
    return f"To do for {listed([f'{_OF_ALL[who]}: {_causes(found[who])}' for who in Who if found[who]])}."


def remedies(report: RunReport, who: Who, told: Collection[Who]) -> list[str]:
    """Say what is to be done about a failure: the administrator, or nothing."""
    if who is not Who.ADMINISTRATOR:
        was_told = Who.ADMINISTRATOR in told
        return ["Nothing to do for you: your administrator was told." if was_told else "Tell your administrator."]
    errors = [error for error in (report.error, *map(_error, report.flows)) if error]
    asked = list(dict.fromkeys(sentence for error in errors for sentence in _asked(error)))
    if asked:
        return [f"What you must do: {' '.join(asked)}"]
    kinds = {flow.error_kind for flow in report.flows if flow.error}
    if (undelivered(report) and not errors) or (kinds and kinds <= _PASSES):
        return ["Nothing to do yet: the next run tries again by itself. If that fails too, look into it."]
    if not errors:
        return ["What you must do: look at what was refused, with those whose products these are."]
    return ["What you must do: find out why; the log has every detail."]


def _error(flow: FlowReport) -> str:
    """Give what stopped a flow; of one that a guard held back what the administrator is told apart."""
    is_held_back = flow.error and flow.error_kind is None and flow.detail
    return flow.detail if is_held_back else flow.error


def _asked(error: str) -> list[str]:
    """Give the sentences of an error that ask for something; the first tells what happened, some what did not."""
    sentences = [full_stop(sentence) for sentence in error.split(". ")[1:]]
    return [sentence for sentence in sentences if not sentence.startswith("Nothing was ")]


def duties(
    report: RunReport, who: Who | None, told: Collection[Who], known: Collection[str], *, quiet: bool
) -> list[str]:
    """Say what one of the three must do about each cause that is new, and what others do; None: who must do what.

    `known` are the ids of causes that they were told before. `quiet`: that there is nothing to do is said elsewhere.
    """
    found = [(flow, cause) for flow in report.flows for cause in flow.causes]
    new = [one for one in found if cause_id(*one) not in known]
    mine = [one for one in new if one[1].problem.who is who]
    nothing = [] if quiet or (who is None and new) else ["Nothing to do for you." if who else "Nothing to do."]
    lines = ["What you must do:", *_lines(mine)] if mine else nothing
    for other in Who:
        theirs = [one for one in new if one[1].problem.who is other] if other is not who else []
        if theirs:
            lines += [_head(other, told) if who else f"For {_OF_ALL[other]} to do:", *_lines(theirs)]
    before = len(found) - len(new)
    return [*lines, f"Told before and still open: {_causes(before)}."] if before else lines


def _head(other: Who, told: Collection[Who]) -> str:
    if other in told:
        return f"Nothing to do for you here: {_NAMES[other]} was told."
    return f"To pass on to {_NAMES[other]}:"


def _lines(found: Collection[Told]) -> Iterator[str]:
    for flow, cause in found:
        yield f"  - {cause_sentence(cause, flow)}"
        if cause.problem.remedy:
            yield f"    {cause.problem.remedy}"


def _causes(number: int) -> str:
    return f"{number:,} {'cause' if number == 1 else 'causes'}"
