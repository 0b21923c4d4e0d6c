"""What `pimflow sandbox` does: builds the server from its options and runs it until it is stopped."""

import socket
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from pimflow_akeneo_sandbox.app import create_app
from pimflow_akeneo_sandbox.loading.installed import installed_catalog
from pimflow_akeneo_sandbox.sandbox import Sandbox
from pimflow_akeneo_sandbox.serve import listen, server_of
from pimflow_akeneo_sandbox.settings import Credentials, Faults, Settings, faults_from


def settings_of(edition: str, given: Mapping[str, Any]) -> Settings:
    """Return the settings that the options make."""
    credentials = Credentials(given["client_id"], given["secret"], ((given["username"], given["password"]),))
    faults = faults_from({name: value for name, value in given.items() if name in vars(Faults())}, Faults())
    denied = {str(given["username"]): tuple(given["deny"])}
    edit_only = {str(given["username"]): tuple(given["edit_only"])}
    return Settings(credentials, faults, edition, time_zone=given["time_zone"], denied=denied, edit_only=edit_only)


def run(port: int, host: str, catalog: Path | None, data: Path | None, edition: str, given: Mapping[str, Any]) -> None:
    """Serve until interrupted. Raises click.ClickException for a bad catalogue, data file or port."""
    try:
        chosen = installed_catalog() if given["installed"] else catalog
        app = create_app(chosen, data=data, settings=settings_of(edition, given))
        listening = _listening(host, port)
    except sqlite3.DatabaseError as problem:
        raise click.ClickException(f"{data} cannot keep a sandbox: {problem}. Give another file as --data.") from None
    except (ValueError, OSError) as problem:
        raise click.ClickException(str(problem)) from problem
    running: Sandbox = app.state.sandbox
    click.echo(
        f"Akeneo sandbox at http://{host}:{listening.getsockname()[1]} ({len(running.store.products)} products)."
    )
    click.echo("Client id, secret, user name and password: see --help. Figures: /_sandbox/stats. Stop with Ctrl-C.")
    try:
        server_of(app).run(sockets=[listening])
    finally:
        running.close()


def _listening(host: str, port: int) -> socket.socket:
    try:
        return listen(host, port)
    except OSError as problem:
        message = f"Nothing can listen at {host}:{port}: {problem.strerror}. Give another --port; 0 takes a free one."
        raise click.ClickException(message) from None
