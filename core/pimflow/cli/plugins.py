"""`pimflow plugins`: what is installed."""

from __future__ import annotations

import sys

import click

from pimflow.cli.common import echo_json, json_option


@click.command()
@json_option
def plugins(as_json: bool) -> None:
    """List the installed plugins, what they offer, and which of them cannot be used and why."""
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
