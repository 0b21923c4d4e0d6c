"""What people decide about problems: answers, corrections, what is tried again, asked about or dismissed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from itertools import islice

from pimflow.answers import Answer
from pimflow.assemble import Assembly, assemble
from pimflow.configuration.loading import load_pipeline
from pimflow.errors import FlowError
from pimflow.outlook import Choice
from pimflow.plugins import create_registry
from pimflow.problems import answering, correcting
from pimflow.problems.answering import Given
from pimflow.problems.causes import places
from pimflow.state import attention, corrections, open_items
from pimflow.state.corrections import Correction
from pimflow.state.records import RecordKey, Scope
from pimflow.state.requests import Request
from pimflow_serve.looking import Target
from pimflow_serve.refusals import N_, Refused, not_found
from pimflow_serve.roles import Person
from pimflow_serve.serving import Serving, assembly_of, pipeline_of
from pimflow_serve.views.problems import CauseCard, cause_card, items_of

_AT_ONCE = 500


def cause_of(serving: Serving, pipeline: str, cause: str) -> CauseCard:
    """Give an open cause. Raises Refused where nothing of it is open."""
    found = cause_card(assembly_of(serving, pipeline), serving.database, cause)
    if found is None:
        raise not_found("open cause of this name")
    return found


def target_of(serving: Serving, pipeline: str, flow: str, language: str) -> Target:
    """Give a flow whose target is asked on behalf of a person. Raises Refused."""
    assembly = assembly_of(serving, pipeline)
    found = next((one for one in assembly.flows if one.name == flow), None)
    if found is None:
        raise not_found("part of the pipeline of this name")
    return Target(serving.systems, assembly, serving.database, found, language, serving.clock())


def answer(
    serving: Serving, person: Person, pipeline: str, cause: str, becomes: str | None, language: str = "en"
) -> Given:
    """Decide about a value once; None leaves it out.

    `becomes` is a value that the column takes, or what people call it in their language. Raises Refused where the
    column takes others only, ConfigError where no answer can mend it.
    """
    if becomes is not None:
        found = cause_of(serving, pipeline, cause)
        becomes = _meant(target_of(serving, pipeline, found.flow, language), found.field, becomes.strip())
    return _give(serving, person, pipeline, cause, becomes)


def create(serving: Serving, person: Person, pipeline: str, cause: str, choice: Choice, language: str) -> Given:
    """Let the target have a new value, and answer a cause with it. Raises FlowError, RowProblem, ConfigError."""
    found = cause_of(serving, pipeline, cause)
    code = target_of(serving, pipeline, found.flow, language).add(found.field, choice)
    return _give(serving, person, pipeline, cause, code)


def _give(serving: Serving, person: Person, pipeline: str, cause: str, becomes: str | None) -> Given:
    assembly = assembly_of(serving, pipeline)

    def reread() -> Assembly:
        return assembly_of(serving, pipeline)

    return answering.give(assembly, serving.database, cause, becomes, person.name, serving.clock(), reread)


def _meant(target: Target, column: str, typed: str) -> str:
    """Find what somebody chose, by its code or its label; a target that is away takes anything for now."""
    if not typed:
        raise Refused(400, N_("which value should stand in its place?"))
    with suppress(FlowError):
        offered = target.choices(column)
        wanted = typed.casefold()
        meant = [one.code for one in offered.options if wanted in {one.code.casefold(), one.label.casefold()}]
        if offered.known and not meant:
            remedy = N_("Choose one that it has, or create it.")
            raise Refused(409, N_("“%(value)s” is not there to be chosen"), remedy, fields={"value": typed})
        return meant[0] if meant else typed
    return typed


def forget_answer(serving: Serving, pipeline: str, cause: str) -> Answer:
    """Take an answer back. Raises ConfigError where there is none."""
    return answering.forget(assembly_of(serving, pipeline), cause)


def ask_source_team(serving: Serving, person: Person, pipeline: str, cause: str) -> None:
    """Note that a person asked those who look after the source."""
    cause_of(serving, pipeline, cause)
    attention.ask(serving.database, pipeline, cause, person.name, serving.clock())


def retry(serving: Serving, person: Person, pipeline: str, keys: Sequence[str] = (), cause: str = "") -> Request:
    """Ask for a run that tries records again: those with these keys, those of a cause, or all that is open."""
    assembly = assembly_of(serving, pipeline)
    if cause and not keys:
        items = islice(items_of(assembly, serving.database, cause), _AT_ONCE + 1)
        keys = tuple(dict.fromkeys(open_items.plain_key(item.key, item.row) for _, item in items))
        # A row whose key is not known can only be found again by reading all; so are very many quicker.
        keys = () if "" in keys or len(keys) > _AT_ONCE else keys
    return serving.runner.ask(pipeline, "retry", person.name, keys=tuple(keys))


def dismiss(
    serving: Serving, person: Person, pipeline: str, cause: str, records: Collection[RecordKey] | None = None
) -> int:
    """Show records of a cause no longer, as long as their problems are the same; all of it unless told which.

    Gives their number.
    """
    assembly, database, number = assembly_of(serving, pipeline), serving.database, 0
    chosen: dict[int, tuple[Scope, list[RecordKey]]] = {}
    for place, item in items_of(assembly, database, cause):
        record = (item.resource, item.key)
        if records is None or record in records:
            chosen.setdefault(place.scope.id, (place.scope, []))[1].append(record)
    for scope, found in chosen.values():
        for start in range(0, len(found), _AT_ONCE):
            some = found[start : start + _AT_ONCE]
            number += attention.dismiss(database, scope, some, person.name, serving.clock())
    return number


def dismissed(serving: Serving, pipeline: str = "") -> dict[str, int]:
    """Count by pipeline what is open and was dismissed."""
    found: dict[str, int] = {}
    for served in serving.project.pipelines().values():
        if served.assembly is not None and pipeline in {"", served.name}:
            scopes = [place.scope for place in places(served.assembly, serving.database)]
            number = sum(len(attention.dismissed(serving.database, scope)) for scope in scopes)
            found |= {served.name: number} if number else {}
    return found


def show_again(serving: Serving, pipeline: str) -> int:
    """Show what was dismissed of a pipeline; gives the number of records."""
    found = places(assembly_of(serving, pipeline), serving.database)
    return sum(attention.take_back(serving.database, place.scope) for place in found)


def correct(
    serving: Serving, person: Person, pipeline: str, flow: str, key: str, cells: Mapping[str, str]
) -> list[Correction]:
    """Correct cells of the source's row of a record, and ask for it to be sent. Raises ConfigError, Refused."""
    assembly = assembly_of(serving, pipeline)
    row = correcting.source_row(assembly, serving.database, flow, key)
    if row is None:
        raise not_found("record with this key")
    given = correcting.correct(assembly, serving.database, row, cells, person.name, serving.clock())
    if given:
        _send(serving, person, pipeline, key, cells, row.known_by)
    return given


def uncorrect(serving: Serving, person: Person, pipeline: str, flow: str, key: str, column: str) -> None:
    """Take a correction back, and ask for the record to be sent as the source has it. Raises Refused."""
    given = corrections.find(serving.database, pipeline, flow)
    found = [one for one in given if (one.key, one.column) == (key, column)]
    if not corrections.remove(serving.database, found):
        raise not_found("correction of this value")
    if serving.project.pipeline(pipeline) is not None:
        _send(serving, person, pipeline, key, {column: ""}, found[0].known_by)


def _send(
    serving: Serving, person: Person, pipeline: str, key: str, cells: Mapping[str, str], known_by: Mapping[str, str]
) -> None:
    """Ask for a run of a record; one that gets another key by it, or has none yet, is met by a run of changes."""
    plain = open_items.plain_key(key, 0)
    if set(cells) & set(known_by) or not plain:
        serving.runner.ask(pipeline, "changes", person.name)
    else:
        serving.runner.ask(pipeline, "retry", person.name, keys=(plain,))


def as_it_is_now(serving: Serving, pipeline: str) -> Assembly:
    """Give a pipeline read anew, with the secrets that its files and the environment have by now.

    Raises ConfigError with its mistakes.
    """
    return assemble(load_pipeline(pipeline_of(serving, pipeline).file, serving.project.environment), create_registry())
