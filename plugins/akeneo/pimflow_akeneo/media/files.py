"""The files of one sink during one run: found when rows are prepared, attached when records have arrived."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pimflow import Change, Item, Outcome, RowProblem, Run
from pimflow_akeneo.columns import Column, ValueColumn
from pimflow_akeneo.kinds import Kind
from pimflow_akeneo.media.attaching import Attaching, Load, as_held, contents_of, planned
from pimflow_akeneo.media.content import MEDIA
from pimflow_akeneo.media.options import MediaOptions
from pimflow_akeneo.media.taking import UPLOADED, Taking
from pimflow_akeneo.session import Session


class Files:
    """`fit` and `load` are safe for several threads."""

    def __init__(
        self, session: Session, kind: Kind, parse: Callable[[str], Column], options: MediaOptions, run: Run
    ) -> None:
        self._parse = parse
        self._run = run
        self._taking = Taking(options, run.memory, dry=run.dry)
        self._columns: dict[str, ValueColumn | None] = {}
        self._media_columns: set[str] = set()
        self._attaching = Attaching(session, kind, parse, self._taking, run.memory, options.parallel)

    def taken(self, item: Item) -> Item:
        """Put what is to be sent in place of the cells that name files; those that name none are left out and told."""
        cells = {name: item.payload[name] for name in self._media_in(item.payload) if item.payload[name] is not None}
        if not cells:
            return item
        columns = {name: column for name in cells if (column := self._media(name))}
        found = self._taking.take_all(cells, columns, item.key)
        bad = tuple(one.problem for one in found.values() if isinstance(one, RowProblem))
        good = {name: text for name, text in found.items() if isinstance(text, str)}
        payload = {
            name: good.get(name, value) for name, value in item.payload.items() if name in good or name not in found
        }
        return replace(item, payload=payload, problems=(*item.problems, *bad))

    def fit(self, batch: Sequence[Change]) -> Sequence[Change]:
        """Let a plan show codes and names of files; a run needs the contents themselves."""
        return planned(batch, self._run.memory) if self._run.dry else batch

    def as_held(self, batch: Sequence[Change]) -> Sequence[Change]:
        """Put the codes that the PIM gave to files in place of their contents."""
        return as_held(batch, self._run.memory)

    def to_upload(self, batch: Sequence[Change]) -> tuple[int, int]:
        """Count the files that the PIM does not have, each once, and their bytes as far as they are on this machine."""
        contents = {one.key for change in batch for one in contents_of(change.payload).values()}
        new = contents.difference(self._run.memory.get(UPLOADED, sorted(contents)))
        return len(new), sum(self._taking.size(key) for key in new)

    def load(self, batch: Sequence[Change], load: Load) -> list[Outcome]:
        """Write the batch with `load`, then attach the files of the records that have arrived."""
        return self._attaching.load(batch, load)

    def close(self) -> None:
        """Remove what was downloaded for this run."""
        self._taking.close()

    def _media_in(self, payload: Mapping[str, Any]) -> Iterable[str]:
        """Name the columns of a payload that hold pictures and files."""
        if not payload.keys() <= self._columns.keys():
            self._media_columns.update(name for name in payload if self._media(name))
        return [name for name in payload if name in self._media_columns] if self._media_columns else ()

    def _media(self, name: str) -> ValueColumn | None:
        if name not in self._columns:
            column = self._parse(name)
            is_media = isinstance(column, ValueColumn) and column.attribute.kind in MEDIA
            self._columns[name] = column if isinstance(column, ValueColumn) and is_media else None
        return self._columns[name]
