"""Pairs of records that may be one, as a table that a person decides about, and what she decided."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from pimflow.chunks import chunked
from pimflow.errors import ConfigError, Mistake
from pimflow.matching.comparing import Match, kinds_of
from pimflow.sheets import Line, header_of
from pimflow.state import history
from pimflow.state.comparison import Couple
from pimflow.state.database import Database
from pimflow.state.links import Link
from pimflow.words import did_you_mean

COLUMNS = (
    "flow",
    "records",
    "source_key",
    "target_key",
    "why",
    "source_name",
    "target_name",
    "source_code",
    "target_code",
    "target_id",
    "decision",
)
"""What is told of each pair; a person fills the last one."""

SAME, DIFFERENT = "same", "different"
_WORDS = {
    **dict.fromkeys([SAME, "yes", "y", "x", "1", "true", "link"], True),
    **dict.fromkeys([DIFFERENT, "no", "n", "0", "false"], False),
}
_AT_ONCE = 500


def pair_lines(found: Sequence[Match], database: Database, pipeline: str) -> Iterator[Line]:
    """Give the header, then each pair: those decided earlier with their decision, then those to decide."""
    yield COLUMNS
    for match in found:
        for link in match.links(database, pipeline).decided():
            said = SAME if link.same else DIFFERENT
            yield [match.flow, match.records, link.key, link.target_key, "decided", *[""] * 5, said]
        for couple in match.comparison.couples():
            source, target = couple.source, couple.target
            why = ", ".join(kinds_of(couple))
            told = [source.name, target.name, source.code, target.code, target.id]
            yield [match.flow, match.records, source.key, target.key, why, *told, ""]


def approve_kinds(match: Match, kinds: Collection[str]) -> None:
    """Take all pairs for the same whose keys differ in these ways only.

    A record that may be several others is left to a person, and so are two with different codes.
    """
    pairs = (
        Link(couple.source.key, couple.target.key, same=True)
        for couple in match.comparison.couples()
        if couple.sole and set(kinds_of(couple)) <= set(kinds) and not _codes_differ(couple)
    )
    for chunk in chunked(pairs, _AT_ONCE):
        match.comparison.decide(chunk)


def _codes_differ(couple: Couple) -> bool:
    return bool(couple.source.code and couple.target.code) and couple.source.code != couple.target.code


def read_decisions(found: Sequence[Match], file: str, lines: Iterator[tuple[int, Line]]) -> None:
    """Take what a person decided in a file of pairs. Raises ConfigError with all mistakes; then nothing is decided."""
    header = header_of(lines, ("flow", "source_key", "target_key", "decision"), file, "pimflow match --export")
    mistakes: list[Mistake] = []
    for chunk in chunked(lines, _AT_ONCE):
        decided: dict[str, list[Link]] = {match.name: [] for match in found}
        for number, line in chunk:
            cells = dict(zip(header, line, strict=False))
            mistake = _take(cells, found, decided) or ""
            mistakes += [Mistake(mistake, file, number)] if mistake else []
        for match in found:
            for link in decided[match.name]:
                mistakes += [Mistake(one, file) for one in _wrong(match, link)]
            match.comparison.decide(decided[match.name])
    mistakes += [Mistake(one, file) for match in found for one in _clashing(match)]
    if mistakes:
        raise ConfigError(*mistakes)


def _take(cells: Mapping[str, str], found: Sequence[Match], decided: Mapping[str, list[Link]]) -> str | None:
    """Take one line; what is wrong with it is given."""
    word = cells.get("decision", "").strip().casefold()
    if not word:
        return None
    of_flow = [match for match in found if match.flow == cells["flow"]]
    if not of_flow:
        near = did_you_mean(cells["flow"], {match.flow for match in found})
        return f"no flow that was matched is called {cells['flow']!r}{near}"
    if word not in _WORDS:
        return f"the decision is {word!r}; {SAME!r} or {DIFFERENT!r} was expected"
    wanted = cells.get("records", "").strip()
    meant = [match for match in of_flow if not wanted or match.records == wanted]
    if len(meant) != 1:
        names = " or ".join(repr(match.records) for match in of_flow)
        return f"flow {cells['flow']}: the column `records` says {wanted!r}; {names} was expected"
    decided[meant[0].name].append(Link(cells["source_key"], cells["target_key"], _WORDS[word]))
    return None


def _wrong(match: Match, link: Link) -> Iterator[str]:
    """Say what speaks against a link."""
    if not link.same:
        return
    pair = f"{link.key} -> {link.target_key}"
    ours, theirs = match.comparison.of_source(link.key), match.comparison.of_target(link.target_key)
    changed = "did a spreadsheet change it, such as its zeros? An .xlsx file keeps them"
    if ours is None:
        yield f"{pair}: {match.source} has no {match.noun[0]} {link.key!r}; {changed}"
    elif ours == link.key != link.target_key:
        yield f"{pair}: {match.target} has {link.key} under this very key"
    if theirs is None:
        yield f"{pair}: {match.target} has no {match.noun[0]} {link.target_key!r}; {changed}"
    elif theirs not in {"", link.key}:
        yield f"{pair}: {link.target_key} is {theirs} of {match.source} already"


def _clashing(match: Match) -> Iterator[str]:
    for key, others in match.comparison.clashes():
        yield f"flow {match.name}: {key} cannot be the same as {' and '.join(others)}; choose one"


def keep_decisions(
    found: Sequence[Match], database: Database, pipeline: str, now: datetime, *, leave_rest: bool
) -> Mapping[str, tuple[int, int]]:
    """Keep what was decided, and give for each target how many decisions and how many pairs without one, by its name.

    One without any pair left, or whose rest is left as it is, has been matched: the first import there may run. After a
    decision the next run reads everything.
    """
    kept: dict[str, tuple[int, int]] = {}
    for match in found:
        left = match.comparison.undecided()
        links = match.links(database, pipeline)
        kept[match.name] = (links.decide(match.comparison.decided(), now, matched=leave_rest or not left), left)
    if any(number for number, _ in kept.values()):
        history.forget_cursors(database, pipeline)  # records that did not change go elsewhere now, or name others
    return kept
