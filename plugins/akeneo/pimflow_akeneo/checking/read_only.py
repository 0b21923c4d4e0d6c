"""Whether people can change in the PIM what comes from the ERP, and what then puts it back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pimflow import Finding, Problem, ProblemKind, Severity, Who, said
from pimflow_akeneo.checking.subject import Subject, finding, listed
from pimflow_akeneo.model import Attribute

ERP = "erp"
"""The attribute group that ships, for what an ERP owns."""


def check(subject: Subject) -> Iterator[Finding]:
    """Tell where the edition has no read-only attributes and nothing puts them back, or some are not read only."""
    ours = _of_the_erp(subject)
    if not ours:
        return
    if not subject.catalog.model.has_read_only:
        if not subject.outlook.puts_back:
            yield _no_switch()
        return
    changeable = [code for code, attribute in ours.items() if not attribute.is_read_only]
    if changeable:
        reason = said("people can change what only this pipeline should write: {names}", names=listed(changeable, 20))
        remedy = said(
            "Make them read only, in the PIM or with `is_read_only: true` in a file for `pimflow akeneo provision`."
        )
        yield finding(Severity.NOTE, None, reason, remedy, kind=ProblemKind.PERMISSION)


def _of_the_erp(subject: Subject) -> Mapping[str, Attribute]:
    """Give the attributes that the flow's owner has alone, and those of the ERP's group, by code."""
    outlook = subject.outlook
    written = {name: column.attribute for name, column in subject.values.items() if name not in outlook.once}
    return {one.code: one for name, one in written.items() if name in outlook.owned or one.group == ERP}


def _no_switch() -> Finding:
    reason = said(
        "this edition cannot make attributes read only; labels can say that values come from the ERP, and people can "
        "change them all the same"
    )
    remedy = said(
        "Give it `diff: target` and let it run on a schedule, such as each night: it puts back what was changed."
    )
    problem = Problem(reason, ProblemKind.PERMISSION, remedy=remedy, who=Who.ADMINISTRATOR)
    return Finding(Severity.NOTE, problem, about="PIM")
