"""Candidates become batches, batches are written several at a time, and each candidate gets exactly one verdict."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from typing import Protocol

from loguru import logger

from pimflow.delivering.batches import Batches, Settle, write
from pimflow.delivering.diff import Candidate, Rules
from pimflow.delivering.following import Reply
from pimflow.delivering.new_records import Arrived, NewRecords
from pimflow.errors import FlowError, GuardError
from pimflow.many_outcomes import Alike
from pimflow.model import Header, Row, Status
from pimflow.rows import CHUNK_ROWS
from pimflow.sentences import said
from pimflow.sinks import Sink, Writer
from pimflow.spool import Spool


class Loading(Protocol):
    """What writes candidates: `Loader`, or `plan.Planner` which only looks."""

    def put(self, candidate: Candidate) -> None:
        """Take one candidate."""

    def put_all(self, records: NewRecords) -> None:
        """Take new records, which are those of one resource."""

    def append(self, header: Header, rows: Sequence[Row]) -> Alike | None:
        """Write rows at once, after all that was put; None where they have to be put one by one."""

    def drain(self) -> None:
        """Write what was taken so far, and wait for the replies."""

    def finish(self) -> None:
        """Write the rest, and what waited for other records."""

    def close(self) -> None:
        """Stop; nothing more is written."""


_AHEAD = 2
"""Batches for each lane: one that is written, and one that it goes on with while the state is kept."""


class Loader:
    """Writes candidates into one sink. Used from one thread; `settle` is called in that thread.

    `may_write` is asked before each batch, or each thousand rows, and raises where this run may write no more.
    """

    def __init__(
        self,
        sink: Sink,
        writer: Writer,
        rules: Rules,
        settle: Settle,
        max_failed: int,
        may_write: Callable[[], None] = lambda: None,
    ) -> None:
        self._may_write = may_write
        self._sink = sink
        self._writer = writer
        self._rules = rules
        self._settle = settle
        self._max_failed = max_failed
        self._failed_in_a_row = 0
        # Where batches go one by one, each is kept before the next is written.
        self._most_under_way = sink.in_flight * _AHEAD if sink.in_flight > 1 else 1
        self._batches = Batches(sink.batch_size, self._send)
        self._order = (False, False)
        self._under_way: set[Future[Sequence[Reply]]] = set()
        self._waiting: Spool[Reply] = Spool()
        self._unasked = CHUNK_ROWS
        self._pool = ThreadPoolExecutor(sink.in_flight, thread_name_prefix="pimflow-load")

    def put(self, candidate: Candidate) -> None:
        """Add a candidate; a full batch is sent. Raises FlowError when the flow cannot go on.

        Those that pass keys on go one batch after the other, and what is put aside before them.
        """
        self._in_order((candidate.prepared.in_turn, bool(candidate.prepared.aside)))
        self._batches.put(candidate)

    def put_all(self, records: NewRecords) -> None:
        """Add new records; full batches are sent. Raises FlowError when the flow cannot go on."""
        self._in_order((False, False))
        self._batches.put_all(records)

    def _in_order(self, order: tuple[bool, bool]) -> None:
        if order != self._order:
            self.drain()
            self._order = order

    def append(self, header: Header, rows: Sequence[Row]) -> Alike | None:
        """Write rows at once behind all that was put; None where the writer wants them one by one."""
        self.drain()
        if self._unasked >= CHUNK_ROWS:
            self._may_write()
            self._unasked = 0
        self._unasked += len(rows)
        return self._writer.append(header, rows)

    def drain(self) -> None:
        """Send what is left and wait for all replies."""
        self._batches.drain()
        while self._under_way:
            self._collect()

    def finish(self) -> None:
        """Send the rest; then what waits for another record, again and again while that settles some of it."""
        self.drain()
        while self._waiting.count:
            before, again = self._waiting.count, self._waiting
            self._waiting = Spool()
            try:
                for candidate, _ in again:
                    self.put(candidate)
                self.drain()
            finally:
                again.clear()
            if self._waiting.count >= before:
                self._give_up_waiting()

    def close(self) -> None:
        """Wait for what is under way and settle it; what was not sent yet is not sent."""
        self._batches.clear()
        self._under_way = {future for future in self._under_way if not future.cancel()}
        try:
            while self._under_way:
                self._collect_last()
        finally:
            self._pool.shutdown()
            self._waiting.clear()

    def _collect_last(self) -> None:
        try:
            self._collect()
        except FlowError as error:
            logger.opt(exception=True).debug("while closing: {}", error)

    def _send(self, batch: Sequence[Candidate]) -> None:
        in_turn, _ = self._order
        while len(self._under_way) >= (1 if in_turn else self._most_under_way):
            self._collect()
        self._may_write()
        self._under_way.add(self._pool.submit(write, self._sink, self._writer, batch, self._rules))

    def _collect(self) -> None:
        done, self._under_way = wait(self._under_way, return_when=FIRST_COMPLETED)
        errors = [error for future in done if (error := future.exception())]
        together = _together([future.result() for future in done if not future.exception()])
        for replies in together:
            self._put_back_waiting(replies)
            self._settle(replies)
        if errors:
            raise errors[0]
        for replies in together:
            self._count_failures(replies)

    def _put_back_waiting(self, replies: Sequence[Reply]) -> None:
        if not isinstance(replies, Arrived):
            for reply in replies:
                if reply[1].status is Status.WAITING:
                    self._waiting.put(reply)

    def _count_failures(self, replies: Sequence[Reply]) -> None:
        if isinstance(replies, Arrived):
            self._failed_in_a_row = 0
            return
        for _, outcome in replies:
            failed = outcome.status in {Status.FAILED, Status.UNKNOWN}
            self._failed_in_a_row = self._failed_in_a_row + 1 if failed else 0
        if self._failed_in_a_row > self._max_failed:
            reasons = [str(problem) for problem in replies[-1][1].problems]
            raise GuardError(
                said(
                    "{number} records failed in a row, and max_failed is {most}. What was written stays; the next run "
                    "goes on from there",
                    number=self._failed_in_a_row,
                    most=self._max_failed,
                ),
                detail="; ".join(reasons),
            )

    def _give_up_waiting(self) -> None:
        replies = [(candidate, replace(outcome, status=Status.REFUSED)) for candidate, outcome in self._waiting]
        self._waiting.clear()
        self._waiting = Spool()
        self._settle(replies)


def _together(replies: Sequence[Sequence[Reply]]) -> Sequence[Sequence[Reply]]:
    """Put the replies to several batches together, but for those that stay side by side."""
    rest = [reply for some in replies if not isinstance(some, Arrived) for reply in some]
    arrived = [some for some in replies if isinstance(some, Arrived)]
    return [*arrived, rest] if rest or not arrived else arrived
