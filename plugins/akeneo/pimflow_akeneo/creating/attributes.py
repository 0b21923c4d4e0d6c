"""Attributes that columns name and the PIM lacks: understood by the name of the column, made before the first value."""

from __future__ import annotations

import re
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pimflow import AccessError, Change, Item, Outcome, Problem, ProblemKind, RowProblem, Status, Who, joined, said
from pimflow_akeneo.checking.rights import RIGHTS
from pimflow_akeneo.columns import ValueColumn, value_column
from pimflow_akeneo.creating.allowance import Allowance
from pimflow_akeneo.creating.wishes import CreateMissing
from pimflow_akeneo.kinds import MODELS, PRODUCTS
from pimflow_akeneo.model import Attribute, Model
from pimflow_akeneo.session import Session
from pimflow_akeneo.structure import preparing
from pimflow_akeneo.structure.description import Resource
from pimflow_akeneo.structure.resources import ATTRIBUTES, FAMILIES
from pimflow_akeneo.structure.writing import StructureWriter

_CODE = re.compile(r"[A-Za-z0-9_]{1,100}")
_NO_CODES = frozenset({PRODUCTS.key, MODELS.key, *PRODUCTS.properties, *MODELS.properties, *MODELS.made})
_BATCH = 100
_UNASKED = Problem(said("it was not needed yet"))


class NewAttributes:
    """Safe for several threads. Attributes are put into the families of the products that have values of them."""

    def __init__(self, session: Session, asked: CreateMissing, allowance: Allowance, *, dry: bool) -> None:
        self._session = session
        self._asked = asked
        self._allowance = allowance
        self._dry = dry
        self._lock = threading.Lock()
        self._noting = threading.Lock()
        self._planned: dict[str, Attribute] = {}
        self._columns: dict[str, str] = {}
        self._families: dict[str, set[str]] = {}
        self._extended: dict[str, set[str]] = {}
        self._allowed: dict[str, bool] = {}
        self._made: dict[str, Problem | None] = {}
        self._told: list[str] = []

    @property
    def planned(self) -> Collection[str]:
        """Codes of the attributes that columns name and the PIM lacks."""
        return self._planned.keys()

    def of(self, columns: Iterable[str]) -> Collection[str]:
        """Give the codes of the attributes that would be made for these columns."""
        return sorted({self._columns[name] for name in columns if name in self._columns})

    def column(self, name: str, model: Model) -> ValueColumn | None:
        """Understand the name of a column whose attribute will be made; None for one that is not to be."""
        code, *rest = name.split("-")
        if "attributes" not in self._asked.what or not _CODE.fullmatch(code) or code.lower() in _NO_CODES:
            return None
        if code.lower() in {one.lower() for one in model.attributes} or code in model.association_types:
            return None
        attribute = self._planned.get(code) or self._attribute(code, rest, model)
        try:
            column = value_column(name, attribute, rest, model)
        except RowProblem:
            return None
        self._planned[code] = attribute
        self._columns[name] = code
        return column

    def has(self, name: str) -> bool:
        """Tell whether a column is one of an attribute to be made."""
        return name in self._columns

    def is_missing(self, name: str) -> bool:
        """Tell whether the PIM lacks the attribute of a column now."""
        return name in self._columns and (self._dry or self._made.get(self._columns[name], _UNASKED) is not None)

    def note(self, item: Item) -> None:
        """Remember which families need which attributes."""
        family = item.payload.get("family")
        if not self._columns or not family:
            return
        codes = {self._columns[name] for name, value in item.payload.items() if name in self._columns and value}
        with self._noting:
            self._families.setdefault(str(family), set()).update(codes)
            self._refused(codes)

    def settle(self, batch: Sequence[Change]) -> Sequence[Change]:
        """Make the attributes that the batch has values of. Without them their values are taken out, each told.

        In a dry run they are taken out as well: the PIM cannot be asked for values of what it does not have.
        """
        if not self._columns:
            return batch
        needed = {self._columns[name] for change in batch for name in change.payload if name in self._columns}
        if not needed:
            return batch
        with self._lock:
            with self._noting:
                self._made.update(self._refused(needed))
            missing = sorted(needed - self._made.keys())
            self._made.update(dict.fromkeys(missing) if self._dry else self._created(missing))
            if not self._dry:
                self._extend()
        return [self._without_missing(change) for change in batch]

    def notes(self) -> Iterator[str]:
        """Tell what was made, or in a dry run would be."""
        made = sorted(code for code, problem in self._made.items() if problem is None)
        if made:
            yield self._note(made)
        yield from self._told

    def _note(self, made: Sequence[str]) -> str:
        values = {"number": len(made), "group": self._asked.group, "codes": ", ".join(made)}
        if self._dry and len(made) == 1:
            return said(
                "{number} attribute would be created in group {group}: {codes}; a plan does not show their values.",
                **values,
            )
        if self._dry:
            return said(
                "{number} attributes would be created in group {group}: {codes}; a plan does not show their values.",
                **values,
            )
        if len(made) == 1:
            return said("{number} attribute was created in group {group}: {codes}.", **values)
        return said("{number} attributes were created in group {group}: {codes}.", **values)

    def _attribute(self, code: str, rest: Sequence[str], model: Model) -> Attribute:
        kind = self._asked.types.get(code, "text")
        return Attribute(
            code,
            f"pim_catalog_{kind}",
            self._asked.group,
            localizable=bool(rest) and rest[0] in model.locales,
            scopable=any(part in model.channels for part in rest),
            decimals_allowed=True if kind in {"number", "price_collection"} else None,
            negative_allowed=True if kind == "number" else None,
        )

    def _refused(self, codes: set[str]) -> dict[str, Problem]:
        """Give a problem for each attribute that would be one too many; the others are counted as made."""
        for code in sorted(codes - self._allowed.keys()):
            self._allowed[code] = self._allowance.take()
        many = [code for code in codes if not self._allowed[code]]
        return dict.fromkeys(many, _too_many(self._allowance.most)) if many else {}

    def _created(self, codes: Sequence[str]) -> Mapping[str, Problem | None]:
        rows = [_row(self._planned[code]) for code in codes]
        outcomes = self._written(ATTRIBUTES, rows) if rows else {}
        return {code: _problem(outcomes[code]) for code in codes}

    def _extend(self) -> None:
        """Add what was made to the families that need it; what they have is read anew, as it is replaced as a whole."""
        there = {code for code, problem in self._made.items() if problem is None}
        with self._noting:
            wanted = {
                family: (codes & there) - self._extended.get(family, set()) for family, codes in self._families.items()
            }
        wanted = {family: codes for family, codes in wanted.items() if codes}
        if not wanted:
            return
        writer = StructureWriter(self._session, FAMILIES)
        now = writer.current("families", list(wanted), ["attributes"])
        rows = [
            {"code": family, "attributes": sorted({*now[family]["attributes"], *wanted[family]})}
            for family in wanted
            if family in now
        ]
        for family, outcome in self._written(FAMILIES, rows).items():
            if problem := _problem(outcome):
                added = ", ".join(sorted(wanted[family]))
                told = said(
                    "Family {family} did not get {codes}: {reason}.", family=family, codes=added, reason=problem.reason
                )
                self._told.append(joined([told, problem.remedy]))
        for family, codes in wanted.items():
            self._extended.setdefault(family, set()).update(codes)

    def _written(self, resource: Resource, rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Outcome]:
        items = [preparing.item(row, resource) for row in rows]
        changes = [Change(item, 0, known=False, fingerprint=b"") for item in items]
        writer = StructureWriter(self._session, resource)
        found: list[Outcome] = []
        try:
            for start in range(0, len(changes), _BATCH):
                found += writer.load(changes[start : start + _BATCH])
        except AccessError as error:
            problem = _forbidden(resource, error)
            return {item.key: Outcome(item.resource, item.key, Status.REFUSED, (problem,)) for item in items}
        return {outcome.key: outcome for outcome in found}

    def _without_missing(self, change: Change) -> Change:
        payload, problems = dict(change.payload), list(change.item.problems)
        for name in [name for name in payload if name in self._columns]:
            problem = self._made.get(self._columns[name])
            if problem is not None:
                problems.append(replace(problem, field=name))
            if problem is not None or self._dry:
                del payload[name]
        return replace(change, item=replace(change.item, payload=payload, problems=tuple(problems)))


def _row(attribute: Attribute) -> dict[str, Any]:
    flags = {
        "localizable": attribute.localizable,
        "scopable": attribute.scopable,
        "decimals_allowed": attribute.decimals_allowed,
        "negative_allowed": attribute.negative_allowed,
    }
    told = {name: value for name, value in flags.items() if value is not None}
    return {"code": attribute.code, "type": attribute.type, "group": attribute.group, **told}


def _problem(outcome: Outcome) -> Problem | None:
    if outcome.status in {Status.CREATED, Status.UPDATED}:
        return None
    told = next(iter(outcome.problems), Problem(said("the PIM gave no reason")))
    reason = said("the PIM lacks this attribute, and it could not be created: {reason}", reason=told.reason)
    return replace(told, reason=reason, kind=ProblemKind.REFERENCE, value=None, field=None)


def _too_many(most: int) -> Problem:
    reason = said("the PIM lacks this attribute, and no more than {most} may be created in one run", most=most)
    remedy = said("Look at what was created before you allow more with `max_new` of `create_missing`.")
    return Problem(reason, ProblemKind.REFERENCE, remedy=remedy, who=Who.ADMINISTRATOR)


def _forbidden(resource: Resource, error: AccessError) -> Problem:
    right, nouns = RIGHTS[resource.path]
    return Problem(
        said("the user of the connection may not write {nouns}", nouns=nouns),
        ProblemKind.PERMISSION,
        remedy=said("Grant '{right}' under System > Roles > Web API permissions.", right=right),
        who=Who.ADMINISTRATOR,
        detail=error.detail,
    )
