"""Takes files out of a drop folder: those that are complete, in order, each once; then puts them away."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Any

import orjson

from pimflow import FlowError, RemoteError, Window, day_in_words, said
from pimflow_files.drop import Drop, Order
from pimflow_files.folders import Folder, Found, literal
from pimflow_files.local import BadFileError

_OK = ".ok"


@dataclass(frozen=True, slots=True)
class Taken:
    """What one run takes: `read` from the oldest to the newest, `passed` need no reading since a full one came later.

    `waiting` counts those left for later runs, `unfinished` is one that is not complete.
    """

    read: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    waiting: int = 0
    unfinished: str = ""

    def text(self) -> str:
        """Write it as a window carries it."""
        return orjson.dumps([self.read, self.passed, self.waiting, self.unfinished]).decode()

    @classmethod
    def of(cls, window: Window) -> Taken:
        """Read it from a window."""
        read, passed, waiting, unfinished = orjson.loads(window.partition or '[[],[],0,""]')
        return cls(tuple(read), tuple(passed), waiting, unfinished)


@dataclass(frozen=True, slots=True)
class DropFolder:
    """A folder, the pattern of the files that come into it, and how they are taken."""

    folder: Folder
    pattern: str
    order: Order
    drop: Drop

    def ready(self, now: datetime) -> str | None:
        """Say that nothing has ever come; None where something has. Raises RemoteError where a file is overdue."""
        here, before = self._here(), self._put_away()
        if due := self.drop.due_since(now):
            self._check_due([*here, *before], *due, unread=bool(here and self.drop.archive))
        if here or before:
            return None
        return said("No file has come yet that fits {pattern}.", pattern=self._said())

    def _check_due(self, known: Sequence[Found], due: datetime, since: datetime, *, unread: bool) -> None:
        last = max(known, key=lambda found: found.modified, default=None)
        if unread or (last is not None and last.modified >= since):
            return
        before = said("None came before")
        if last:
            at = last.modified.astimezone()
            before = said(
                "The last one, {file}, is of {day}, {time}", file=last.name, day=day_in_words(at), time=f"{at:%H:%M}"
            )
        raise RemoteError(
            said(
                "No file that fits {pattern} came by {time} on {day}. {before}. Ask the ERP team whether the export "
                "ran",
                pattern=self._said(),
                time=f"{due:%H:%M}",
                day=day_in_words(due),
                before=before,
            )
        )

    def window(self, cursor: str | None) -> Window:
        """Fix which files are read now; a window that begins with a full file is a full read."""
        remembered = orjson.loads(cursor) if cursor else {}
        here = self._here()
        unread = [found for found in here if remembered.get(found.path) != found.print]
        complete = self._complete(unread)
        taken = self._taken(complete, unread[len(complete)].path if len(complete) < len(unread) else "")
        kept = None if self.drop.archive else _remembered(here, remembered, taken)
        first = PurePath(taken.read[0]).name if taken.read else ""
        return Window(
            since=None if first and self.drop.is_full(first) else first or "nothing new",
            partition=taken.text(),
            cursor=kept,
        )

    def at_hand(self) -> Taken:
        """Give one file by which to tell the columns: the newest, also of those that were put away."""
        known = self._here() or self._put_away()
        if not known:
            raise RemoteError(said("no file has come yet that fits {pattern}", pattern=self._said()))
        return Taken(read=(max(known, key=lambda found: found.modified).path,))

    def put_away(self, window: Window, error: FlowError | None) -> Sequence[str]:
        """Move what was read, or the file at which it ended. Gives what to tell. Raises AccessError."""
        taken = Taken.of(window)
        if isinstance(error, BadFileError):
            return self._put_aside(error.path)
        if error is not None:
            again = said("{files} will be read again by the next run.", files=_names(taken.read))
            return [again] if taken.read else []
        notes: list[str] = [said("Read {files}.", files=_names(taken.read))] if taken.read else []
        if taken.unfinished:
            notes.append(self._unfinished(taken.unfinished))
        elif not taken.read:
            notes.append(said("No new file had come."))
        if taken.passed:
            notes.append(said("{files} went unread: a full file came after.", files=_names(taken.passed)))
        if taken.waiting:
            notes.append(said("{number} more wait for the next run.", number=taken.waiting))
        if self.drop.archive:
            for path in (*taken.passed, *taken.read):
                self._move(path, self.drop.archive)
        return notes

    def _unfinished(self, path: str) -> str:
        name = PurePath(path).name
        if self.drop.wait == "stable":
            return said("{file} is not complete yet, it still changes; it holds back what comes behind it.", file=name)
        beside, alone = _mark_names(path)
        return said(
            "{file} is not complete yet, neither {mark} nor {other} is there; it holds back what comes behind it.",
            file=name,
            mark=beside,
            other=alone,
        )

    def _put_aside(self, path: str) -> Sequence[str]:
        name = PurePath(path).name
        if self.drop.failed is None:
            return [said("{file} stays where it is, and stops every run until it is mended or taken away.", file=name)]
        self._move(path, self.drop.failed)
        return [said("{file} was moved to {folder}.", file=name, folder=self.drop.failed)]

    def _move(self, path: str, folder: str) -> None:
        beside = PurePath(path).parent / folder
        self.folder.moved(path, str(self._free(path, beside)))
        for mark in self._marks(path):
            self.folder.moved(mark, str(beside / PurePath(mark).name))

    def _free(self, path: str, beside: PurePath) -> PurePath:
        """Give the name under which a file is put away: its own, with its time where that is taken."""
        old = PurePath(path)
        if not self.folder.found(literal(str(beside / old.name))):
            return beside / old.name
        return beside / f"{old.stem}.{self.folder.one(path).modified:%Y%m%d-%H%M%S-%f}{old.suffix}"

    def _marks(self, path: str) -> Iterable[str]:
        if self.drop.wait == "ok_file":
            for mark in _marks_of(path):
                if self.folder.found(literal(mark)):
                    yield mark

    def _here(self) -> list[Found]:
        away = {folder.strip("/").rpartition("/")[2] for folder in (self.drop.archive, self.drop.failed) if folder}
        found = [one for one in self.folder.found(self.pattern) if PurePath(one.path).parent.name not in away]
        known = [one for one in found if not one.name.endswith(_OK) and self.drop.is_full(one.name) is not None]
        return sorted(known, key=lambda one: (one.modified, one.name)) if self.order == "time" else known

    def _put_away(self) -> list[Found]:
        """List what was put away; some got their time into the name."""
        pattern = PurePath(self.pattern)
        name = f"{pattern.stem.rstrip('*')}*{pattern.suffix}"
        folders = [folder for folder in (self.drop.archive, self.drop.failed) if folder]
        return [one for folder in folders for one in self.folder.found(str(pattern.parent / folder / name))]

    def _complete(self, unread: Sequence[Found]) -> list[Found]:
        """Give those that are complete; one that is not holds back those behind it, so that the order stays."""
        if not unread:
            return []
        if self.drop.wait == "stable":
            time.sleep(self.drop.seconds)
            now = {one.path: one for one in self._here()}
            complete = [now.get(one.path) == one for one in unread]
        else:
            complete = [any(self._marks(one.path)) for one in unread]
        return list(unread[: complete.index(False) if False in complete else len(unread)])

    def _taken(self, ready: Sequence[Found], unfinished: str) -> Taken:
        full = [at for at, one in enumerate(ready) if self.drop.is_full(one.name)]
        begin = full[-1] if full else 0
        paths = [one.path for one in ready]
        end = len(paths) if self.drop.key else begin + 1
        return Taken(tuple(paths[begin:end]), tuple(paths[:begin]), len(paths[end:]), unfinished)

    def _said(self) -> str:
        return "/".join(PurePath(self.pattern).parts[-2:])


def _marks_of(path: str) -> tuple[str, ...]:
    return f"{path}{_OK}", str(PurePath(path).with_suffix(_OK))


def _mark_names(path: str) -> list[str]:
    return [PurePath(mark).name for mark in _marks_of(path)]


def _remembered(here: Sequence[Found], before: Mapping[str, Any], taken: Taken) -> str:
    """Give the cursor: what was read of the files that are still there."""
    now = {*taken.read, *taken.passed}
    known = {one.path: one.print for one in here if one.path in now or before.get(one.path) == one.print}
    return orjson.dumps(known).decode()


def _names(paths: Sequence[str], shown: int = 5) -> str:
    names = ", ".join(PurePath(path).name for path in paths[:shown])
    return said("{files} and {number} more", files=names, number=len(paths) - shown) if len(paths) > shown else names
