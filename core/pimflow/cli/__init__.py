"""The command line. Each command is a module that is loaded when it is used; `--help` loads none of them.

Commands of plugins come from the entry point group `pimflow.commands`: the name is the verb, and the first line of
the command's docstring is its line of help.
"""

from __future__ import annotations

import ast
import atexit
import gc
import json
import os
import sys
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from io import TextIOWrapper
from pathlib import Path

import click

from pimflow import __version__
from pimflow.words import did_you_mean

_OBJECTS_BETWEEN_LOOKS = 50_000
"""New objects after which cycles are looked for. Rows make none, and after each 700 it took a fourth of a run."""

COMMANDS = {
    "init": "Begin a project: a pipeline, sample data and where to go on.",
    "validate": "Check files without contacting anything.",
    "check": "Check files, log in everywhere, and hold the mapping against the target.",
    "discover": "List what the sources of a pipeline can give.",
    "suggest": "Propose a mapping, for a person to correct.",
    "match": "Tell which records the target has already, before the first import.",
    "plan": "Tell what a run would create, change and leave, without writing anything.",
    "apply": "Carry out a plan that was saved.",
    "estimate": "Tell calls, time and size of a run beforehand.",
    "run": "Run a pipeline.",
    "problems": "Show what needs attention now, by cause; export it for correction.",
    "answer": "Decide once about a value that the target does not take.",
    "corrections": "List what people corrected of single records of a source; correct one.",
    "retry": "Send again what needs attention.",
    "explain": "Tell where the values of a record came from.",
    "undo": "Put back what a run changed.",
    "plugins": "List the installed plugins and what they offer.",
    "runs": "List past runs, or show the report of one.",
    "logs": "Show the log of a run.",
    "advise": "Propose how often to run what.",
    "notify-test": "Send a test message to everyone who is told of runs.",
    "state": "Show or forget what pimflow remembers of a pipeline.",
    "doctor": "Examine the installation and the project; pack a bundle for support.",
    "schema": "Print the JSON Schema of pipeline files, for editors.",
}
WITHOUT_LOG = frozenset({"init", "logs", "plugins", "schema", "validate"})
"""Commands that read files and contact nobody: they have nothing to log, and start without what logs."""
PLUGIN_COMMANDS = "pimflow.commands"


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return [*COMMANDS, *sorted({point.name for point in _plugin_commands()} - COMMANDS.keys())]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name in COMMANDS:
            module = cmd_name.replace("-", "_")
            command: click.Command = getattr(import_module(f"pimflow.cli.{module}"), module)
            return command
        point = next((point for point in _plugin_commands() if point.name == cmd_name), None)
        return _load(point) if point else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError:
            message = f"no command is called {args[0]!r}{did_you_mean(args[0], self.list_commands(ctx))}"
            raise click.UsageError(message, ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))
        plugin_rows = [
            (point.name, _summary(point))
            for point in sorted(_plugin_commands(), key=lambda point: point.name)
            if point.name not in COMMANDS
        ]
        if plugin_rows:
            with formatter.section("Commands of plugins"):
                formatter.write_dl(plugin_rows)


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="pimflow")
@click.pass_context
def pimflow(context: click.Context) -> None:
    """Move product data between ERPs, Akeneo PIM and sales channels, along pipelines declared in YAML."""
    if context.invoked_subcommand not in WITHOUT_LOG:
        from pimflow.log import configure_console

        configure_console()


def main() -> None:
    """Run the command line. What a person can act on is told without a traceback."""
    gc.set_threshold(_OBJECTS_BETWEEN_LOOKS)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # half a character of a record, or a narrow console, ends no command
            stream.reconfigure(errors="backslashreplace")
    atexit.register(gc.freeze)  # else Python looks through all that was loaded for something to free, and then ends
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # it would look into each distribution for some
    try:
        pimflow(prog_name="pimflow")
    except Exception as error:
        from pimflow.errors import ConfigError, PimflowError  # not before: `--help` needs none of them

        if not isinstance(error, PimflowError):
            raise
        messages = [str(mistake) for mistake in error.mistakes] if isinstance(error, ConfigError) else [str(error)]
        if "--json" in sys.argv:
            click.echo(json.dumps({"errors": messages, "exit_code": error.exit_code}))
        for message in messages:
            click.secho(f"error: {message}", err=True, fg="red")
        sys.exit(error.exit_code)


def _plugin_commands() -> list[EntryPoint]:
    return list(entry_points(group=PLUGIN_COMMANDS))


def _summary(point: EntryPoint) -> str:
    """Give the first line of a command's docstring, read from its file: importing it would load the plugin."""
    package, *inner = point.module.split(".")
    spec = find_spec(package)
    for folder in (spec.submodule_search_locations if spec else None) or ():
        path = Path(folder, *inner).with_suffix(".py")
        if path.is_file():
            for node in ast.parse(path.read_bytes()).body:
                if isinstance(node, ast.FunctionDef) and node.name == point.attr:
                    return (ast.get_docstring(node) or "").partition("\n")[0]
    return (point.dist.metadata["Summary"] if point.dist else None) or ""


def _load(point: EntryPoint) -> click.Command:
    try:
        command = point.load()
    except Exception as error:  # noqa: BLE001 - loading runs somebody else's code
        owner = point.dist.name if point.dist else point.value
        message = f"command {point.name!r} of {owner} cannot be loaded: {type(error).__name__}: {error}"
        raise click.ClickException(message) from None
    assert isinstance(command, click.Command)
    return command
