"""New documents: what makes one of its kind, what it cannot be without, and in which order they are made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from pimflow import Change, Problem, ProblemKind, Who, said
from pimflow_erp.jobs import Job, Values
from pimflow_erp.wording import awaited
from pimflow_erpnext import calls, payloads, refusals
from pimflow_erpnext.answers import TITLE
from pimflow_erpnext.existing import CATEGORIES, PRODUCTS, PlaceOf, Target, find
from pimflow_erpnext.places import ATTRIBUTES, VARIANT_OF
from pimflow_erpnext.session import Record, Session
from pimflow_erpnext.templates import Templates, code_of

Refused = dict[str, Problem]


@dataclass(frozen=True, slots=True)
class Made:
    """What became of new documents: those that were refused, and those that wait for another one."""

    refused: Refused = field(default_factory=dict)
    waiting: Refused = field(default_factory=dict)


Create = Callable[[Session, PlaceOf, Sequence[Change]], Made]
"""Makes documents that are not there yet."""


def creator(target: Target) -> Create:
    """Give what makes documents that need nothing but their key."""
    return partial(_create, target)


def creator_of_items(target: Target, of_variants: Templates) -> Create:
    """Give what makes items; those without an item group or unit of stock of their own get the defaults."""

    def create(session: Session, place_of: PlaceOf, new: Sequence[Change]) -> Made:
        variants = new if target.resource == PRODUCTS.resource else ()
        templates, unmade = of_variants.of(session, place_of, variants)
        refused = {one.key: unmade[code] for one in variants if (code := code_of(one)) in unmade}
        waiting = {
            one.key: awaited(TITLE, said("template"), VARIANT_OF, code)
            for one in variants
            if (code := code_of(one)) and code not in templates and code not in unmade
        }
        going = [one for one in new if one.key not in waiting and one.key not in refused]
        found = {one.key: _values(session, target, place_of, one, templates, of_variants.defaults) for one in going}
        refused |= {key: value for key, value in found.items() if isinstance(value, Problem)}
        jobs = [Job(key, value) for key, value in found.items() if not isinstance(value, Problem)]
        for some in _calls(jobs, templates):
            refused |= calls.create(session, target.doctype, some)
        return Made(refused, waiting)

    return create


def create_categories(session: Session, place_of: PlaceOf, new: Sequence[Change]) -> Made:
    """Make item groups, those that are above others first; what has others below becomes a folder."""
    left, refused = {one.key: one for one in new}, Refused()
    parents = {one.key: str(one.payload.get("parent") or "") for one in new}
    there = set(find(session, CATEGORIES, sorted(set(parents.values()) - {""})))
    while ready := [one for key, one in left.items() if not parents[key] or parents[key] in there]:
        folders = set(parents.values())
        jobs = [
            Job(one.key, _of_kind(session, CATEGORIES, place_of, one, {"is_group": int(one.key in folders)}))
            for one in ready
        ]
        refused |= calls.create(session, CATEGORIES.doctype, jobs)
        there |= {one.key for one in ready if one.key not in refused}
        left = {key: one for key, one in left.items() if one not in ready}
    return Made(refused, {key: awaited(TITLE, said("item group"), "parent", parents[key]) for key in left})


def _create(target: Target, session: Session, place_of: PlaceOf, new: Sequence[Change]) -> Made:
    jobs = [Job(one.key, _of_kind(session, target, place_of, one, {})) for one in new]
    return Made(calls.create(session, target.doctype, jobs))


def _of_kind(session: Session, target: Target, place_of: PlaceOf, change: Change, defaults: Values) -> Values:
    values = payloads.of_new(change, place_of, session.catalog.attributes)
    return {**defaults, **target.given, **values, target.key: change.key}


def _values(
    session: Session,
    target: Target,
    place_of: PlaceOf,
    change: Change,
    templates: Mapping[str, Record],
    defaults: Mapping[str, str | None],
) -> Values | Problem:
    """Make the values of a new item; a variant takes group and unit from its template, as it inherits nothing."""
    template = templates.get(code_of(change))
    problem = _misfit(change, template) if template is not None else None
    if problem is not None:
        return problem
    usual = {field: (template or {}).get(field) or default for field, default in defaults.items()}
    given = {field: value for field, value in usual.items() if value}
    values = _of_kind(session, target, place_of, change, given)
    if not values.get("item_group"):
        return refusals.lacking(said("item group"), remedy=refusals.GROUP)
    return values


def _calls(jobs: Sequence[Job], templates: Mapping[str, Record]) -> Iterable[Sequence[Job]]:
    """Spread jobs over calls: ERPNext holds all variants of a call against the numbers of the first one's template."""
    found: dict[str, list[Job]] = {}
    for job in jobs:
        code = str(job.values.get(VARIANT_OF) or "").strip()
        has_numbers = code in templates and any(row.get("numeric_values") for row in templates[code]["attributes"])
        found.setdefault(code if has_numbers else "", []).append(job)
    return found.values()


def _misfit(change: Change, template: Record) -> Problem | None:
    """Tell why an item cannot be a variant: ERPNext would take it, and have a wrong one."""
    if not template["has_variants"]:
        reason = said("which is no template in {title}", title=TITLE)
        remedy = said("Correct the code of the template in the source.")
        return Problem(reason, ProblemKind.REFERENCE, VARIANT_OF, code_of(change), remedy, Who.SOURCE_TEAM)
    axes = [row["attribute"] for row in template["attributes"]]
    lacking = [name for name in axes if change.payload.get(f"{ATTRIBUTES}{name}") is None]
    if not lacking:
        return None
    reason = said(
        "its template tells variants apart by {axes}, and this one has no {lacking}",
        axes=", ".join(axes),
        lacking=", ".join(lacking),
    )
    remedy = said("Fill it in the source; the variant then goes by itself.")
    return Problem(reason, ProblemKind.MISSING, remedy=remedy, who=Who.SOURCE_TEAM)
