"""`pimflow suggest`: a first mapping, to be corrected by a person."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pimflow.cli.common import (
    assembled,
    echo_json,
    flow_option,
    json_option,
    only_flow,
    opened_state,
    pipeline_argument,
    state_option,
)
from pimflow.errors import ConfigError
from pimflow.state.place import StatePlace

if TYPE_CHECKING:
    from pimflow.assemble import Assembly
    from pimflow.suggesting.flows import FlowDraft
    from pimflow.suggesting.mapping import Suggestion


@click.command()
@pipeline_argument
@flow_option
@click.option("--records", type=click.IntRange(1, 10_000), default=500, show_default=True, help="How many to look at.")
@click.option(
    "--prepare",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write what the target lacks for templates with variants into FILE, as `pimflow akeneo provision` reads it.",
)
@state_option
@json_option
def suggest(
    pipeline: str | None,
    *,
    flow: str | None,
    records: int,
    prepare: Path | None,
    state_path: StatePlace | None,
    as_json: bool,
) -> None:
    """Propose a mapping: the columns of the source held against what the target takes. Nothing is written there.

    Columns are compared by code, by label in any language, by type, and by the values of some records. The draft tells
    how sure each line is and why; it is for a person to correct.
    """
    from pimflow.suggesting.draft import written

    if prepare is not None and prepare.exists():
        raise ConfigError(f"{prepare} is there already; choose another file")
    assembly = only_flow(assembled(pipeline), flow)
    found, errors, silent = _asked(assembly, state_path, records)
    prepared = "\n".join(one.preparation for one in found if one.preparation)
    if prepare is not None and prepared:
        prepare.write_text(prepared, encoding="utf-8")
    if as_json:
        echo_json({"flows": [_data(one) for one in found], "errors": errors, "nothing_to_suggest": silent})
    else:
        for one in found:
            click.echo(f"# Flow {one.flow}")
            click.echo(written(one.draft, one.source, one.target, one.rows, one.structure))
        for told in silent:
            click.echo(f"# Flow {told} Write its mapping yourself.")
        if prepared:
            told = f"written to {prepare}" if prepare else "`--prepare FILE` writes it"
            click.echo(f"# What the target lacks for the variants: {told}. Once that is there, suggest again.")
        for told in errors:
            click.secho(f"stopped: {told}", err=True, fg="red")
    sys.exit(3 if errors else 0)


def _asked(
    assembly: Assembly, state_path: StatePlace | None, records: int
) -> tuple[list[FlowDraft], list[str], list[str]]:
    """Give the drafts, what went wrong, and flows whose target says nothing; where there is no other, that is wrong."""
    from pimflow.errors import FlowError
    from pimflow.sessions import Sessions
    from pimflow.suggesting.flows import NothingOfferedError, suggest_flow

    found: list[FlowDraft] = []
    errors: list[str] = []
    silent: list[str] = []
    with opened_state(assembly.pipeline.root, state_path) as database, Sessions(assembly) as sessions:
        for one in assembly.flows:
            try:
                found.append(suggest_flow(assembly, one, sessions, database, records))
            except NothingOfferedError as error:
                silent.append(f"{one.name}: {error}")
            except FlowError as error:
                errors.append(f"{one.name}: {error}")
    return (found, errors, silent) if found else (found, errors + silent, [])


def _data(one: FlowDraft) -> dict[str, Any]:
    return {
        "flow": one.flow,
        "records": one.rows,
        "lines": [_line(line) for line in one.draft.lines],
        "unsure": [_line(line) for line in one.draft.unsure],
        "hot": list(one.draft.hot),
        "without_place": list(one.draft.left),
        "missing": list(one.draft.missing),
        "preparation": one.preparation,
    }


def _line(one: Suggestion) -> dict[str, Any]:
    return {
        "column": one.offer.column,
        "from": one.field.name,
        "unit": one.unit or None,
        "sure": round(one.sureness, 2),
        "reasons": list(one.reasons),
        "no_such_options": list(one.strange),
        "codes_of_options": list(one.coded),
    }
