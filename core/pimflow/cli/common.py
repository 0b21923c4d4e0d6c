"""What the commands share: how a pipeline is named, how it is assembled, how things are shown."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click
import orjson

from pimflow.errors import ConfigError, Mistake
from pimflow.plain import to_json
from pimflow.state.place import ServerState, StatePlace, state_place
from pimflow.words import did_you_mean, full_stop

F = TypeVar("F", bound=Callable[..., Any])
FOLDER = Path("pipelines")


class _StatePlace(click.ParamType[StatePlace]):
    name = "place"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> StatePlace:
        try:
            return value if isinstance(value, ServerState) else state_place(str(value))
        except ConfigError as error:
            self.fail(str(error), param, ctx)


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")
state_option = click.option(
    "--state",
    "state_path",
    type=_StatePlace(),
    metavar="FILE|ADDRESS",
    envvar="PIMFLOW_STATE",
    show_envvar=True,
    help="The state: a file, or the address of a PostgreSQL database. What the project says, unless given.",
)

new_place_option = click.option(
    "--to",
    type=_StatePlace(),
    required=True,
    metavar="FILE|ADDRESS",
    envvar="PIMFLOW_STATE_TO",
    show_envvar=True,
    help="Where it goes: a file, or the address of a PostgreSQL database. Nothing may be there yet.",
)

_ENVIRONMENT = "pimflow.environment"
_CONFIRMED = "pimflow.confirmed"


def _remember(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    """Keep an option that all commands share for whatever of this command asks for it."""
    context.meta[_CONFIRMED if parameter.name == "confirm" else _ENVIRONMENT] = value


environment_option = click.option(
    "--environment",
    "-e",
    metavar="NAME",
    envvar="PIMFLOW_ENVIRONMENT",
    show_envvar=True,
    expose_value=False,
    callback=_remember,
    help="Which of the `environments` of pimflow.yaml; its `default_environment` unless given.",
)
confirm_option = click.option(
    "--confirm",
    metavar="NAME",
    expose_value=False,
    callback=_remember,
    help="The name of the environment: lets the first run write into production without being asked.",
)


class _Time(click.ParamType[datetime]):
    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            time = datetime.fromisoformat(value).astimezone()
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is no time. Write it as 2026-11-23 or 2026-11-23T05:15", param, ctx)
        if time > datetime.now(UTC):
            self.fail(f"{value} is still to come: nothing changed since", param, ctx)
        return time


flow_option = click.option("--flow", help="Only this flow.")
full_option = click.option("--full", is_flag=True, help="Read everything, also where only changes would be read.")
only_option = click.option(
    "--only", multiple=True, metavar="KEY", help="Only the record with this key; may be given several times."
)
limit_option = click.option("--limit", type=click.IntRange(1), help="Stop after this many rows.")
since_option = click.option(
    "--since",
    type=_Time(),
    help="Read what changed from this time on: 2026-11-23, or 2026-11-23T05:15; local time unless an offset is given.",
)
allow_option = click.option(
    "--allow",
    multiple=True,
    type=click.Choice(["min_rows", "max_changed", "max_missing", "max_cleared", "first_import"]),
    help="Let this run pass a guard that stopped the last one; may be given several times.",
)


def since_when(since: datetime | None, *, full: bool) -> datetime | None:
    """Give the time of `--since`. Raises UsageError beside `--full`."""
    if full and since:
        raise click.UsageError("--full reads everything, --since what changed from a time on: give one of them")
    return since


def pipeline_argument(function: F) -> F:
    """Add the argument PIPELINE: a file, or the name of one in the folder `pipelines`; and `--environment`."""
    from click.shell_completion import CompletionItem

    def complete(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        names = [path.stem for path in sorted(FOLDER.glob("*.yaml"))]
        files = [str(path) for path in sorted(Path().glob("*.yaml"))]
        return [CompletionItem(name) for name in (*names, *files) if name.startswith(incomplete)]

    return click.argument("pipeline", required=False, shell_complete=complete)(environment_option(function))


def flow_called(assembly: Any, name: str) -> Any:
    """Give the flow of this name. Raises ConfigError."""
    found = {one.name: one for one in assembly.flows}
    if name not in found:
        raise ConfigError(f"no flow is called {name!r}{did_you_mean(name, found)}")
    return found[name]


def only_flow(assembly: Any, flow: str | None) -> Any:
    """Give an assembly with this flow alone, where one is named. Raises ConfigError."""
    return assembly if flow is None else replace(assembly, flows=(flow_called(assembly, flow),))


def chosen_environment() -> str | None:
    """Give what `--environment` of this command, or its variable, says."""
    context = click.get_current_context(silent=True)
    return context.meta.get(_ENVIRONMENT) if context else None


def was_confirmed() -> bool:
    """Tell whether this command was given the name of an environment to confirm."""
    context = click.get_current_context(silent=True)
    return context is not None and context.meta.get(_CONFIRMED) is not None


def environment_in(root: Path) -> str | None:
    """Name the environment of a project in which this command works; None where there are none. Raises ConfigError."""
    from pimflow.configuration.loading import environment_of

    return environment_of(root, chosen_environment())


def confirmed(assembly: Any, database: Any, writing: Any = None, *, as_json: bool) -> str:
    """Give the name of the environment as a person confirmed it; in a terminal that is asked for where it is needed.

    What is about to write is a run of the pipeline unless told. Raises ConfigError for the name of another one.
    """
    from pimflow.running.first_run import never_written, new_targets, run_of, shared_with_production

    environment = assembly.pipeline.environment
    given: str | None = click.get_current_context().meta.get(_CONFIRMED)
    writing = writing or run_of(assembly)
    targets = new_targets(assembly, database, writing) if environment and environment.production else []
    if given is None and targets and not as_json and sys.stdin.isatty():
        for told in (never_written(assembly, targets, writing), *shared_with_production(assembly)):
            click.secho(full_stop(told), err=True, fg="yellow")
        given = click.prompt("Type the name of the environment to go on", err=True)
    if given is not None and (environment is None or given != environment.name):
        here = f"this would run in {environment.name!r}" if environment else "the project has no `environments`"
        raise ConfigError(f"{given!r} was confirmed, and {here}. Nothing was run")
    return given or ""


def find_pipeline(given: str | None) -> Path:
    """Give the pipeline file that a person means. Raises ConfigError."""
    there = sorted(FOLDER.glob("*.yaml"))
    if given is None:
        if len(there) == 1:
            return there[0]
        names = ", ".join(path.stem for path in there) or "none"
        raise ConfigError(f"which pipeline? Give a file, or a name out of the folder {FOLDER}: {names}")
    for path in (Path(given), FOLDER / given, FOLDER / f"{given}.yaml"):
        if path.is_file():
            return path
    names = ", ".join(path.stem for path in there)
    hint = f"; the folder {FOLDER} has: {names}" if names else "; `pimflow init` begins a project"
    raise ConfigError(Mistake(f"no such file{hint}", given))


def assembled(given: str | None, kept: Path | None = None) -> Any:
    """Give the assembly of a pipeline, everything checked and nothing contacted. Raises ConfigError.

    `kept` is where it stands as it was once, see `load_pipeline`.
    """
    from pimflow.assemble import assemble
    from pimflow.configuration.loading import load_pipeline
    from pimflow.plugins import create_registry

    return assemble(load_pipeline(find_pipeline(given), chosen_environment(), kept), create_registry())


def pipeline_called(name: str) -> Any:
    """Give the assembly of the pipeline with this name; None where there is none, or it has mistakes."""
    from pimflow.configuration.loading import load_pipeline

    for file in sorted({*FOLDER.glob("*.yaml"), *Path().glob("*.yaml")}):
        try:
            if load_pipeline(file, chosen_environment()).name == name:
                return assembled(str(file))
        except ConfigError:
            continue
    return None


@contextmanager
def opened_state(root: Path, given: StatePlace | None) -> Iterator[Any]:
    """Open the state of a project, or of the chosen environment, while a command works. Raises StateError."""
    from pimflow.state.database import open_database

    database = open_database(given or place_of_state(root, environment_in(root)))
    try:
        yield database
    finally:
        database.close()


def place_of_state(root: Path, environment: str | None) -> StatePlace:
    """Give the place where the project says that its state, or that of an environment, is. Raises ConfigError."""
    from pimflow.configuration.states import state_of
    from pimflow.configuration.values import resolve_values
    from pimflow.plugins import create_registry
    from pimflow.running.run import state_file

    part = state_of(root, environment)
    if part is None:
        return state_file(root, environment)
    value, mistakes = resolve_values(part, create_registry().resolve)
    if mistakes:
        raise ConfigError(*mistakes)
    try:
        return state_place(value, root)
    except ConfigError as error:
        raise ConfigError(part.mistake(str(error))) from None


def project_root(given: str | None = None) -> Path:
    """Give the folder of the project that a pipeline, or the current folder, belongs to."""
    from pimflow.configuration.loading import PROJECT_FILE

    start = find_pipeline(given).absolute().parent if given else Path.cwd()
    for folder in (start, start / FOLDER, *start.parents):
        if (folder / PROJECT_FILE).is_file() or (folder / ".pimflow").is_dir():
            return folder
    return start


def echo_json(data: Any) -> None:
    """Print data as JSON."""
    click.echo(to_json(data, orjson.OPT_INDENT_2).decode())
