"""What is in a shop that tests write to, what was asked of it, and what it will answer."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from pimflow import (
    Change,
    Finding,
    Item,
    Message,
    Outcome,
    Outlook,
    Problem,
    ProblemKind,
    RowProblem,
    Run,
    Status,
    Window,
)

SHOPS: dict[str, Shop] = {}


class Shop:
    """What is in the shop, what was asked of it, and what it will answer."""

    def __init__(self) -> None:
        self.tables: dict[str, Any] = {}
        self.records: dict[tuple[str, str], dict[str, Any]] = {}
        self.batches: list[list[Change]] = []
        self.feeds: list[list[Mapping[str, Any]]] = []
        self.closed: list[bool] = []
        self.deleted: list[str] = []
        self.windows: list[Window] = []
        self.sessions = 0
        self.asked: list[Sequence[str]] = []
        self.asked_free: list[list[str]] = []
        self.scripts: dict[str, list[Any]] = defaultdict(list)
        self.on_load: Callable[[Sequence[Change]], None] = lambda _batch: None
        self.prepare: Callable[[Mapping[str, Any]], Iterable[Item]] = self.prepare_plainly
        self.fit: Callable[[Sequence[Change]], Sequence[Change]] = lambda batch: batch
        self.runs: list[Run] = []
        self.unknown_columns: dict[str, RowProblem] = {}
        self.findings: list[Finding] = []
        self.outlooks: list[Outlook] = []
        self.events: list[tuple[str, Any]] = []
        self.messages: list[tuple[str, Message]] = []
        self.cursor: str | None = None
        self.now = 100
        self.lock = threading.Lock()
        self.most_in_flight = 0
        self.in_flight: Counter[str] = Counter()
        self.overlapping: set[str] = set()

    @property
    def sent(self) -> list[str]:
        """The keys of all changes that were sent, in order."""
        return [change.key for batch in self.batches for change in batch]

    def prepare_plainly(self, row: Mapping[str, Any]) -> Iterable[Item]:
        problems = []
        payload = dict(row)
        if payload.get("colour") == "BORD":
            problems.append(
                Problem("the shop has no such colour", ProblemKind.REFERENCE, "colour", "BORD", "Create it.")
            )
            del payload["colour"]
        if payload.get("name") == "forbidden":
            raise RowProblem("name", "forbidden", "which nobody may be called", remedy="Rename it.")
        yield Item("products", str(payload.get("sku", "")), payload, tuple(problems))

    def load(self, batch: Sequence[Change]) -> Iterator[Outcome]:
        with self.lock:
            self.batches.append(list(batch))
            for change in batch:
                self.in_flight[change.key] += 1
                if self.in_flight[change.key] > 1:
                    self.overlapping.add(change.key)
            self.most_in_flight = max(self.most_in_flight, len(+self.in_flight))
        try:
            self.on_load(batch)
            yield from self.answers(batch)
        finally:
            with self.lock:
                self.in_flight.subtract(change.key for change in batch)

    def answers(self, batch: Sequence[Change]) -> list[Outcome]:
        outcomes = []
        with self.lock:
            for change in batch:
                script = self.scripts[change.key]
                answer = script.pop(0) if script else None
                if isinstance(answer, BaseException):
                    raise answer
                if answer == "silence":
                    continue
                outcomes.append(self.answer(change, answer))
        return outcomes

    def answer(self, change: Change, scripted: Any) -> Outcome:
        if isinstance(scripted, Outcome):
            return scripted
        if scripted in {Status.REFUSED, Status.WAITING, Status.FAILED}:
            problem = Problem(f"the shop says {scripted}", ProblemKind.REFERENCE, "sku")
            return Outcome(change.resource, change.key, scripted, (problem,))
        parent = change.payload.get("parent")
        if parent and (change.resource, parent) not in self.records:
            problem = Problem("the shop does not have it yet", ProblemKind.REFERENCE, "parent", parent)
            return Outcome(change.resource, change.key, Status.WAITING, (problem,))
        record = (change.resource, change.key)
        status = Status.UPDATED if record in self.records else Status.CREATED
        self.records.setdefault(record, {}).update(change.payload)
        problems = tuple(scripted) if isinstance(scripted, tuple) else ()
        return Outcome(change.resource, change.key, status, problems)
