"""One batch of a sink: what the target has of it, what goes, and what became of each record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from loguru import logger

from pimflow.delivering.diff import Candidate, Rules, columns_of_new
from pimflow.delivering.following import Reply, follow
from pimflow.delivering.new_records import Arrived, NewRecords
from pimflow.delivering.unnumbered import met_again, numbered
from pimflow.errors import FlowError, RemoteError, UnreachableError
from pimflow.model import SETTLED, Change, Outcome, Problem, ProblemKind, Status, Who
from pimflow.plain import as_json
from pimflow.sentences import said, said_by
from pimflow.sinks import Sink, Writer

Settle = Callable[[Sequence[Reply]], None]
"""Takes the replies to one batch, in the thread that keeps the state."""


class Batches:
    """Candidates gathered by resource; each full batch is handed to `take`."""

    def __init__(self, size: int, take: Callable[[Sequence[Candidate]], None]) -> None:
        self._size = size
        self._take = take
        self._begun: dict[str, list[Candidate] | NewRecords] = {}

    def put(self, candidate: Candidate) -> None:
        """Add one candidate."""
        resource = candidate.change.resource
        batch = self._begun.setdefault(resource, [])
        if isinstance(batch, NewRecords):
            batch = self._begun[resource] = [*batch]
        batch.append(candidate)
        if len(batch) >= self._size:
            self._take(self._begun.pop(resource))

    def put_all(self, records: NewRecords) -> None:
        """Add new records of one resource; they stay side by side unless others have begun a batch."""
        resource = records.changes[0].resource
        begun = self._begun.get(resource)
        if isinstance(begun, list):
            missing = self._size - len(begun)
            for candidate in records[:missing]:
                self.put(candidate)
            records = records[missing:]
        elif isinstance(begun, NewRecords):
            del self._begun[resource]
            records = begun.and_then(records)
        while len(records) >= self._size:
            self._take(records[: self._size])
            records = records[self._size :]
        if records:
            self._begun[resource] = records

    def drain(self) -> None:
        """Hand over what is left."""
        for resource in list(self._begun):
            self._take(self._begun.pop(resource))

    def clear(self) -> None:
        """Forget what is left."""
        self._begun.clear()


def write(sink: Sink, writer: Writer, batch: Sequence[Candidate], rules: Rules) -> Sequence[Reply]:
    """Write one batch, in a thread of the pool, and give one reply for each candidate."""
    aside: list[Reply] = []
    try:
        if not isinstance(batch, NewRecords) or rules.history or rules.asks_what_exists:
            batch, without_key = met_again(sink, writer, batch, rules)
            batch, aside = follow(sink, writer, batch, rules)
            aside += without_key
        there = _ask(writer, batch, rules)
        changes, replies = _sort_out(sink, batch, rules, there)
        changes, told, decided = fitted(writer, changes)
        if rules.against_target:
            changes, same = _differing(writer, changes, there, rules)
            decided |= same
        loaded = [*writer.load(changes)] if changes else []
        if isinstance(batch, NewRecords) and not (told or decided) and (arrived := Arrived.of(batch, loaded)):
            return arrived
        outcomes = {outcome.key: outcome for outcome in loaded}
        taken = {change.key: _taken(change, outcomes.get(change.key)) for change in changes}
        outcomes |= decided
        outcomes |= {} if rules.against_target else _made_whole(writer, batch, outcomes, rules)
    except UnreachableError as error:
        failed = [(candidate, outcome_of(candidate, Status.FAILED, _unreachable(error))) for candidate in batch]
        return [*aside, *failed]
    except NotImplementedError:
        raise RemoteError(
            said(
                "{title} cannot tell which records exist, so `once`, `diff: target` and `mode: {mode}` cannot work "
                "with it",
                title=said(sink.title),
                mode=rules.mode,
            )
        ) from None
    except FlowError:
        raise
    except Exception as error:  # noqa: BLE001 - a mistake in a plugin costs this batch, and is told
        logger.opt(exception=True).error("{} failed on a batch", type(writer).__name__)
        return [*aside, *((candidate, outcome_of(candidate, Status.UNKNOWN, _defect(error))) for candidate in batch)]
    written = [
        replies.get(key)
        or (
            _loaded(candidate, there, taken, history=rules.history),
            _became(candidate, outcomes.get(key), told.get(key, ())),
        )
        for candidate in batch
        for key in [candidate.change.key]
    ]
    return [*aside, *(numbered(sink, reply, rules) for reply in written)]


def _taken(change: Change, outcome: Outcome | None) -> Mapping[str, Any]:
    """Give the values of a change that went into the target."""
    if outcome is None or outcome.status not in SETTLED:
        return {}
    if not outcome.problems:
        return change.payload
    refused = {problem.field for problem in outcome.problems}
    return {name: value for name, value in change.payload.items() if name not in refused} if refused else change.payload


def _loaded(candidate: Candidate, there: There, taken: Mapping[str, Mapping[str, Any]], *, history: bool) -> Candidate:
    """Note what the target had, and what it took: as the flow gave it, where it was made ready for the target."""
    key, payload = candidate.change.key, candidate.change.payload
    if not history and key not in there.before:  # nobody asks for either
        return candidate
    sent = taken.get(key, {})
    if sent is not payload:
        given = {**candidate.creation, **payload}
        sent = {name: given.get(name, value) for name, value in sent.items()}
    deleted = candidate.change.known and key in there.before and key not in there.exists
    return replace(candidate, before=there.before.get(key, candidate.before), sent=sent, deleted=deleted)


def _made_whole(
    writer: Writer, batch: Sequence[Candidate], outcomes: Mapping[str, Outcome], rules: Rules
) -> dict[str, Outcome]:
    """Give records what belongs to new ones, where the target made them anew: somebody had deleted them there."""
    again = []
    for candidate in batch:
        change, outcome = candidate.change, outcomes.get(candidate.change.key)
        if not change.known or outcome is None or outcome.status is not Status.CREATED:
            continue
        all_of_new = columns_of_new(candidate.prepared.item.payload, rules)
        creation = {name: value for name, value in all_of_new.items() if name not in change.payload}
        if creation:
            again.append(replace(change, item=replace(change.item, payload=creation)))
    going, told, written = fitted(writer, again)
    written |= {outcome.key: outcome for outcome in writer.load(going)} if going else {}
    return {key: _as_new(outcomes[key], after, told.get(key, ())) for key, after in written.items()}


def _as_new(before: Outcome, after: Outcome, told: tuple[Problem, ...]) -> Outcome:
    """Make one outcome of the two of a record that was made anew."""
    status = Status.CREATED if after.status in SETTLED else after.status
    return replace(before, status=status, problems=(*before.problems, *told, *after.problems))


def fitted(
    writer: Writer, changes: Sequence[Change]
) -> tuple[Sequence[Change], dict[str, tuple[Problem, ...]], dict[str, Outcome]]:
    """Give the changes as far as the target can take them, the problems that this found, both by key.

    A record that is there and of which nothing is left to be sent has its outcome already; so has one that goes
    with all its values or not at all.
    """
    after = writer.fit(changes) if changes else changes
    if after is changes:
        return changes, {}, {}
    going: list[Change] = []
    told: dict[str, tuple[Problem, ...]] = {}
    decided: dict[str, Outcome] = {}
    for before, change in zip(changes, after, strict=True):
        problems = before.item.problems
        found = change.item.problems
        new = tuple(one for one in found if one not in problems) if found is not problems else ()
        if new:
            told[change.key] = new
        if change.whole and new:
            decided[change.key] = Outcome(change.resource, change.key, Status.REFUSED)
        elif change.known and before.payload and not change.payload:
            decided[change.key] = Outcome(change.resource, change.key, Status.UNCHANGED)
        else:
            going.append(change)
    return going, told, decided


def _differing(
    writer: Writer, changes: Sequence[Change], there: There, rules: Rules
) -> tuple[list[Change], dict[str, Outcome]]:
    """Give the changes of which the target has not all values already, and the outcomes of the others."""
    held = {change.key: change.payload for change in writer.as_held(changes)} if changes else {}
    going: list[Change] = []
    same: dict[str, Outcome] = {}
    for change in changes:
        now = as_json(dict(there.before.get(change.key, {})))
        wanted = as_json(dict(held[change.key]))
        equal = wanted.keys() == change.payload.keys() and all(
            now.get(name) == value or name in rules.stamps for name, value in wanted.items()
        )
        if equal and change.key in there.exists:
            same[change.key] = Outcome(change.resource, change.key, Status.UNCHANGED)
        else:
            going.append(change)
    return going, same


def _became(candidate: Candidate, outcome: Outcome | None, told: tuple[Problem, ...]) -> Outcome:
    """See that a record has an outcome, and one that did not arrive a reason to tell; `told` is what did not fit."""
    if outcome is None:
        return outcome_of(candidate, Status.UNKNOWN, _UNANSWERED, *told)
    if not outcome.problems and not told and outcome.status not in SETTLED:
        outcome = replace(outcome, problems=(_NO_REASON,))
    return replace(outcome, problems=(*told, *outcome.problems)) if told else outcome


@dataclass(frozen=True, slots=True)
class There:
    """Which records of a batch the target has, and what those that were asked for have in the columns to be written."""

    exists: frozenset[str]
    before: Mapping[str, Mapping[str, Any]]


def _ask(writer: Writer, batch: Sequence[Candidate], rules: Rules) -> There:
    """Tell new records from existing ones where that matters, and ask for old values that are not known here."""
    if not batch or not (rules.history or rules.asks_what_exists):
        return There(frozenset(), {})
    resource = batch[0].change.resource
    strange = {c.change.key: c for c in batch if _is_strange(c, rules)}
    unsure = [c.change.key for c in batch if _is_unsure(c, rules) and c.change.key not in strange]
    columns = sorted({name for c in strange.values() for name in c.change.payload})
    before: dict[str, Mapping[str, Any]] = {}
    try:
        found = writer.current(resource, list(strange), columns) if strange else {}
        before = {key: found.get(key, {}) for key in strange}
    except NotImplementedError:
        if rules.asks_what_exists:
            raise
        found = {}
    exists = {*found, *(writer.current(resource, unsure, ()) if unsure else ())}
    if rules.mode != "update" and not rules.against_target:
        exists.update(c.change.key for c in batch if c.change.known)
    return There(frozenset(exists), before)


def _is_strange(candidate: Candidate, rules: Rules) -> bool:
    """Tell whether old values are to be asked for; one that waits was asked for when it was sent first."""
    if candidate.before is not None or not (rules.history or rules.against_target):
        return False
    if rules.against_target or (rules.two_way and candidate.change.known):
        return True
    return bool(candidate.fresh) if candidate.change.known else rules.asks_what_exists


def _is_unsure(candidate: Candidate, rules: Rules) -> bool:
    """Tell whether it matters that the target has the record, and is not known."""
    if rules.against_target or not candidate.change.known:
        return rules.asks_what_exists
    return rules.mode == "update"


def _sort_out(
    sink: Sink, batch: Sequence[Candidate], rules: Rules, there: There
) -> tuple[Sequence[Change], dict[str, Reply]]:
    """Give what is to be sent, and replies for the rest."""
    if not rules.asks_what_exists:
        return batch.changes if isinstance(batch, NewRecords) else [candidate.change for candidate in batch], {}
    changes: list[Change] = []
    replies: dict[str, Reply] = {}
    for candidate in batch:
        change = candidate.change
        if change.key in there.exists and rules.mode == "create" and not change.known:
            replies[change.key] = (candidate, outcome_of(candidate, Status.UNCHANGED))
        elif change.key not in there.exists and rules.mode == "update":
            replies[change.key] = (candidate, refuse_missing(candidate, sink))
        elif change.key not in there.exists and change.known and not rules.recreate:
            replies[change.key] = (replace(candidate, deleted=True), outcome_of(candidate, Status.UNCHANGED))
        elif change.key not in there.exists:
            creation = columns_of_new(candidate.prepared.item.payload, rules) if change.known else candidate.creation
            payload = {**creation, **{k: v for k, v in change.payload.items() if v is not None}}
            changes.append(replace(change, item=replace(change.item, payload=payload), absent=True))
        else:
            changes.append(change)
    return changes, replies


def outcome_of(candidate: Candidate, status: Status, *problems: Problem) -> Outcome:
    """Make the outcome of a candidate."""
    return Outcome(candidate.change.resource, candidate.change.key, status, problems)


def refuse_missing(candidate: Candidate, sink: Sink) -> Outcome:
    """Refuse a record that a flow with `mode: update` does not find in the target."""
    names = {"title": said(sink.title), "noun": said(sink.noun[0])}
    remedy = said(
        "Correct the key in the source. Your administrator can let pimflow create {nouns} there.",
        nouns=said(sink.noun[1]),
    )
    problem = Problem(
        said("{title} has no such {noun}, and pimflow creates none there", **names),
        ProblemKind.MISSING,
        remedy=remedy,
        detail="`mode: upsert` lets pimflow create records that are not there.",
    )
    return outcome_of(candidate, Status.REFUSED, problem)


def _unreachable(error: UnreachableError) -> Problem:
    return Problem(
        said_by(error),
        error.kind,
        remedy=said("It is sent again by the next run, by itself."),
        who=Who.ADMINISTRATOR,
        detail=error.detail,
    )


def _defect(error: Exception) -> Problem:
    return Problem(
        said("the plugin failed while it wrote"),
        ProblemKind.CONNECTION,
        remedy=said(
            "It is sent again by the next run. If that fails too, report it to the plugin's authors with the log."
        ),
        who=Who.ADMINISTRATOR,
        detail=f"{type(error).__name__}: {error}",
    )


_UNANSWERED = Problem(
    said("the target did not say what became of it"),
    ProblemKind.CONNECTION,
    remedy=said("It is sent again by the next run, by itself."),
    who=Who.ADMINISTRATOR,
)
_NO_REASON = Problem(
    said("the target gave no reason"),
    remedy=said("See the log of the run. If it tells no more, ask the authors of the plugin."),
    who=Who.ADMINISTRATOR,
)
