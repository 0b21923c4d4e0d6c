"""One batch of changes into the PIM: exactly one outcome each, however the PIM answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from loguru import logger

from pimflow import Change, FlowError, Outcome, Problem, Status
from pimflow_akeneo.bulk import Answer, deliver
from pimflow_akeneo.columns import Column, ValueColumn
from pimflow_akeneo.model import Model
from pimflow_akeneo.products import lines, lookup
from pimflow_akeneo.products.answers import Verdict, absent_problem, judge, without_members
from pimflow_akeneo.products.lines import Prices
from pimflow_akeneo.products.uuids import associated, line
from pimflow_akeneo.session import Session

_ROUNDS = 4
"""The PIM names all bad values of a product at once, save those that it cannot even read: these come one by one."""


@dataclass(frozen=True, slots=True)
class _Pending:
    """A change on its way, and what was left out of it so far."""

    change: Change
    payload: Mapping[str, Any]
    problems: tuple[Problem, ...] = ()
    waits: bool = False

    def without(self, verdict: Verdict) -> _Pending:
        kept = {name: value for name, value in self.payload.items() if name not in verdict.left_out}
        kept.update(verdict.instead)
        waits = self.waits or verdict.status is Status.WAITING
        return replace(self, payload=kept, problems=self.problems + verdict.problems, waits=waits)

    def outcome(self, status: Status, problems: tuple[Problem, ...] = ()) -> Outcome:
        uuid = self.payload.get("uuid")
        return Outcome(self.change.resource, self.change.key, status, self.problems + problems, remote_id=uuid)


class Loading:
    """Sends batches; safe for several threads."""

    def __init__(self, session: Session, model: Model, parse: Callable[[str], Column]) -> None:
        self._session = session
        self._model = model
        self._parse = parse
        self._partly: dict[str, Status] = {}
        """What became of records of which a part still waits."""
        self._opened = session.now().replace(microsecond=0)  # the PIM's own times have no fractions

    def load(self, batch: Sequence[Change]) -> list[Outcome]:
        """Write each change under its uuid where it has one, under its identifier where not."""
        by_uuid = [_Pending(change, change.payload) for change in batch if change.payload.get("uuid")]
        others = [_Pending(change, change.payload) for change in batch if not change.payload.get("uuid")]
        return [*self._load("products-uuid", "uuid", by_uuid), *self._load("products", "identifier", others)]

    def _load(self, path: str, key: str, pending: Sequence[_Pending]) -> Iterator[Outcome]:
        prices = self._other_prices(pending)
        uuids = self._uuids(pending) if key == "uuid" else {}
        pending = [self._reachable(one, uuids) for one in pending] if key == "uuid" else pending
        for number in range(1, _ROUNDS + 1):
            if not pending:
                return
            lines = [self._line(one, key, prices, uuids) for one in pending]
            answered = list(zip(pending, deliver(self._session, path, key, lines), strict=True))
            created = self._created([one.change for one, answer in answered if answer and _doubtful(one, answer)])
            pending = []
            for one, answer in answered:
                verdict = judge(answer, one.payload, self._parse, one_by_one=number < _ROUNDS - 1)
                if verdict.sent_again and number < _ROUNDS:
                    pending.append(one.without(verdict))
                else:
                    yield self._settled(one, verdict, answer is not None and _doubtful(one, answer), created)

    def _settled(self, one: _Pending, verdict: Verdict, doubtful: bool, created: frozenset[str]) -> Outcome:
        """Tell the outcome; a record whose associations are missing waits once, then it has arrived without them."""
        key = one.change.key.lower()
        status = verdict.status
        if doubtful:
            status = Status.CREATED if key in created else Status.UPDATED
        if status not in {Status.CREATED, Status.UPDATED}:
            return one.outcome(status, verdict.problems)
        if key in self._partly:
            return one.outcome(self._partly[key])
        if one.waits:
            self._partly[key] = status
            status = Status.WAITING
        return one.outcome(status)

    def _line(self, one: _Pending, key: str, prices: Mapping[str, Prices], uuids: Mapping[str, str]) -> dict[str, Any]:
        name = one.change.key
        body = lines.line(one.payload, self._parse, prices.get(name.lower(), {}))
        return {"identifier": name, **body} if key == "identifier" else line(body, self._model.identifier.code, uuids)

    def _uuids(self, pending: Iterable[_Pending]) -> dict[str, str]:
        """Find the uuids of associated products: under `/products-uuid` associations hold nothing else."""
        named = {code for one in pending for codes in associated(one.payload, self._parse).values() for code in codes}
        code = self._model.identifier.code
        found = lookup.find(self._session, sorted(named), [code]) if named else ()
        return {str(lines.identifier_of(one, self._model)).lower(): one["uuid"] for one in found}

    def _reachable(self, one: _Pending, uuids: Mapping[str, str]) -> _Pending:
        """Let associated products wait that the PIM does not have yet."""
        columns = associated(one.payload, self._parse)
        absent = [code for codes in columns.values() for code in codes if code.lower() not in uuids]
        if not absent:
            return one
        told = tuple(absent_problem("associations", code, "", one.payload) for code in absent)
        lists = {name: one.payload[name] or [] for name in columns}
        return one.without(without_members(lists, {code.lower() for code in absent}, told))

    def _other_prices(self, pending: Iterable[_Pending]) -> dict[str, Prices]:
        """Read the prices in currencies that the changes do not name: the PIM replaces all currencies at once."""
        there = [one for one in pending if not one.change.absent]
        partial = {one.change.key: names for one in there if (names := self._partial_prices(one.payload))}
        codes = sorted({column.attribute.code for names in partial.values() for column in names})
        found: dict[str, Prices] = {}
        for product in lookup.find(self._session, partial, [self._model.identifier.code, *codes]) if partial else ():
            flat = lines.flat(product, self._model)
            found[str(flat["identifier"]).lower()] = self._kept(flat, codes)
        return found

    def _partial_prices(self, payload: Mapping[str, Any]) -> list[ValueColumn]:
        columns = [column for name in payload if isinstance(column := self._parse(name), ValueColumn) and column.part]
        return [
            column
            for column in columns
            if any(f"{column.whole}-{code}" not in payload for code in self._model.currencies_of(column.scope))
        ]

    def _kept(self, flat: Mapping[str, Any], codes: Iterable[str]) -> Prices:
        kept: dict[str, dict[str, int | str]] = {}
        for name, amount in flat.items():
            if name.partition("-")[0] in codes:
                whole, _, currency = name.rpartition("-")
                kept.setdefault(whole, {})[currency] = amount
        return kept

    def _created(self, doubtful: Sequence[Change]) -> frozenset[str]:
        """Find out which of these the run itself created: those whose creation is not older than the writer.

        The PIM's search finds a product a moment after its creation only: what it does not find is new.
        """
        if not doubtful:
            return frozenset()
        keys = [change.key for change in doubtful]
        try:
            found = list(lookup.find(self._session, keys, [self._model.identifier.code]))
        except FlowError as error:
            logger.warning("{} records cannot be told created or updated: {}", len(keys), error)
            return frozenset()
        old = (one for one in found if datetime.fromisoformat(one["created"]) < self._opened)
        before = {str(lines.identifier_of(one, self._model)).lower() for one in old}
        return frozenset(key.lower() for key in keys) - before


def _doubtful(one: _Pending, answer: Answer) -> bool:
    """Tell whether the status does not say if the record is new.

    A line done by an earlier try answers 204 although that try created it; a simple product that gets a parent
    answers 201 although it was there.
    """
    if answer.status == 201:
        return bool(one.payload.get("parent"))
    return answer.status == 204 and answer.repeated and not one.change.known
