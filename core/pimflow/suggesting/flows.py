"""What is suggested for one flow: both sides are asked, nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pimflow.assemble import Assembly, Flow
from pimflow.checking.check import opened
from pimflow.errors import FlowError
from pimflow.model import Field
from pimflow.outlook import Structure
from pimflow.sessions import Sessions
from pimflow.sinks import Writer
from pimflow.state.database import Database
from pimflow.suggesting.evidence import looks_like_key
from pimflow.suggesting.mapping import Draft, suggest
from pimflow.suggesting.samples import read_rows, sampled
from pimflow.suggesting.variants import structure_of
from pimflow.transforming.compiling import placed


class NothingOfferedError(FlowError):
    """The target of a flow does not say what it takes: files and feeds take anything, a category has few columns."""


@dataclass(frozen=True, slots=True)
class FlowDraft:
    """A mapping for one flow; `preparation` is the file that would make the target ready for its variants."""

    flow: str
    source: str
    target: str
    rows: int
    draft: Draft
    structure: Structure | None = None
    preparation: str = ""


def suggest_flow(assembly: Assembly, flow: Flow, sessions: Sessions, database: Database, most: int) -> FlowDraft:
    """Ask both sides of a flow; of several sinks the last, which takes what the source has rows of.

    Raises NothingOfferedError for a target that cannot say what it takes, and FlowError.
    """
    with placed(flow):
        fields, rows = read_rows(flow.source, sessions.of(flow.source), most)
    sink = flow.sinks[-1]
    writer = opened(assembly, flow, sink, sessions, database)
    done = False
    try:
        offers = list(writer.offers())
        if not offers:
            raise NothingOfferedError(f"{sink.type} cannot say what it takes, so nothing can be suggested for it.")
        sample = sampled(fields, rows, _candidates(fields, rows, flow), writer, offers)
        draft = suggest(sample, offers)
        structure = structure_of(flow.source, rows)
        done = True
        return FlowDraft(
            flow.name,
            flow.source.title,
            sink.title,
            len(rows),
            draft,
            structure,
            _preparation(writer, structure, draft),
        )
    finally:
        writer.close(ok=done)


def _candidates(fields: Mapping[str, Field], rows: Sequence[Mapping[str, Any]], flow: Flow) -> list[str]:
    """Name columns that may hold keys: different in each record, and best those that are called so."""
    texts = [name for name, one in fields.items() if one.type in {"text", "integer"} and name != flow.source.identity]
    single = [name for name in texts if _is_single([row.get(name) for row in rows])]
    return sorted(single, key=lambda name: not looks_like_key(name))[:3]


def _is_single(cells: list[Any]) -> bool:
    filled = [str(cell) for cell in cells if cell not in {None, ""} and not isinstance(cell, list | dict)]
    return bool(filled) and len(set(filled)) == len(filled) and len(filled) * 2 >= len(cells)


def _preparation(writer: Writer, structure: Structure | None, draft: Draft) -> str:
    if structure is None:
        return ""
    return writer.preparation(structure, {one.field.name: one.offer.column for one in draft.lines})
