"""Takes attributes out of products that have no attribute set: Tryton would refuse the whole product."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pimflow import Change, Problem, ProblemKind, Who, said
from pimflow_erp import cells
from pimflow_tryton.existing import PRODUCTS, TEMPLATES, find
from pimflow_tryton.places import ATTRIBUTES, TEMPLATE_CODE
from pimflow_tryton.session import Session

_SET = "attribute_set"


def fit(session: Session, batch: Sequence[Change]) -> Sequence[Change]:
    """Give the changes as Tryton can take them. Asks only where a row has attributes and does not name their set."""
    unsure = [change for change in batch if _attributes(change) and not change.payload.get(_SET)]
    if not unsure:
        return batch
    sets = _sets(session, unsure)
    named = {_template(change) for change in batch if change.payload.get(_SET)} - {""}
    lacking = {one.key for one in unsure if not sets.get(one.key) and _template(one) not in named}
    return [_without(change) if change.key in lacking else change for change in batch]


def _sets(session: Session, changes: Sequence[Change]) -> Mapping[str, object]:
    """Give the attribute sets of products by code: their own, or for new ones that of the template that they join."""
    there = find(session, PRODUCTS, [change.key for change in changes], [f"template.{_SET}"])
    found = {key: record["template."][_SET] for key, record in there.items()}
    joining = {change.key: code for change in changes if change.key not in there and (code := _template(change))}
    templates = find(session, TEMPLATES, sorted(set(joining.values())), [_SET]) if joining else {}
    return found | {key: templates[code][_SET] for key, code in joining.items() if code in templates}


def _attributes(change: Change) -> list[str]:
    return [name for name, value in change.payload.items() if name.startswith(ATTRIBUTES) and value is not None]


def _template(change: Change) -> str:
    return str(change.payload.get(TEMPLATE_CODE) or "")


def _without(change: Change) -> Change:
    return replace(change, item=cells.without(change.item, _attributes(change), _problem))


def _problem(column: str) -> Problem:
    """Tell the cause without the value: one cause an attribute is enough."""
    return Problem(
        said("Tryton takes attributes only where a product has an attribute set"),
        ProblemKind.MISSING,
        column,
        remedy=said("Choose the attribute set in Tryton, or map `attribute_set`; the value then goes by itself."),
        who=Who.ADMINISTRATOR,
    )
