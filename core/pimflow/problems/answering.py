"""A person decides about a value: the answer goes into the table of the pipeline, and holds from then on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pimflow.answer_table import add_answer, remove_answer, table_of
from pimflow.answers import Answer
from pimflow.assemble import Assembly, Flow
from pimflow.errors import ConfigError
from pimflow.problems.causes import Question, question
from pimflow.running.basis import basis_of
from pimflow.sentences import said
from pimflow.state import history
from pimflow.state.database import Database


@dataclass(frozen=True, slots=True)
class Given:
    """An answer that was given: so many `records` wait for it, and `table` is the file that it is kept in."""

    answer: Answer
    records: int
    table: Path


def give(
    assembly: Assembly,
    database: Database,
    cause: str,
    becomes: str | None,
    by: str,
    now: datetime,
    reread: Callable[[], Assembly],
) -> Given:
    """Let the value of a cause become another one, or None to be left out, as somebody decided.

    `reread` gives the pipeline with the answer. Raises ConfigError where no answer can mend it.
    """
    asked = _asked(assembly, database, cause, ignore=becomes is None)
    given = now.astimezone(UTC).isoformat(timespec="seconds")
    answer = Answer(asked.flow, asked.column, asked.value, becomes, given, by)
    return Given(answer, asked.records, _put(assembly, database, answer, asked.records, reread))


def forget(assembly: Assembly, cause: str) -> Answer:
    """Take the answer to a cause back, and give it. Raises ConfigError where there is none."""
    known = next((one for flow in assembly.flows for one in flow.answers if one.id == cause), None)
    if known is None:
        hint = "`pimflow answer --list` lists the answers"
        raise ConfigError(f"nothing was answered to a cause called {cause!r}; {hint}")
    remove_answer(table_of(assembly.pipeline.root, assembly.pipeline.name), known)
    return known


def _put(assembly: Assembly, database: Database, new: Answer, records: int, reread: Callable[[], Assembly]) -> Path:
    """Put an answer into the table, and give that.

    All records that have the value are open, so nothing needs to be read for it: unless there was another answer.
    """
    name = assembly.pipeline.name
    flow = _flow(assembly, new.flow)
    is_first = records > 0 and flow.answers.find(new.column, new.value) is None
    is_current = is_first and history.basis(database, name, flow.name) == basis_of(flow)
    table = table_of(assembly.pipeline.root, name)
    add_answer(table, new)
    if is_current:
        history.keep_basis(database, name, flow.name, basis_of(_flow(reread(), new.flow)))
    return table


def _flow(assembly: Assembly, name: str) -> Flow:
    return next(flow for flow in assembly.flows if flow.name == name)


def _asked(assembly: Assembly, database: Database, cause: str, *, ignore: bool) -> Question:
    """Find what is to be answered. Raises ConfigError where no answer can mend it."""
    found = question(assembly, database, cause)
    if found is None:
        raise ConfigError(f"no cause is called {cause!r}; `pimflow problems` lists them")
    if found.unanswerable:
        raise ConfigError(said("no answer mends this: {reason}", reason=found.unanswerable))
    if ignore and found.is_key:
        raise ConfigError(
            said(
                "{column} is the key of the record, which cannot do without one; give --use VALUE", column=found.column
            )
        )
    return found
