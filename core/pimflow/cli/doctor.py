"""`pimflow doctor`: is this installation well, and a bundle for support."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pimflow.cli.common import (
    chosen_environment,
    echo_json,
    environment_option,
    find_pipeline,
    json_option,
    place_of_state,
    project_root,
    state_option,
)
from pimflow.errors import ConfigError
from pimflow.state.place import StatePlace
from pimflow.words import full_stop

if TYPE_CHECKING:
    from pimflow.doctor.findings import Finding
    from pimflow.doctor.packing import Packed
    from pimflow.doctor.project import Project


@click.command()
@click.argument("pipelines", nargs=-1, metavar="[PIPELINE]...")
@click.option(
    "--bundle", type=click.Path(path_type=Path), metavar="FILE.zip", help="Pack what support needs to see into a zip."
)
@click.option("--runs", type=click.IntRange(0), default=5, show_default=True, help="How many runs the bundle tells of.")
@click.option("--with-data", is_flag=True, help="Let the bundle hold product data: keys, values, small lookup tables.")
@click.option("--force", is_flag=True, help="Overwrite a bundle that is there already.")
@environment_option
@state_option
@json_option
def doctor(
    pipelines: tuple[str, ...],
    *,
    bundle: Path | None,
    runs: int,
    with_data: bool,
    force: bool,
    state_path: StatePlace | None,
    as_json: bool,
) -> None:
    """Examine the installation, the project and its state; tell what needs attention, and what to do.

    All pipelines of the project are examined unless some are named. Nothing is contacted but the database of the state,
    where it is in one, and nothing is changed.
    Exit codes: 0 well, or the bundle was written; 1 something needs attention; 2 the bundle may not be written.
    """
    from pimflow.doctor.bundle import Contents, Wanted
    from pimflow.doctor.examining import examine, find_project
    from pimflow.doctor.masking import known_masker, strict_masker
    from pimflow.doctor.packing import check_free, write_zip
    from pimflow.doctor.project import secrets_in
    from pimflow.plugins import create_registry

    if bundle:
        check_free(bundle, force=force)
    files, unknown = _files(pipelines)
    root = _near(project_root(str(files[0])) if files else project_root())
    registry = create_registry()
    project = find_project(root, files, registry, chosen_environment())
    state, wrong = (state_path, []) if state_path else _place_of_state(root, project)
    now = datetime.now(UTC)
    secrets = secrets_in(project, os.environ)
    findings = [*unknown, *wrong, *examine(project, registry, state, os.environ, now)]
    packed = None
    if bundle:
        masks = known_masker(secrets), strict_masker(secrets)
        contents = Contents(project, state, findings, *masks, Wanted(runs, with_data), now.astimezone())
        packed = write_zip(bundle, contents.entries(), contents.made, force=force)
    told = known_masker(secrets)([asdict(one) for one in findings])
    if as_json:
        inside = [asdict(one) for one in packed] if packed is not None else None
        echo_json({"findings": told, "bundle": str(bundle) if bundle else None, "inside": inside})
    else:
        _print_findings(told)
        if packed is not None:
            _print_bundle(bundle, packed, with_data=with_data)
    sys.exit(0 if bundle or all(one.ok for one in findings) else 1)


def _files(given: tuple[str, ...]) -> tuple[list[Path], list[Finding]]:
    """Find the pipelines that a person names; one that is not there is a finding, and the others are examined."""
    from pimflow.doctor.findings import unwell

    files: list[Path] = []
    unknown: list[Finding] = []
    for name in given:
        try:
            files.append(find_pipeline(name))
        except ConfigError as error:
            unknown += [unwell(name, one.message, "Name one that is there, or none for all.") for one in error.mistakes]
    return files, unknown


def _place_of_state(root: Path, project: Project) -> tuple[StatePlace, list[Finding]]:
    """Find the state as the project names it; where that cannot be read, tell why and look where it is by default."""
    from pimflow.doctor.findings import unwell
    from pimflow.running.run import state_file

    try:
        return place_of_state(root, project.environment), []
    except ConfigError as error:
        told = [] if project.mistakes else error.mistakes  # those are told of the file
        remedy = "Correct it there; the file in .pimflow was looked at instead."
        return state_file(root, project.environment), [unwell("state", str(one), remedy) for one in told]


def _near(folder: Path) -> Path:
    """Give a folder as seen from here, which reads better."""
    here = Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder


def _print_findings(findings: list[dict[str, Any]]) -> None:
    for one in findings:
        click.secho("ok   " if one["ok"] else "wrong", nl=False, fg="green" if one["ok"] else "red")
        click.echo(f" {one['what']}: {full_stop(one['found'])} {one['remedy']}".rstrip())
    bad = sum(not one["ok"] for one in findings)
    things = "1 thing needs" if bad == 1 else f"{bad} things need"
    click.echo(f"\n{things} attention." if bad else "\nAll is well.")


def _print_bundle(bundle: Path | None, packed: list[Packed], *, with_data: bool) -> None:
    from pimflow.doctor.findings import size

    click.echo(f"\n{bundle} holds:")
    for one in packed:
        click.echo(f"  {one.name}  {size(one.size)}")
    data = "Product data is inside." if with_data else "No product data is inside (`--with-data` adds it)."
    click.echo(f"Secrets are masked. {data}")
    click.echo("It names hosts, folders, columns and pipelines: look through it before you send it.")
