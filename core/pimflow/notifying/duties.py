"""What who has to do about a run, in sentences; and that there is nothing to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from pimflow.model import Cause, FlowReport, ProblemKind, RunReport, Who
from pimflow.notifying.occasions import cause_id, undelivered
from pimflow.report import cause_sentence
from pimflow.sentences import Said, Words, in_language, said, together
from pimflow.words import full_stop, listed

_PASSES = frozenset({ProblemKind.RATE_LIMIT, ProblemKind.CONNECTION})
Told = tuple[FlowReport, Cause]


@dataclass(frozen=True, slots=True)
class _Whose:
    """What is said of somebody: what is theirs, that they were told, what to pass on to them, what is counted."""

    tasks: Said
    was_told: Said
    to_pass_on: Said
    counted: Said


_OF = {
    Who.PRODUCT_MANAGER: _Whose(
        said("For the product manager to do:"),
        said("Nothing to do for you here: the product manager was told."),
        said("To pass on to the product manager:"),
        said("the product manager: {causes}"),
    ),
    Who.SOURCE_TEAM: _Whose(
        said("For the ERP team to do:"),
        said("Nothing to do for you here: the ERP team was told."),
        said("To pass on to the ERP team:"),
        said("the ERP team: {causes}"),
    ),
    Who.ADMINISTRATOR: _Whose(
        said("For the administrator to do:"),
        said("Nothing to do for you here: your administrator was told."),
        said("To pass on to your administrator:"),
        said("the administrator: {causes}"),
    ),
}


def whose(report: RunReport, *, failed: bool) -> str:
    """Say in one line who has something to do."""
    found = Counter(cause.problem.who for flow in report.flows for cause in flow.causes if cause.problem.remedy)
    if found:
        counted = [said(str(_OF[who].counted), causes=_causes(found[who])) for who in Who if found[who]]
        return said("To do for {people}.", people=listed(counted))
    if failed:
        return said("To do: find out why it failed, or wait for the next run.")
    return said("Nothing to do.")


def remedies(report: RunReport, who: Who, told: Collection[Who], words: Words) -> list[str]:
    """Say what is to be done about a failure, in a language: the administrator, or nothing."""
    if who is not Who.ADMINISTRATOR:
        was_told = Who.ADMINISTRATOR in told
        nothing = said("Nothing to do for you: your administrator was told.")
        return [nothing if was_told else said("Tell your administrator.")]
    errors = [error for error in (report.error, *map(_error, report.flows)) if error]
    asked = list(dict.fromkeys(sentence for error in errors for sentence in _asked(error, words)))
    if asked:
        return [said("What you must do: {tasks}", tasks=" ".join(asked))]
    kinds = {flow.error_kind for flow in report.flows if flow.error}
    if (undelivered(report) and not errors) or (kinds and kinds <= _PASSES):
        return [said("Nothing to do yet: the next run tries again by itself. If that fails too, look into it.")]
    if not errors:
        return [said("What you must do: look at what was refused, with those whose products these are.")]
    return [said("What you must do: find out why; the log has every detail.")]


def _error(flow: FlowReport) -> str:
    """Give what stopped a flow; of one that a guard held back what the administrator is told apart."""
    is_held_back = flow.error and flow.error_kind is None and flow.detail
    return flow.detail if is_held_back else flow.error


def _asked(error: str, words: Words) -> list[str]:
    """Give the sentences of an error that ask for something; the first tells what happened, some what did not."""
    english, told = str(error).split(". ")[1:], in_language(error, words).split(". ")[1:]
    if len(english) != len(told):
        return [full_stop(sentence) for sentence in told]
    pairs = zip(english, told, strict=True)
    return [full_stop(sentence) for original, sentence in pairs if not original.startswith("Nothing was ")]


def duties(
    report: RunReport, who: Who | None, told: Collection[Who], known: Collection[str], *, quiet: bool
) -> list[str]:
    """Say what one of the three must do about each cause that is new, and what others do; None: who must do what.

    `known` are the ids of causes that they were told before. `quiet`: that there is nothing to do is said elsewhere.
    """
    found = [(flow, cause) for flow in report.flows for cause in flow.causes]
    new = [one for one in found if cause_id(*one) not in known]
    mine = [one for one in new if one[1].problem.who is who]
    nothing = [] if quiet or (who is None and new) else [_nothing(who)]
    lines: list[str] = [said("What you must do:"), *_lines(mine)] if mine else nothing
    for other in Who:
        theirs = [one for one in new if one[1].problem.who is other] if other is not who else []
        if theirs:
            lines += [_head(other, told) if who else _OF[other].tasks, *_lines(theirs)]
    before = len(found) - len(new)
    return [*lines, said("Told before and still open: {causes}.", causes=_causes(before))] if before else lines


def _nothing(who: Who | None) -> str:
    return said("Nothing to do for you.") if who else said("Nothing to do.")


def _head(other: Who, told: Collection[Who]) -> str:
    return _OF[other].was_told if other in told else _OF[other].to_pass_on


def _lines(found: Collection[Told]) -> Iterator[str]:
    for flow, cause in found:
        yield together("  - {cause}", cause=cause_sentence(cause, flow))
        if cause.problem.remedy:
            yield together("    {remedy}", remedy=said(cause.problem.remedy))


def _causes(number: int) -> str:
    return said("{count:,} cause", count=number) if number == 1 else said("{count:,} causes", count=number)
