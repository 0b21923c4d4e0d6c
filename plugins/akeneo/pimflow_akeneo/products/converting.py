"""A simple product becomes a variant: its values of higher levels, which the PIM drops, go to the model first.

What the model above lacks is written there before the product moves. Where both have a value and they differ, or where
the family has no place for one, the product stays simple, and a person decides. Source: Akeneo's class AddParent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from pimflow import Change, Outcome, Problem, ProblemKind, RowProblem, Status, Who
from pimflow_akeneo import fields
from pimflow_akeneo.bulk import Answer, deliver
from pimflow_akeneo.columns import ValueColumn, parse_column
from pimflow_akeneo.kinds import BY_UUID, MODELS, PRODUCTS, Kind
from pimflow_akeneo.model import Model
from pimflow_akeneo.products import lines, lookup
from pimflow_akeneo.products.ancestry import Ancestry
from pimflow_akeneo.products.fitting import Place, Same, shown, without
from pimflow_akeneo.session import PAGE, Session

Values = Mapping[str, Any]
"""Canonical values by column; of types that pimflow does not write, the PIM's own data."""


@dataclass(frozen=True, slots=True)
class Move:
    """A simple product of the PIM that a change puts below a product model."""

    change: Change
    place: Place

    @property
    def key(self) -> str:
        """The key under which the PIM has the product."""
        return str(self.change.payload.get("uuid") or self.change.key)

    @property
    def target(self) -> str:
        """The code of the model that it moves to."""
        return self.place.parent.code if self.place.parent else ""


class Converting:
    """Looks at moves before they are made, and brings values to the models. Safe for several threads."""

    def __init__(self, session: Session, ancestry: Ancestry, same: Same, *, dry: bool) -> None:
        self._session = session
        self._model = session.catalog.model
        self._ancestry = ancestry
        self._same = same
        self._dry = dry
        self._lifts: dict[str, dict[str, dict[str, Any]]] = {}
        """Key of a change that is about to be loaded -> code of a model -> the line that brings it values."""

    def fit(self, moves: Sequence[Move]) -> dict[str, Change]:
        """Take the parent out of those changes whose product would lose something; give them by their key."""
        products = {one.key.lower(): one for one in moves}
        kinds = {kind: [one.key for one in moves if _kind(one.change) is kind] for kind in (PRODUCTS, BY_UUID)}
        own = {
            str(lines.key_of(record, self._model, kind)).lower(): record
            for kind, keys in kinds.items()
            for record in _whole(self._session, keys, kind)
            if not record.get("parent")
        }
        models = self._models(one.target for one in moves)
        return {
            move.change.key: self._fitted(move, own[key], models.get(move.target.lower(), {}))
            for key, move in products.items()
            if key in own
        }

    def lift(self, batch: Sequence[Change]) -> dict[str, Outcome]:
        """Bring values to the models; give the outcomes of changes that cannot go as this failed."""
        lifts = {change.key: self._lifts.pop(change.key) for change in batch if change.key in self._lifts}
        wanted: dict[str, dict[str, Any]] = {}
        for models in lifts.values():
            for code, payload in models.items():
                wanted.setdefault(code, {}).update(payload)
        answers = self._written(wanted)
        refused = {}
        for change in batch:
            failed = [code for code in lifts.get(change.key, ()) if not _done(answers[code])]
            if failed:
                refused[change.key] = _refused(change, failed[0], answers[failed[0]])
        return refused

    def _fitted(self, move: Move, product: Mapping[str, Any], above: Values) -> Change:
        own = values_of(product, self._model)
        problems, lifts = _look(move, own, above, self._same, self._model)
        problems += [*_other_family(move, product.get("family")), *_no_axis(move, own)]
        identifier = lines.identifier_of(product, self._model)
        problems += _renamed(move.change, identifier)
        problems += [bad for values in lifts.values() for name in values if (bad := self._unwritable(name))]
        for code, values in lifts.items() if not problems else ():
            others = self._ancestry.known.claim(code, values)
            problems += [_differs(name, values[name], code, other) for name, other in others.items()]
        if problems:
            return without(move.change, {"parent"}, *problems)
        if lifts and not self._dry:
            self._lifts[move.change.key] = {code: self._with_prices(values, above) for code, values in lifts.items()}
        return _by_identifier(move.change, str(identifier))

    def _unwritable(self, name: str) -> Problem | None:
        """Tell where the API takes no such value, as for a locale that is not active any longer."""
        try:
            parse_column(name, self._model, MODELS)
        except RowProblem as bad:
            return replace(bad.problem, reason=f"{bad.problem.reason}; so it stays a simple product")
        return None

    def _with_prices(self, values: dict[str, Any], above: Values) -> dict[str, Any]:
        """Add the model's prices in other currencies: the PIM replaces all currencies at once."""
        columns = [parse_column(name, self._model, MODELS) for name in values]
        prices = {column.whole for column in columns if isinstance(column, ValueColumn) and column.part}
        kept = {name: amount for name, amount in above.items() if name.rpartition("-")[0] in prices}
        return {**{name: amount for name, amount in kept.items() if not self._unwritable(name)}, **values}

    def _models(self, codes: Iterable[str]) -> dict[str, Values]:
        """Read the models with all their values; one that this run writes is as it will be then."""
        asked = sorted({code.lower() for code in codes})
        planned = self._ancestry.known.get(asked, frozenset())
        found: dict[str, Values] = {code: one.values for code, one in planned.items()}
        for record in _whole(self._session, asked, MODELS):
            code = record["code"].lower()
            found[code] = {**values_of(record, self._model), **found.get(code, {})}
        return found

    def _written(self, wanted: Mapping[str, Values]) -> dict[str, Answer | None]:
        body = [{"code": code, **self._line(values)} for code, values in wanted.items()]
        found: dict[str, Answer | None] = {}
        for start in range(0, len(body), PAGE):
            some = body[start : start + PAGE]
            answers = deliver(self._session, MODELS.path, MODELS.key, some)
            found |= {str(line["code"]): answer for line, answer in zip(some, answers, strict=True)}
        return found

    def _line(self, values: Values) -> dict[str, Any]:
        return lines.line(values, lambda name: parse_column(name, self._model, MODELS), {})


def values_of(record: Mapping[str, Any], model: Model) -> dict[str, Any]:
    """Give all values of the PIM's record, those of types too that pimflow does not write."""
    found = lines.flat({"code": "", "values": record["values"]}, model, MODELS)
    del found["code"]
    return found | dict(_others(record["values"], model))


def _others(values: Mapping[str, Any], model: Model) -> Iterator[tuple[str, Any]]:
    for code, entries in values.items():
        attribute = model.attributes.get(code)
        if attribute is None or attribute.kind not in fields.CODECS:
            for entry in entries:
                if entry["data"] is not None:
                    yield "-".join(filter(None, (code, entry["locale"], entry["scope"]))), entry["data"]


def _look(
    move: Move, own: Values, above: Values, same: Same, model: Model
) -> tuple[list[Problem], dict[str, dict[str, Any]]]:
    """Give what stands against the move, and the values to be brought to models, by their code."""
    problems: list[Problem] = []
    lifts: dict[str, dict[str, Any]] = {}
    for name, value in own.items():
        code = name.partition("-")[0]
        level = move.place.tree.level(code)
        if level == move.place.level or code == model.identifier.code or _sent(move.change, name, above, same):
            continue
        if level is None:
            problems.append(_homeless(move, name, value))
        elif above.get(name) is None:
            lifts.setdefault(move.place.holder(level), {})[name] = value
        elif not same(above[name], value):
            problems.append(_differs(name, value, move.place.holder(level), above[name]))
    return problems, lifts


def _sent(change: Change, name: str, above: Values, same: Same) -> bool:
    """Tell whether the change itself replaces the product's value by nothing, or by what the model says."""
    if name not in change.payload:
        return False
    value = change.payload[name]
    return value is None or (above.get(name) is not None and same(above[name], value))


def _differs(name: str, own: Any, code: str, above: Any) -> Problem:
    reason = (
        f"the product itself says '{shown(own)}', and product model '{code}', to which it should move, says "
        f"'{shown(above)}'; as a variant it has no own value here, so it stays a simple product"
    )
    remedy = "Delete one of the two in the PIM, it then moves by itself."
    return Problem(reason, ProblemKind.VALUE, name, remedy=remedy, who=Who.PRODUCT_MANAGER)


def _homeless(move: Move, name: str, own: Any) -> Problem:
    reason = (
        f"the product itself says '{shown(own)}', and family '{move.place.tree.variant.family}' of product model "
        f"'{move.target}', to which it should move, does not have this attribute; so it stays a simple product"
    )
    remedy = "Add the attribute to the family in the PIM, or delete the value; it then moves by itself."
    return Problem(reason, ProblemKind.VALUE, name, remedy=remedy, who=Who.PRODUCT_MANAGER)


def _other_family(move: Move, now: str | None) -> Iterator[Problem]:
    family = move.change.payload.get("family", now)
    wanted = move.place.tree.variant.family
    if family is not None and family != wanted:
        reason = f"product model '{move.target}', to which it should move, is of family '{wanted}'; it stays simple"
        remedy = f"Give it the family '{wanted}' in the source or in the PIM, or another product model."
        yield Problem(reason, ProblemKind.VALUE, "family", family, remedy, Who.PRODUCT_MANAGER)


def _renamed(change: Change, identifier: str | None) -> Iterator[Problem]:
    """Tell where a product cannot be written under its identifier: under its uuid the PIM makes no variant of it."""
    if "uuid" in change.payload and (not identifier or change.payload.get("identifier", identifier) != identifier):
        reason = (
            f"the PIM makes a variant only of a product that has and keeps an identifier, found '{identifier or ''}'"
        )
        remedy = "Once it has its identifier in the PIM, it moves by itself."
        yield Problem(reason, ProblemKind.VALUE, "parent", change.payload["parent"], remedy, Who.PRODUCT_MANAGER)


def _by_identifier(change: Change, identifier: str) -> Change:
    if "uuid" not in change.payload:
        return change
    payload = {name: value for name, value in change.payload.items() if name != "uuid"}
    return replace(change, item=replace(change.item, payload={**payload, "identifier": identifier}))


def _no_axis(move: Move, own: Values) -> Iterator[Problem]:
    """Tell of axes without a value: the PIM would refuse the move when the texts are at the model already."""
    sent = {name: value for name, value in {**own, **move.change.payload}.items() if value is not None}
    tree = move.place.tree
    for axis in tree.axes(tree.last):
        if axis not in {name.partition("-")[0] for name in sent}:
            reason = f"has no value, and family variant '{tree.variant.code}' needs one; it stays a simple product"
            remedy = "Give it a value in the source or in the PIM; it then moves by itself."
            yield Problem(reason, ProblemKind.MISSING, axis, remedy=remedy)


def _refused(change: Change, code: str, answer: Answer | None) -> Outcome:
    reason = f"its texts could not be brought to the product model '{code}', so it stays a simple product"
    remedy = "Look at that product model in the PIM; the product moves by itself once it can be saved."
    told = f"the PIM says: {answer.message}" if answer else "the PIM gave no answer"
    details = "; ".join(str(error.get("message", "")) for error in answer.errors) if answer else ""
    status = Status.UNKNOWN if answer is None else Status.FAILED if _transient(answer) else Status.REFUSED
    problem = Problem(
        reason, ProblemKind.REFERENCE, "parent", code, remedy, Who.PRODUCT_MANAGER, f"{told} {details}".strip()
    )
    return Outcome(change.resource, change.key, status, (problem,))


def _done(answer: Answer | None) -> bool:
    return answer is not None and answer.status < 300


def _transient(answer: Answer) -> bool:
    return answer.status == 429 or answer.status >= 500


def _kind(change: Change) -> Kind:
    return BY_UUID if change.payload.get("uuid") else PRODUCTS


def _whole(session: Session, keys: Sequence[str], kind: Kind) -> Iterator[dict[str, Any]]:
    """Read records with all their values."""
    searched = kind.searched or session.catalog.model.identifier.code
    for some in lookup.chunks(keys):
        search = {searched: [{"operator": "IN", "value": some}]}
        yield from lookup.pages(session, {"search": orjson.dumps(search).decode()}, kind)
