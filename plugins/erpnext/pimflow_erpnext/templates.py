"""The templates of new variants: looked up, and made with the first of their variants where that is wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pimflow import Change, Problem, ProblemKind, Who, said
from pimflow_erp.jobs import Job, Values
from pimflow_erp.known import Known
from pimflow_erpnext import calls, identity, payloads, refusals
from pimflow_erpnext.answers import TITLE
from pimflow_erpnext.existing import TEMPLATES, PlaceOf, find
from pimflow_erpnext.places import ATTRIBUTES, AXES, BARCODES, IMAGE, VARIANT_OF
from pimflow_erpnext.session import Record, Session

_OF_ONE = frozenset({TEMPLATES.key, VARIANT_OF, AXES, BARCODES, IMAGE, "standard_rate", "opening_stock"})
"""What ERPNext never copies from a template to its variants, the name aside."""


@dataclass(frozen=True, slots=True)
class Templates:
    """Gives the templates of variants. `makes` those that lack; `own` is a field that each item has for itself."""

    known: Known[str]
    defaults: Mapping[str, str | None]
    makes: bool = False
    own: str = ""

    def of(
        self, session: Session, place_of: PlaceOf, new: Sequence[Change]
    ) -> tuple[dict[str, Record], dict[str, Problem]]:
        """Give the templates of new items by code, and why one that lacked was not made."""
        first: dict[str, Change] = {}
        for one in new:
            if code := code_of(one):
                first.setdefault(code, one)
        found = _found(session, list(first))
        lacking = {code: one for code, one in first.items() if code not in found} if self.makes else {}
        refused = self._make(session, place_of, lacking) if lacking else {}
        made = _found(session, [code for code in lacking if code not in refused])
        identity.keep(session, TEMPLATES, self.known, {**found, **made}, list(made))
        return found | made, refused

    def _make(self, session: Session, place_of: PlaceOf, lacking: Mapping[str, Change]) -> dict[str, Problem]:
        made = {code: self._values(session, place_of, code, one) for code, one in lacking.items()}
        refused = {code: values for code, values in made.items() if isinstance(values, Problem)}
        jobs = [Job(code, values) for code, values in made.items() if not isinstance(values, Problem)]
        return refused | calls.create(session, TEMPLATES.doctype, jobs)

    def _values(self, session: Session, place_of: PlaceOf, code: str, change: Change) -> Values | Problem:
        """Give a template what its variants would get of it: saved in ERPNext, it hands on what it has."""
        attributes = session.catalog.attributes
        given = payloads.of_new(change, place_of, attributes)
        shared = {name: value for name, value in given.items() if name not in _OF_ONE | {self.own}}
        usual = {name: value for name, value in self.defaults.items() if value}
        axes = [row["attribute"] for row in given.get(AXES, ())]
        if not axes:
            return _without_axes(code)
        rows = [payloads.axis(attributes[name]) for name in axes]
        values = {**usual, **shared, **TEMPLATES.given, TEMPLATES.key: code, AXES: rows}
        return values if values.get("item_group") else refusals.lacking(said("item group"), remedy=refusals.GROUP)


def code_of(change: Change) -> str:
    """Give the code of the template of a change; empty where it names none."""
    return str(change.payload.get(VARIANT_OF) or "").strip()


def _found(session: Session, codes: Sequence[str]) -> dict[str, Record]:
    place = TEMPLATES.place("axes", session.catalog)
    return find(session, TEMPLATES, codes, [place] if place else []) if codes else {}


def _without_axes(code: str) -> Problem:
    return Problem(
        said(
            "{title} has no such template, and this one has no value by which its variants would be told apart",
            title=TITLE,
        ),
        ProblemKind.MISSING,
        VARIANT_OF,
        code,
        said(
            "Fill one of the columns {columns}… in the source; template and variant then go by themselves.",
            columns=ATTRIBUTES,
        ),
        Who.PRODUCT_MANAGER,
    )
