"""Records that get another key: how each is found, and the order in which keys are passed on from one to another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pimflow.chunks import chunked
from pimflow.delivering.diff import Prepared
from pimflow.rows import CHUNK_ROWS
from pimflow.sinks import Moved, Sink, Writer
from pimflow.spool import Spool
from pimflow.state.identities import Identities
from pimflow.state.key_chains import KeyChains, new_key_chains
from pimflow.state.under_way import Begun

_LONGEST = 100


class Renaming:
    """Gives items of records that get another key what they are found by. `close` ends it."""

    def __init__(self, identities: Identities, sink: Sink, writer: Writer) -> None:
        self._identities = identities
        self._under_way = identities.under_way
        self._sink = sink
        self._writer = writer
        self._aside: Spool[Prepared] = Spool()

    def freely(self, chunk: Sequence[Prepared]) -> list[Prepared]:
        """Give items whose new key is free what they are found by; the target may lack some, which are new then."""
        before = self._before(chunk)
        return self._told(self._found(chunk, before, self._begun(chunk, before)))

    def in_turn(self, waiting: Spool[Prepared]) -> Iterator[list[Prepared]]:
        """Give items whose new key others give up, each after that one.

        Of a circle of keys one is put aside first: it gets a key of its own for a moment.
        """
        with new_key_chains() as chains:
            for chunk in chunked(waiting, CHUNK_ROWS):
                before, folded = self._before(chunk), self._sink.folded
                chains.put((folded(before[_id(one)]), folded(one.item.key), one) for one in chunk)
            for chunk in chunked(chains.opened(), CHUNK_ROWS):
                yield self._put_aside(chunk)
            yield from self._turns(chains)

    def left_aside(self) -> Iterator[list[Prepared]]:
        """Give what was put aside and did not get its new key, so that it gets the one back that it had."""
        for chunk in chunked(self._aside, CHUNK_ROWS):
            now = self._before(chunk)
            yield self._told([_back(one, self._sink) for one in chunk if now.get(_id(one)) == one.aside])

    def forget_done(self) -> None:
        """Forget which renames were begun, where they are done."""
        self._under_way.forget_done(
            lambda ids: {id_: one.key for id_, one in self._identities.known(frozenset(ids)).items()}
        )

    def close(self) -> None:
        """Remove what was held."""
        self._aside.clear()

    def _turns(self, chains: KeyChains) -> Iterator[list[Prepared]]:
        for chunk in chunked(chains.in_turn(), CHUNK_ROWS):
            plain = [one for one, opened in chunk if not opened]
            before = self._before(plain)
            found = self._found(plain, before, self._begun(plain, before))
            self._note(found, before)
            found += self._from_aside([one for one, opened in chunk if opened])
            by_id = {_id(one): one for one in found}
            yield self._told([replace(by_id[_id(one)], in_turn=True) for one, _ in chunk])

    def _put_aside(self, chunk: Sequence[Prepared]) -> list[Prepared]:
        before = self._before(chunk)
        found = self._found(chunk, before, self._begun(chunk, before))
        self._note(found, before)
        going = [_going_aside(one, before[_id(one)], self._sink) for one in found if one.renaming is not None]
        for one in going:
            self._aside.put(one)
        return self._told(going)

    def _from_aside(self, chunk: Sequence[Prepared]) -> list[Prepared]:
        """Give what was put aside what it is found by: under its old key there may be another one by now."""
        begun, given = self._under_way.of([_id(one) for one in chunk]), []
        for one in chunk:
            was, columns = begun[_id(one)].was, begun[_id(one)].columns
            if columns is None:
                given.append(one)
                continue
            aside = _aside_key(was, one.item.key)
            named = {**columns, self._key: one.item.key}
            given.append(replace(one, was=aside, before_aside=was, renaming=named))
        self._note(given, {_id(one): one.was for one in given})
        return given

    @property
    def _key(self) -> str:
        return self._sink.key or ""

    def _before(self, chunk: Sequence[Prepared]) -> dict[str, str]:
        """Give the keys under which the target has these records, by id."""
        return {id_: one.key for id_, one in self._identities.known({_id(one) for one in chunk}).items()}

    def _begun(self, chunk: Sequence[Prepared], before: Mapping[str, str]) -> dict[str, Begun]:
        """Give the renames of a run that was killed: what it passed on has the key of another one already."""
        begun = self._under_way.of([_id(one) for one in chunk])
        return {id_: one for id_, one in begun.items() if one.columns and one.was == before[id_]}

    def _note(self, chunk: Sequence[Prepared], before: Mapping[str, str]) -> None:
        """Keep which record each is, before anything is sent: should the run be killed, the keys no longer tell."""
        self._under_way.note(
            Begun(_id(one), before[_id(one)], None if one.renaming is None else self._columns(one.renaming))
            for one in chunk
        )

    def _told(self, given: list[Prepared]) -> list[Prepared]:
        """Tell the writer which records are meant: under their keys the target may have others by now, or nothing."""
        known = {one.aside or one.item.key: one.renaming for one in given if one.renaming}
        if known:
            self._writer.know(given[0].item.resource, known)
        return given

    def _columns(self, renaming: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in renaming.items() if name != self._key}

    def _found(
        self, chunk: Sequence[Prepared], before: Mapping[str, str], begun: Mapping[str, Begun]
    ) -> list[Prepared]:
        folded = self._sink.folded
        other = [one for one in chunk if folded(before[_id(one)]) != folded(one.item.key)]
        columns, moved = self._asked([one for one in other if _id(one) not in begun], before)
        given = []
        for one in chunk:
            was, known = before[_id(one)], begun.get(_id(one))
            if folded(was) == folded(one.item.key):
                given.append(replace(one, was=was))
            elif known is not None:
                given.append(replace(one, was=was, renaming={**(known.columns or {}), self._key: one.item.key}))
            elif was in columns:
                had = (moved[was].key or "") if was in moved else ""
                given.append(replace(one, was=was, renaming=columns[was], had=had))
            else:
                given.append(one)
        return given

    def _asked(
        self, chunk: Sequence[Prepared], before: Mapping[str, str]
    ) -> tuple[Mapping[str, Mapping[str, Any]], Mapping[str, Moved]]:
        """Ask the target by which columns these are renamed, and which of them people renamed there meanwhile."""
        if not chunk:
            return {}, {}
        resource, keys = chunk[0].item.resource, {before[_id(one)]: one.item.key for one in chunk}
        moved = self._writer.moved(resource, list(keys)) if self._sink.id is not None else {}
        return self._writer.renaming(resource, keys), moved


def _going_aside(one: Prepared, was: str, sink: Sink) -> Prepared:
    aside = _aside_key(was, one.item.key)
    return replace(one, was=was, aside=aside, renaming={**(one.renaming or {}), sink.key or "": aside})


def _back(one: Prepared, sink: Sink) -> Prepared:
    named = {**(one.renaming or {}), sink.key or "": one.was}
    return replace(one, was=one.aside, aside=one.was, renaming=named, had="")


def _aside_key(was: str, key: str) -> str:
    """Give a key that no other record has, and that tells people what it is about."""
    return f"{_aside_begins(key)}{was[:_LONGEST]})"


def _aside_begins(key: str) -> str:
    return f"{key[:_LONGEST]} (was "


def is_aside(was: str, key: str) -> bool:
    """Tell whether a record that got a key had been put aside for it just before."""
    return bool(key) and was.startswith(_aside_begins(key))


def _id(one: Prepared) -> str:
    assert one.identity is not None
    return one.identity[0]
