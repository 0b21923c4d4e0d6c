"""One batch of changes into the PIM: exactly one outcome each, however the PIM answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from pimflow import Change, Memory, Outcome, Status
from pimflow_akeneo.bulk import Line, deliver
from pimflow_akeneo.columns import Column
from pimflow_akeneo.kinds import BY_UUID, PRODUCTS, Kind
from pimflow_akeneo.products import lines
from pimflow_akeneo.products.existence.keys import existence
from pimflow_akeneo.products.judging.missing_references import Missing, problems
from pimflow_akeneo.products.judging.verdicts import Verdict, judge, without_members
from pimflow_akeneo.products.writing import uuid_lines
from pimflow_akeneo.products.writing.category_changes import as_whole, concerned, not_offered, together
from pimflow_akeneo.products.writing.created_or_updated import created
from pimflow_akeneo.products.writing.made_records import MadeRecords
from pimflow_akeneo.products.writing.owned_trees import OwnedTrees
from pimflow_akeneo.products.writing.pending import Pending
from pimflow_akeneo.products.writing.prior_reads import Before
from pimflow_akeneo.products.writing.proposals import Proposals
from pimflow_akeneo.session import Session

_ARRIVED = frozenset({Status.CREATED, Status.UPDATED})
_ROUNDS = 4
"""The PIM names all bad values of a record at once, save those that it cannot even read: these come one by one."""

_MOST_WAITING = 100_000
"""So many records may wait for a part; of further ones it is told at once that they arrived without it."""


class Loading:
    """Sends batches; safe for several threads."""

    def __init__(
        self, session: Session, kind: Kind, parse: Callable[[str], Column], trees: OwnedTrees, memory: Memory
    ) -> None:
        self._session = session
        self._kind = kind
        self._parse = parse
        self._trees = trees
        self._partly: dict[str, Status] = {}
        """What became of records of which a part still waits: one that comes again is not new, and waits no more."""
        self._made = MadeRecords()
        self._proposals = Proposals(session, parse, memory)
        self._whole_categories = False
        """The PIM does not add or remove categories by itself."""
        self._opened: datetime = session.now().replace(microsecond=0)  # the PIM's own times have no fractions

    def load(self, batch: Sequence[Change]) -> list[Outcome]:
        """Write each change under its uuid where it has one, under its key where not."""
        return [outcome for kind, pending in self._by_kind(batch) for outcome in self._load(kind, pending)]

    def planned(self, batch: Sequence[Change]) -> list[Change]:
        """Give changes with whole lists of categories, which can be held against those that the PIM has."""
        whole = [one for kind, pending in self._by_kind(batch) for one in as_whole(self._session, kind, pending)]
        payloads = {one.change.key: one.payload for one in whole}
        return [replace(one, item=replace(one.item, payload=payloads[one.key])) for one in batch]

    def partly(self, keys: Iterable[str]) -> frozenset[str]:
        """Give those of the keys whose record this run wrote already, while a part of it still waits."""
        return frozenset(key for key in keys if key.lower() in self._partly)

    def _by_kind(self, batch: Sequence[Change]) -> list[tuple[Kind, list[Pending]]]:
        by_uuid = [Pending.of(change, BY_UUID) for change in batch if change.payload.get("uuid")]
        others = [Pending.of(change, self._kind) for change in batch if not change.payload.get("uuid")]
        return [(BY_UUID, by_uuid), (self._kind, others)]

    def _load(self, kind: Kind, pending: Sequence[Pending]) -> Iterator[Outcome]:
        pending = together(self._trees.merged(self._session, kind, pending))
        held = self._proposals.still_waiting(kind, pending)
        yield from (one.outcome(*held[one.key]) for one in pending if one.key in held)
        pending = [one for one in pending if one.key not in held]
        before = Before(self._session, kind, self._parse, pending, self._made)
        there = before.there
        if kind is BY_UUID:
            pending = [self._reachable(one, before.uuids) for one in pending]
        for number in range(1, _ROUNDS + 1):
            if not pending:
                return
            if self._whole_categories:
                pending = as_whole(self._session, kind, pending)
            sent = [self._line(one, kind, before) for one in pending]
            answered = list(zip(pending, deliver(self._session, kind.path, kind.key, sent), strict=True))
            statuses = created(self._session, kind, answered, there, self._opened)
            done = [one for one, answer in answered if answer is not None and answer.status == 204]
            proposed = self._proposals.proposed(kind, done)
            pending = []
            arrived: list[tuple[Pending, Status]] = []
            for one, answer in answered:
                if not_offered(answer) and concerned(one.payload):
                    self._whole_categories = True
                    pending.append(one)
                    continue
                verdict = judge(answer, one.payload, self._parse, one.key, kind, one_by_one=number < _ROUNDS - 1)
                if verdict.sent_again and number < _ROUNDS and one.may_go_without(verdict):
                    pending.append(one.without(verdict))
                elif one.key in proposed:
                    yield one.outcome(*proposed[one.key])
                else:
                    status = statuses.get(one.key, verdict.status)
                    if status is Status.CREATED and (prices := before.sent(one)):
                        self._made.add(one.key, prices)
                    arrived.append((one, status))
                    yield self._settled(one, verdict, status)
            self._note(kind, [(one, status) for one, status in arrived if status in _ARRIVED])

    def _settled(self, one: Pending, verdict: Verdict, status: Status) -> Outcome:
        """Tell the outcome; a record whose associations are missing waits once, then it has arrived without them."""
        if status not in _ARRIVED:
            return one.outcome(status, verdict.problems)
        key = one.change.key.lower()
        if key in self._partly:
            return one.outcome(self._partly[key])
        if one.waits and len(self._partly) < _MOST_WAITING:
            self._partly[key] = status
            status = Status.WAITING
        return one.outcome(status)

    def _note(self, kind: Kind, arrived: Sequence[tuple[Pending, Status]]) -> None:
        there = existence(self._session, kind)
        there.wrote(one.key for one, _ in arrived)
        placed = ((one, status is Status.CREATED or "parent" in one.payload) for one, status in arrived)
        there.placed({one.key: one.payload.get("parent") for one, tells in placed if tells})
        if kind is BY_UUID:
            named = [one.change.payload.get("identifier") for one, _ in arrived]
            existence(self._session, PRODUCTS).wrote(str(identifier) for identifier in named if identifier)

    def _line(self, one: Pending, kind: Kind, before: Before) -> Line:
        body = lines.line(one.payload, self._parse, before.prices.get(one.key.lower(), {}))
        if kind is BY_UUID:
            return uuid_lines.line(body, self._session.catalog.model.identifier.code, before.uuids)
        return {kind.key: one.key, **body}

    def _reachable(self, one: Pending, known: uuid_lines.Uuids) -> Pending:
        """Let associated products wait that the PIM does not have yet."""
        columns = uuid_lines.associated(one.payload, self._parse)
        absent = [code for codes in columns.values() for code in codes if code.lower() not in known]
        if not absent:
            return one
        told = problems(Missing("associations", tuple(absent), ""), one.payload)
        lists = {name: one.payload[name] or [] for name in columns}
        return one.without(without_members(lists, {code.lower() for code in absent}, told))
