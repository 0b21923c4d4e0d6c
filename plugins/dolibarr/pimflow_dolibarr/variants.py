"""Makes variants: products that a template and some values of attributes tell apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pimflow import Change, Problem, ProblemKind, RowProblem, Who, said
from pimflow_dolibarr.answers import TITLE
from pimflow_dolibarr.families import features_of, refs
from pimflow_dolibarr.places import ATTRIBUTES, TEMPLATE
from pimflow_dolibarr.session import Record, Session


class WaitingError(Exception):
    """A record waits for another one that is not there yet."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


def must_differ(change: Change) -> None:
    """Raise RowProblem for a variant that nothing would tell apart."""
    if not _features(change):
        ref = str(change.payload[TEMPLATE])
        raise RowProblem(
            TEMPLATE, ref, said("and none of the attributes of a variant is filled"), kind=ProblemKind.MISSING
        )


def make_variant(session: Session, change: Change, template: Record | None) -> int:
    """Make the variant of a template and give its id. Raises WaitingError, RowProblem.

    Dolibarr would make a combination that is there a second time, and leave the first product without one.
    """
    if template is None:
        raise WaitingError(_awaited(str(change.payload[TEMPLATE])))
    must_differ(change)
    parent, features = int(template["id"]), _features(change)
    there = [one for one, other in features_of(session, parent).items() if other == features]
    if there:
        raise _twice(session, there[0])
    body = {
        "weight_impact": 0,
        "price_impact": 0,
        "price_impact_is_percent": False,
        "features": _ids(session, features),
        "reference": change.key,
    }
    return int(session.write("POST", f"products/{parent}/variants", body))


def _features(change: Change) -> dict[str, str]:
    return {
        name.removeprefix(ATTRIBUTES): str(value)
        for name, value in change.payload.items()
        if name.startswith(ATTRIBUTES) and value
    }


def _ids(session: Session, features: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for attribute in session.catalog.attributes.values():
        if attribute.ref in features:
            value = features[attribute.ref]
            found[str(attribute.id)] = next(number for number, ref in attribute.values.items() if ref == value)
    return found


def _twice(session: Session, variant: int) -> RowProblem:
    name = refs(session, [variant]).get(variant, str(variant))
    return RowProblem(
        TEMPLATE,
        None,
        said("variant {code} of the same template already has these values", code=name),
        kind=ProblemKind.DUPLICATE,
        remedy=said("Decide with the ERP team which one is right."),
        who=Who.PRODUCT_MANAGER,
    )


def _awaited(ref: str) -> Problem:
    return Problem(
        said("{title} has no such {noun}, and it did not come in this run", title=TITLE, noun=said("product")),
        ProblemKind.REFERENCE,
        TEMPLATE,
        ref,
        said("Send the template too, or have it made in {title}; the variant then goes by itself.", title=TITLE),
        Who.SOURCE_TEAM,
    )
