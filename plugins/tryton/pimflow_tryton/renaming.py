"""Gives products another code. Tryton composes it: the template's code, and what the variant adds behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pimflow import Change, Problem, ProblemKind, Who, said
from pimflow_erp.jobs import Job
from pimflow_tryton import calls
from pimflow_tryton.places import PRODUCT, TEMPLATE
from pimflow_tryton.session import Record, Session

ASKS = ("suffix_code", "template.code", "template.products")
"""What of a product has to be known."""


def rename(session: Session, batch: Sequence[Change], there: Mapping[str, Record]) -> dict[str, Problem]:
    """Write codes that are no longer those of the records; give those that Tryton refused.

    Of a template with one variant its own code becomes the new one; with several only what stands behind it can change.
    """
    alone: list[Job] = []
    among: list[Job] = []
    refused: dict[str, Problem] = {}
    for change in batch:
        record, code = there[change.key], str(change.payload["code"])
        prefix = record["template."]["code"] or ""
        if code == record["code"]:
            continue
        if len(record["template."]["products"]) == 1 and not record["suffix_code"]:
            alone.append(Job(change.key, {"code": code}, record["template."]["id"]))
        elif code.startswith(prefix):
            among.append(Job(change.key, {"suffix_code": code.removeprefix(prefix)}, record["id"]))
        else:
            refused[change.key] = _not_below(code, prefix)
    return refused | calls.write(session, TEMPLATE, alone) | calls.write(session, PRODUCT, among)


def _not_below(code: str, prefix: str) -> Problem:
    return Problem(
        said(
            "it is a variant of the template {template}, with whose code the codes of its variants begin",
            template=prefix,
        ),
        ProblemKind.VALUE,
        "code",
        code,
        said("Give it a code that begins so, or have it moved to another template in Tryton."),
        Who.SOURCE_TEAM,
    )
