"""`pimflow match`: what a flow would write held against what its target has, before the first import."""

from __future__ import annotations

import sys
from dataclasses import asdict, replace
from datetime import UTC, datetime
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
from pimflow.matching.nearness import KINDS
from pimflow.state.place import StatePlace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pimflow.assemble import Assembly
    from pimflow.matching.comparing import Match, Matches
    from pimflow.sheets import Line

_WHY = {
    "case": "letter case",
    "blanks": "blanks",
    "separators": "separators",
    "zeros": "leading zeros",
    "code": "other key, same GTIN or code",
}


@click.command()
@pipeline_argument
@flow_option
@click.option("--code", metavar="COLUMN", help="Compare by this column too; by a GTIN, if the flow maps one.")
@click.option("--show", type=click.IntRange(0), default=5, show_default=True, help="How many of each kind to show.")
@click.option(
    "--export",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write every pair into FILE.csv or FILE.xlsx, with a column for what you decide.",
)
@click.option(
    "--approve",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Take what you decided in an exported FILE.",
)
@click.option(
    "--approve-all",
    multiple=True,
    type=click.Choice(KINDS),
    help="Take all pairs for the same that differ in this way only; may be given several times.",
)
@click.option("--leave-rest", is_flag=True, help="The pairs without a decision are different records.")
@state_option
@json_option
def match(
    pipeline: str | None,
    *,
    flow: str | None,
    code: str | None,
    show: int,
    export: Path | None,
    approve: Path | None,
    approve_all: tuple[str, ...],
    leave_rest: bool,
    state_path: StatePlace | None,
    as_json: bool,
) -> None:
    """Tell which records are in the source and in the target, on one side only, or nearly equal.

    Nothing is written to the target. What you approve is kept: from then on the flow writes such a record under the key
    that the target has for it.
    """
    from pimflow.cli.progress import shown_progress
    from pimflow.matching.comparing import matched
    from pimflow.matching.pairs import keep_decisions, pair_lines

    assembly = _chosen(assembled(pipeline), flow)
    name = assembly.pipeline.name
    kept: Mapping[str, tuple[int, int]] = {}
    written = 0
    with (
        opened_state(assembly.pipeline.root, state_path) as database,
        shown_progress(quiet=as_json) as on_progress,
        matched(assembly, database, code, on_progress) as matches,
    ):
        told = [_data(one, show) for one in matches.found]
        if matches.complete:
            _decide(matches, approve, approve_all)
            kept = keep_decisions(matches.found, database, name, datetime.now(UTC), leave_rest=leave_rest)
        if export is not None:
            written = _export(export, pair_lines(matches.found, database, name))
    if as_json:
        decided = {name: {"decided": number, "undecided": left} for name, (number, left) in kept.items()}
        echo_json({"flows": told, "decisions": decided, "exported": written, "errors": _errors(matches)})
    else:
        _print(told, kept, matches, left_so=leave_rest)
        if export is not None:
            click.echo(f"\n{written:,} {'pair' if written == 1 else 'pairs'} written to {export}.")
    sys.exit(matches.report.exit_code)


def _chosen(assembly: Assembly, flow: str | None) -> Assembly:
    flows = [one for one in only_flow(assembly, flow).flows if any(sink.matches for sink in one.sinks)]
    if not flows:
        raise ConfigError("no flow here writes to a target whose records can be listed, such as `akeneo.products`")
    alone = [replace(one, config=one.config.model_copy(update={"needs": []})) for one in flows]
    return replace(assembly, flows=tuple(alone))


def _decide(matches: Matches, approve: Path | None, approve_all: Sequence[str]) -> None:
    from pimflow.cli.sheets import sheet_reader
    from pimflow.matching.pairs import approve_kinds, read_decisions

    for match in matches.found if approve_all else ():
        approve_kinds(match, approve_all)
    if approve is not None:
        read_decisions(matches.found, str(approve), sheet_reader(approve)(approve))


def _export(file: Path, lines: Iterator[Line]) -> int:
    from pimflow.cli.sheets import sheet_writer

    return sheet_writer(file)(file, lines) - 1


def _data(match: Match, show: int) -> dict[str, Any]:
    """Give what is told of one flow and target; it is all that is left of them when the comparison is gone."""
    comparison = match.comparison
    return {
        "flow": match.flow,
        "records": match.records,
        "source": match.source,
        "target": match.target,
        "noun": match.noun,
        "counts": comparison.counts(),
        "nearly_equal": [
            {"why": kind, "count": number, "pairs": [asdict(couple) for couple in couples]}
            for kind, (number, couples) in match.kinds(show).items()
        ],
        "unread": match.unread,
        "nameless": match.nameless,
        "code": match.code,
        "only_source": [asdict(one) for one in comparison.alone("source", show)],
        "only_target": [asdict(one) for one in comparison.alone("target", show)],
        "twice": comparison.twice(show),
    }


def _print(
    told: Sequence[dict[str, Any]], kept: Mapping[str, tuple[int, int]], matches: Matches, *, left_so: bool
) -> None:
    for one in told:
        _print_flow(one)
    for error in _errors(matches):
        click.secho(f"stopped: {error}", err=True, fg="red")
    how = f" {_HOW}"  # told once
    for name, (number, left) in kept.items():
        if number:
            click.echo(f"\n{name}: {_number(number, ('decision', 'decisions'))} kept.")
        if left and left_so:
            theirs = _number(left, ("pair is", "pairs are"))
            click.echo(f"\n{name}: {theirs} taken for different records; its first import may run.")
        elif left:
            click.echo(f"\n{name}: {_number(left, ('pair is', 'pairs are'))} to be decided.{how}")
            how = ""
        else:
            click.echo(f"\n{name}: nothing is left to decide; its first import may run.")
    click.echo("Nothing was written to the target.")


def _print_flow(one: Mapping[str, Any]) -> None:
    counts, source, target, noun = one["counts"], one["source"], one["target"], one["noun"]
    has = f"{source} has {_number(counts['source'], noun)}, {target} {counts['target'] + one['nameless']:,}"
    click.secho(f"{one['flow']}: {has}.", bold=True)
    _line(counts["both"], "in both")
    _line(counts["pairs"], f"{'pair' if counts['pairs'] == 1 else 'pairs'} nearly equal")
    for kind in one["nearly_equal"]:
        pairs = ", ".join(f"{pair['source']['key']} -> {pair['target']['key']}" for pair in kind["pairs"])
        _line(kind["count"], f"    {_why(kind['why'])}", pairs)
    _line(counts["only_source"], f"only in {source}", ", ".join(record["key"] for record in one["only_source"]))
    _line(counts["only_target"], f"only in {target}", ", ".join(record["key"] for record in one["only_target"]))
    twice = "; ".join(" and ".join(keys) for keys in one["twice"])
    _line(counts["twice"], f"twice in {source}, as {target} compares", twice, always=False)
    _line(one["unread"], f"of {source} that no {noun[0]} can be made of; `pimflow plan` tells why", always=False)
    _line(one["nameless"], f"in {target} without a key", always=False)
    _line(counts["crowds"], f"values of {one['code']} that too many have to tell anything", always=False)


def _line(number: int, text: str, samples: str = "", *, always: bool = True) -> None:
    if number or always:
        click.echo(f"{number:>9,} {text}{f': {samples}' if samples and number else ''}")


def _why(kinds: Sequence[str]) -> str:
    words = [_WHY[kind] for kind in kinds]
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]


def _number(number: int, noun: Sequence[str]) -> str:
    return f"{number:,} {noun[0] if number == 1 else noun[1]}"


def _errors(matches: Matches) -> list[str]:
    return [f"{flow.name}: {flow.error}" for flow in matches.report.flows if flow.error]


_HOW = (
    "`--export FILE.xlsx` lists them with a column to fill, `--approve FILE.xlsx` takes it; `--approve-all case` takes "
    "all of one kind; `--leave-rest` takes the others for different."
)
