"""Records that go without a key, because the target gives it: each carries a mark, by which it is found again.

The mark is the id that the record has in its own system. A record that was made, and whose run was killed before that
was kept, is asked for by it, so that none is made twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from pimflow.delivering.diff import Candidate, Prepared, Rules, compared
from pimflow.delivering.fingerprints import fingerprint
from pimflow.delivering.following import Reply
from pimflow.model import SETTLED, Outcome, Problem, ProblemKind, Row, Status, Who
from pimflow.sentences import said
from pimflow.sinks import Sink, Writer


def marked(prepared: Sequence[Prepared], column: str, id_in: Callable[[Row], str]) -> list[Prepared]:
    """Note which items have no key of their own: those with their id in its place, which is their mark."""
    return [_marked(one, column) if one.item.key == id_in(one.source) else one for one in prepared]


def met_again(
    sink: Sink, writer: Writer, batch: Sequence[Candidate], rules: Rules
) -> tuple[Sequence[Candidate], list[Reply]]:
    """Give candidates under the keys of the records that carry their marks, and replies for those that have none yet.

    A run may have been killed since these were made.
    """
    marks = [one.change.mark for one in batch if one.change.mark]
    found = writer.marked(batch[0].change.resource, marks) if marks else {}
    going: list[Candidate] = []
    replies: list[Reply] = []
    for candidate in batch:
        key = found.get(candidate.change.mark) if candidate.change.mark else None
        if key == "":
            outcome = Outcome(candidate.change.resource, candidate.change.key, Status.REFUSED, given="")
            replies.append(_without_key(sink, candidate, outcome))
        else:
            going.append(candidate if key is None else _under(candidate, key, sink, rules))
    return going, replies


def numbered(sink: Sink, reply: Reply, rules: Rules) -> Reply:
    """Give what is kept of a record that was made without a key: it has the one that the target gave it."""
    candidate, outcome = reply
    if not candidate.change.mark or outcome.status not in SETTLED:
        return reply
    if not outcome.given:
        return _without_key(sink, candidate, outcome)
    return _under(candidate, outcome.given, sink, rules), replace(outcome, key=outcome.given)


def _marked(one: Prepared, column: str) -> Prepared:
    payload = {name: value for name, value in one.item.payload.items() if name != column}
    return replace(one, item=replace(one.item, payload=payload), mark=one.item.key)


def _under(candidate: Candidate, key: str, sink: Sink, rules: Rules) -> Candidate:
    """Let a record have a key, as if its row had brought it: then the next run finds nothing else in that row."""
    column, prepared, change = sink.key or "", candidate.prepared, candidate.change
    item = replace(prepared.item, key=key, payload={**prepared.item.payload, column: key})
    sent = candidate.sent if candidate.sent is None else {**candidate.sent, column: key}
    return replace(
        candidate,
        prepared=replace(prepared, item=item, was=prepared.mark),
        change=replace(
            change,
            item=replace(change.item, key=key, payload={**change.payload, column: key}),
            fingerprint=fingerprint(compared(item.payload, frozenset(), rules)),
            mark="",
        ),
        columns=candidate.columns | {column},
        sent=sent,
    )


def _without_key(sink: Sink, candidate: Candidate, outcome: Outcome) -> Reply:
    """Tell that the target has a record and gave it no key; each run asks again, as somebody may give it one."""
    title = said(sink.title)
    problem = Problem(
        said("{title} made this {noun}, and gave it none", title=title, noun=said(sink.noun[0])),
        ProblemKind.MISSING,
        sink.key,
        remedy=said(
            "Give it one in {title}, and have new ones numbered there; it then goes on by itself.", title=title
        ),
        who=Who.SOURCE_TEAM,
    )
    return candidate, replace(outcome, status=Status.REFUSED, problems=(*outcome.problems, problem), given="")
