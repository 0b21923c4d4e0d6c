"""`pimflow plugins`: what is installed, and whether one of it keeps the contract."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from pimflow.cli.common import echo_json, json_option


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def plugins(ctx: click.Context, as_json: bool) -> None:
    """List the installed plugins, what they offer, and which of them cannot be used and why."""
    if ctx.invoked_subcommand is not None:
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from pimflow.plugins import create_registry, kind_of

    found = create_registry().load_all()
    if as_json:
        echo_json(
            [
                {
                    "name": plugin.name,
                    "distribution": plugin.distribution,
                    "version": plugin.version,
                    "types": [{"kind": kind_of(one), "type": one.type} for one in plugin.components],
                    "error": plugin.error,
                }
                for plugin in found
            ]
        )
        return
    table = Table("plugin", "distribution", "offers")
    for plugin in found:
        offers = ", ".join(f"{one.type} ({kind_of(one)})" for one in plugin.components)
        state = f"cannot be used: {plugin.error}" if plugin.error else offers
        table.add_row(plugin.name, f"{plugin.distribution} {plugin.version}", escape(state))
    width = None if sys.stdout.isatty() else 160
    Console(width=width).print(table)


@plugins.command()
@click.argument("name")
@click.option("--tests", type=click.Path(exists=True, path_type=Path), help="Its tests, where they lie elsewhere.")
@json_option
def check(name: str, tests: Path | None, as_json: bool) -> None:
    """Run the tests of plugin NAME: the contract suite, and whatever else its author tests.

    NAME is an installed plugin or the folder of its sources.
    """
    import subprocess

    folder = tests or _tests_of(name)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)]
    path = os.pathsep.join([name, *filter(None, [os.environ.get("PYTHONPATH")])]) if Path(name).is_dir() else None
    environment = {**os.environ, **({"PYTHONPATH": path} if path else {})}
    done = subprocess.run(  # noqa: S603 - the tests that a person names
        command, capture_output=as_json, text=True, check=False, env=environment
    )
    if as_json:
        summary = next(iter(reversed((done.stdout.strip() or done.stderr.strip()).splitlines())), "")
        echo_json({"name": name, "tests": str(folder), "holds": done.returncode == 0, "summary": summary})
    elif done.returncode == 0:
        click.echo(f"{name} keeps the contract.")
    else:
        click.echo(f"{name} does not keep the contract, or another of its tests failed; see above.", err=True)
    sys.exit(0 if done.returncode == 0 else 1)


def _tests_of(name: str) -> Path:
    """Find the tests of a plugin beside its sources. Raises PluginError where it is broken or has none there."""
    import json
    from importlib.metadata import entry_points
    from urllib.parse import unquote, urlsplit

    from pimflow.errors import PluginError
    from pimflow.plugins import GROUP, create_registry

    sources = Path(name)
    if not sources.is_dir():
        create_registry().load(name)
        point = next(point for point in entry_points(group=GROUP) if point.name == name)
        told = json.loads((point.dist.read_text("direct_url.json") if point.dist else None) or "{}")
        sources = Path(unquote(urlsplit(told.get("url", "")).path))
    if not (sources / "tests").is_dir():
        raise PluginError(
            f"the tests of {name!r} are not beside what is installed; name the folder of its sources in its place, or "
            "that of the tests with --tests"
        )
    return sources / "tests"
