"""Records that people gave another key in the target since they were sent: known by their id, which never changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pimflow.delivering.diff import Candidate, Rules
from pimflow.model import SETTLED, Outcome, Problem, ProblemKind, Status, Who
from pimflow.sentences import said
from pimflow.sinks import Moved, Sink, Writer
from pimflow.words import Lead

Reply = tuple[Candidate, Outcome]
"""What was to be sent of a record, and what became of it."""


def follow(sink: Sink, writer: Writer, batch: Sequence[Candidate], rules: Rules) -> tuple[list[Candidate], list[Reply]]:
    """Give the candidates as they are to be written, and replies for those whose key belongs to another record now."""
    asked = [one.change.key for one in batch if _is_known_by_key(one, sink)]
    moved = writer.moved(batch[0].change.resource, asked) if asked else {}
    ours = _ours(batch, moved, sink, rules) if moved else frozenset()
    going: list[Candidate] = []
    replies: list[Reply] = []
    for candidate in batch:
        found = moved.get(candidate.change.key)
        if found is None:
            going.append(candidate)
        elif found.key in ours:
            told = said(
                "is '{key}' in {title} now, which is the key of another one from here",
                key=found.key,
                title=said(sink.title),
            )
            replies.append((candidate, _refused(candidate, told, sink)))
        elif found.taken and found.key is not None:
            now = f"is '{found.key}' there now" if found.key else "has none there now"
            told = said(
                "belongs to another {noun} in {title} than before: the one that was written {now}",
                noun=said(sink.noun[0]),
                title=said(sink.title),
                now=now,
            )
            replies.append((candidate, _refused(candidate, told, sink)))
        else:
            going.append(_followed(candidate, found, sink, rules))
    return going, replies


def under_new_key(candidate: Candidate, outcome: Outcome) -> Reply:
    """Give what is kept of a record that has another key in the target by now."""
    if not candidate.new_key or outcome.status not in SETTLED:
        return candidate, outcome
    key, prepared = candidate.new_key, candidate.prepared
    named = replace(prepared, item=replace(prepared.item, key=key), was=prepared.item.key, by_hand=True)
    return replace(candidate, prepared=named), replace(outcome, key=key)


def _is_known_by_key(candidate: Candidate, sink: Sink) -> bool:
    return sink.id is not None and candidate.change.known and not candidate.change.payload.get(sink.id)


def _followed(candidate: Candidate, moved: Moved, sink: Sink, rules: Rules) -> Candidate:
    """Let a record be written by its id; it gets its key back where the flow owns that, or people took it away."""
    change, columns, new_key, had = candidate.change, dict(moved.columns), moved.key or "", ""
    if columns and sink.key is not None and (rules.owns_keys or not new_key):
        columns[sink.key], new_key, had = change.key, "", new_key
    item = replace(change.item, payload={**change.payload, **columns})
    prepared = replace(candidate.prepared, renaming={**(candidate.prepared.renaming or {}), **columns}, had=had)
    return replace(candidate, prepared=prepared, change=replace(change, item=item), moved=moved, new_key=new_key)


def _ours(batch: Sequence[Candidate], moved: Mapping[str, Moved], sink: Sink, rules: Rules) -> frozenset[str]:
    """Give those of the new keys that the flow has for records of its own."""
    resource, given = batch[0].change.resource, [one.key for one in moved.values() if one.key]
    here = {sink.folded(one.change.key) for one in batch}
    sent = {key for _, key in rules.sent([(resource, key) for key in given])}
    return frozenset(key for key in given if key in sent or sink.folded(key) in here)


def _refused(candidate: Candidate, told: str, sink: Sink) -> Outcome:
    problem = Problem(
        told,
        ProblemKind.DUPLICATE,
        sink.key,
        candidate.change.key,
        said(
            "Decide which of the two is meant, and give it this key in {title} again; it then goes by itself.",
            title=said(sink.title),
        ),
        Who.PRODUCT_MANAGER,
        lead=Lead.KEY,
        effect=said("Neither was updated"),
    )
    return Outcome(candidate.change.resource, candidate.change.key, Status.REFUSED, (problem,))
