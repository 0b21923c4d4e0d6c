"""A simple product becomes a variant: its values of higher levels, which the PIM drops, go to the model first.

What the model above lacks is written there before the product moves. Where both have a value and they differ, or where
the family has no place for one, the product stays simple, and a person decides. Source: Akeneo's class AddParent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pimflow import Change, Outcome, Problem, ProblemKind, RowProblem, Status, Who, said
from pimflow_akeneo.bulk import Answer, deliver
from pimflow_akeneo.columns import ValueColumn, parse_column
from pimflow_akeneo.kinds import BY_UUID, MODELS, PRODUCTS, product_kind
from pimflow_akeneo.products import lines
from pimflow_akeneo.products.existence.whole_records import whole
from pimflow_akeneo.products.levels.ancestor_lookup import Ancestry
from pimflow_akeneo.products.levels.place import Same, without
from pimflow_akeneo.products.moves.conversion_rules import Move, Values, differs, objections, to_be_lifted, values_of
from pimflow_akeneo.session import PAGE, Session


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
        kinds = {
            kind: [one.key for one in moves if product_kind(one.change.payload) is kind] for kind in (PRODUCTS, BY_UUID)
        }
        found = {key: one for kind, keys in kinds.items() for key, one in whole(self._session, keys, kind).items()}
        own = {key: record for key, record in found.items() if not record.get("parent")}
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
            failed = [code for code in lifts.get(change.key, ()) if not _is_done(answers[code])]
            if failed:
                refused[change.key] = _refused(change, failed[0], answers[failed[0]])
        return refused

    def _fitted(self, move: Move, product: Mapping[str, Any], above: Values) -> Change:
        own = values_of(product, self._model)
        identifier = lines.identifier_of(product, self._model)
        lifts, problems = to_be_lifted(move, own, above, self._same, self._model)
        problems += objections(move, own, product.get("family"), identifier)
        problems += [bad for values in lifts.values() for name in values if (bad := self._unwritable(name))]
        for code, values in lifts.items() if not problems else ():
            others = self._ancestry.known.claim(code, values)
            problems += [differs(name, values[name], code, other) for name, other in others.items()]
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
            reason = said("{reason}; so it stays a simple product", reason=bad.problem.reason)
            return replace(bad.problem, reason=reason)
        return None

    def _with_prices(self, values: dict[str, Any], above: Values) -> dict[str, Any]:
        """Add the model's prices in other currencies: the PIM replaces all currencies at once."""
        columns = [parse_column(name, self._model, MODELS) for name in values]
        prices = {column.whole for column in columns if isinstance(column, ValueColumn) and column.part}
        kept = {name: amount for name, amount in above.items() if name.rpartition("-")[0] in prices}
        return {**{name: amount for name, amount in kept.items() if not self._unwritable(name)}, **values}

    def _models(self, codes: Iterable[str]) -> dict[str, Values]:
        """Read the models with all their values; one that this run writes is as it will be then."""
        asked = sorted(set(codes))
        planned = self._ancestry.known.get(asked, frozenset(), claimed=False)
        found: dict[str, Values] = {code: one.values for code, one in planned.items()}
        complete = {code for code, one in planned.items() if one.attributes is None}
        for code, record in whole(self._session, asked, MODELS, sure=complete).items():
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


def _by_identifier(change: Change, identifier: str) -> Change:
    if "uuid" not in change.payload:
        return change
    payload = {name: value for name, value in change.payload.items() if name != "uuid"}
    return replace(change, item=replace(change.item, payload={**payload, "identifier": identifier}))


def _refused(change: Change, code: str, answer: Answer | None) -> Outcome:
    reason = said(
        "its texts could not be brought to the product model '{code}', so it stays a simple product", code=code
    )
    remedy = said("Look at that product model in the PIM; the product moves by itself once it can be saved.")
    told = f"the PIM says: {answer.message}" if answer else "the PIM gave no answer"
    details = "; ".join(str(error.get("message", "")) for error in answer.errors) if answer else ""
    status = Status.UNKNOWN if answer is None else Status.FAILED if answer.is_transient else Status.REFUSED
    problem = Problem(
        reason, ProblemKind.REFERENCE, "parent", code, remedy, Who.PRODUCT_MANAGER, f"{told} {details}".strip()
    )
    return Outcome(change.resource, change.key, status, (problem,))


def _is_done(answer: Answer | None) -> bool:
    return answer is not None and answer.is_done
