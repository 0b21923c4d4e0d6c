"""Makes variants of templates with several: Odoo makes one of each combination, and the new ones are found among them.

Variants that Odoo makes or takes back into use on the way, and nobody asked for, are archived.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from pimflow import Change, Memory, Problem, said
from pimflow_erp import wording as shared
from pimflow_erp.jobs import Job, Values, each
from pimflow_odoo import combining, options, shapes, templates, wording
from pimflow_odoo.catalog import TITLE
from pimflow_odoo.combining import Plan
from pimflow_odoo.external import number_in
from pimflow_odoo.places import ACTIVE, ATTRIBUTES, TEMPLATE_CODE
from pimflow_odoo.refusals import RefusedError
from pimflow_odoo.session import Record, Session
from pimflow_odoo.shapes import LINE, TEMPLATE, VALUES, VARIANT, Shape

Given = Callable[[Change, Record | None], Values]
"""Gives what goes into a record: all for a new one, what is different there for another."""
_BEFORE = "odoo variants in use"
"""Under which name it is kept which variants a template had in use before it was changed: a run may be killed then."""


@dataclass(slots=True)
class Made:
    """The variants that were made, by key, each with its template; and why others were not."""

    ids: dict[str, int] = field(default_factory=dict)
    templates: dict[str, int] = field(default_factory=dict)
    refused: dict[str, Problem] = field(default_factory=dict)


class Variants:
    """Makes variants in one session. `fields` are those read of a variant before it is filled."""

    def __init__(self, session: Session, memory: Memory, given: Given, fields: Sequence[str]) -> None:
        self._session = session
        self._memory = memory
        self._given = given
        self._fields = list(fields)

    def make(self, new: Sequence[Change], *, options_too: bool) -> Made:
        """Make variants of the templates that they name, one batch at a time."""
        with self._session.variants:
            made = Made()
            if options_too:
                self._options(new, made)
            ids = self._templates([one for one in new if one.key not in made.refused], made)
            there = shapes.read(self._session, sorted(set(ids.values())))
            plans = list(self._plans(new, ids, there, made))
            self._lines([one for one in plans if one.changes], made)
            changed = {one.shape.id for one in plans if one.changes}
            after = {**there, **shapes.read(self._session, sorted(changed))}
            going = {one.key: one for one in new if one.key not in made.refused}
            self._found(plans, after, going, made)
            self._switched(plans, after, going, made)
            self._filled(going, made)
            return made

    def _options(self, new: Sequence[Change], made: Made) -> None:
        wanted = (pair for one in new for pair in attributes_of(one).items())
        problems = options.make_missing(self._session, wanted)
        for one in new:
            told = [problems[pair] for pair in attributes_of(one).items() if pair in problems]
            made.refused |= {one.key: told[0]} if told else {}

    def _templates(self, new: Sequence[Change], made: Made) -> Mapping[str, int]:
        """Give the templates by code; one that lacks is made of the first variant that has a name for it."""
        codes = dict.fromkeys(_code(one) for one in new)
        ids = self._session.codes.ids(codes)
        first = {_code(one): one for one in reversed(new) if one.payload.get("name") and _code(one) not in ids}
        jobs = [Job(code, self._shared(one)) for code, one in first.items()]
        fresh, problems = templates.create(self._session, jobs) if jobs else ({}, {})
        ids |= fresh
        for one in new:
            code = _code(one)
            if code not in ids:
                made.refused[one.key] = problems.get(code) or shared.awaited(
                    TITLE, said("template"), TEMPLATE_CODE, code
                )
        return ids

    def _shared(self, change: Change) -> Values:
        is_shared = self._session.catalog.is_of_template
        return {name: value for name, value in self._given(change, None).items() if is_shared(name)}

    def _plans(
        self, new: Sequence[Change], ids: Mapping[str, int], there: Mapping[int, Shape], made: Made
    ) -> Iterator[Plan]:
        wanted: dict[int, dict[str, Mapping[str, str]]] = {}
        for one in new:
            if one.key in made.refused:
                continue
            shape = there.get(ids[_code(one)])
            if shape is None:
                made.refused[one.key] = _gone(_code(one))
            elif not shape.active:
                made.refused[one.key] = wording.archived_template(_code(one))
            else:
                wanted.setdefault(shape.id, {})[one.key] = attributes_of(one)
        for number, values in wanted.items():
            plan = combining.plan(there[number], values, self._session.catalog)
            made.refused |= plan.refused
            yield plan

    def _lines(self, plans: Sequence[Plan], made: Made) -> None:
        """Give templates the values that they need: new attributes of all of them in one call."""
        names = [str(one.shape.id) for one in plans]
        kept = self._memory.get(_BEFORE, names)
        now = {str(one.shape.id): orjson.dumps(sorted(one.shape.in_use)).decode() for one in plans}
        self._memory.put(_BEFORE, {name: text for name, text in now.items() if name not in kept})
        new = [Job(str(one.shape.id), {"lines": list(_new_lines(one))}) for one in plans if one.lines]
        refused = each(new, self._create_lines, RefusedError, wording.told)
        for plan in plans:
            for line, values in plan.more.items():
                job = Job(str(plan.shape.id), {"value_ids": [[4, value] for value in values]}, line)
                refused |= each([job] if values else [], self._extend_line, RefusedError, wording.told)
        for plan in plans:
            if str(plan.shape.id) in refused:
                made.refused |= dict.fromkeys(plan.combinations, refused[str(plan.shape.id)])

    def _create_lines(self, jobs: Sequence[Job]) -> None:
        vals = [line for job in jobs for line in job.values["lines"]]
        self._session.call(LINE, "create", vals_list=vals, writes=True)

    def _extend_line(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            self._session.call(LINE, "write", [job.id], vals=job.values, writes=True)

    def _found(
        self, plans: Sequence[Plan], after: Mapping[int, Shape], going: Mapping[str, Change], made: Made
    ) -> None:
        """Find the new variants by their values; those that Odoo did not make, on demand say, are made."""
        jobs = []
        for plan in plans:
            shape = after[plan.shape.id]
            for key in [key for key in plan.combinations if key in going]:
                made.templates[key] = shape.id
                found = shape.variant(plan.combinations[key])
                if found is not None:
                    made.ids[key] = found.id
                else:
                    own = [shape.own[value] for value in sorted(plan.combinations[key])]
                    jobs.append(Job(key, {"product_tmpl_id": shape.id, VALUES: [[6, 0, own]]}))

        def send(jobs: Sequence[Job]) -> None:
            vals = [job.values for job in jobs]
            ids = self._session.call(VARIANT, "create", vals_list=vals, writes=True)
            made.ids.update(zip((job.key for job in jobs), ids, strict=True))

        made.refused |= each(jobs, send, RefusedError, wording.told)

    def _switched(
        self, plans: Sequence[Plan], after: Mapping[int, Shape], going: Mapping[str, Change], made: Made
    ) -> None:
        """Archive what nobody asked for, and take into use what was archived and is asked for."""
        names = [str(one.shape.id) for one in plans]
        kept = self._memory.get(_BEFORE, names)
        off, on = [], []
        for plan in plans:
            name, shape = str(plan.shape.id), after[plan.shape.id]
            asked = {made.ids[key] for key in plan.combinations if key in made.ids and _stays(going[key])}
            before = set(orjson.loads(kept[name])) if name in kept else shape.in_use
            idle = {made.ids[key] for key in plan.combinations if key in made.ids} - asked
            resting = {one.id for one in shape.variants if not one.active}
            off += [Job(name, {}, number) for number in sorted((shape.in_use - before - asked) | (idle - resting))]
            on += [Job(name, {}, number) for number in sorted(asked & resting)]
        refused = self._switch("action_archive", off) | self._switch("action_unarchive", on)
        for plan in plans:
            if str(plan.shape.id) in refused:
                made.refused |= dict.fromkeys(plan.combinations, refused[str(plan.shape.id)])
        self._memory.forget(_BEFORE, [name for name in kept if name not in refused])

    def _switch(self, method: str, jobs: Sequence[Job]) -> dict[str, Problem]:
        def send(jobs: Sequence[Job]) -> None:
            self._session.call(VARIANT, method, [job.id for job in jobs], writes=True)

        return each(jobs, send, RefusedError, wording.told)

    def _filled(self, going: Mapping[str, Change], made: Made) -> None:
        """Write what variants have of their own, those of one template in one call."""
        ids = sorted(number for key, number in made.ids.items() if key not in made.refused)
        found = self._session.call(VARIANT, "read", ids, fields=self._fields) if ids else []
        records = {one["id"]: one for one in found}
        by_template: dict[int, list[Job]] = {}
        for key, number in made.ids.items():
            if number in records:
                values = self._given(going[key], records[number]) | {"default_code": key}
                by_template.setdefault(made.templates[key], []).append(Job(key, values, number))
        for template, jobs in by_template.items():

            def send(jobs: Sequence[Job], template: int = template) -> None:
                commands = [[1, job.id, job.values] for job in jobs]
                self._session.call(TEMPLATE, "write", [template], vals={"product_variant_ids": commands}, writes=True)

            made.refused |= each(jobs, send, RefusedError, wording.told)
        for key in made.refused:
            made.ids.pop(key, None)


def attributes_of(change: Change) -> Mapping[str, str]:
    """Give the values by which a variant differs, by the names of the attributes."""
    return {
        column.removeprefix(ATTRIBUTES): value
        for column, value in change.payload.items()
        if column.startswith(ATTRIBUTES) and value is not None
    }


def _code(change: Change) -> str:
    return str(change.payload[TEMPLATE_CODE])


def _stays(change: Change) -> bool:
    return change.payload.get(ACTIVE) is not False


def _gone(code: str) -> Problem:
    if number_in(code) is not None:
        return wording.no_template(TEMPLATE_CODE, code)
    return shared.awaited(TITLE, said("template"), TEMPLATE_CODE, code)


def _new_lines(plan: Plan) -> Iterator[dict[str, Any]]:
    for attribute, values in plan.lines.items():
        yield {"product_tmpl_id": plan.shape.id, "attribute_id": attribute, "value_ids": [[6, 0, values]]}
