"""Starts the server of a project."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from datetime import UTC, datetime
from types import FrameType
from typing import Any

import click
import uvicorn
from fastapi import FastAPI

from pimflow.cli.common import environment_in, opened_state, place_of_state, project_root
from pimflow.log import masker, server_log
from pimflow.state import people
from pimflow.state.database import Database
from pimflow.state.place import StatePlace
from pimflow.words import titled
from pimflow_serve.access.first import welcome_path
from pimflow_serve.app import create_app
from pimflow_serve.configuring import settings_of
from pimflow_serve.digests import digests_sent
from pimflow_serve.jobs.runner import Runner
from pimflow_serve.jobs.working import working
from pimflow_serve.listening import listening
from pimflow_serve.project import Project
from pimflow_serve.serving import Serving
from pimflow_serve.settings import Settings
from pimflow_serve.views.logs import server_log_file

_TO_END = 10
"""Seconds that open connections have when the server stops; pages that are followed live would never end."""


def start(host: str | None, port: int | None, state: StatePlace | None) -> None:
    """Serve the project of the current folder until it is stopped. Raises PimflowError."""
    root = project_root()
    environment = environment_in(root)
    settings = settings_of(root, environment, host=host, port=port)
    with closing(listening(settings)) as listener, opened_state(root, state) as database:
        project = Project(root, environment)
        place = state or place_of_state(root, environment)  # a run of a broken file cannot ask for it
        runner = Runner(project, database, _now, settings.runs_at_once, place)
        serving = Serving(project, database, _now, runner, settings)
        app = create_app(serving)
        _tell(app, settings, database)
        with logged(serving), digests_sent(serving), working(runner), _ended_in_order(), closing(serving.systems):
            server_of(app, settings).run(sockets=[listener])
    click.echo("stopped")


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Go on behind the block when the server was told to stop: it sends itself the signal again once it has ended."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        with suppress(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGTERM, before)


def logged(serving: Serving) -> AbstractContextManager[None]:
    """Keep what the server logs in its own file, without the secrets of hooks and pipelines."""
    project, settings = serving.project, serving.settings

    def mask(value: Any) -> Any:
        assemblies = [served.assembly for served in project.known() if served.assembly]
        secrets = [secret for assembly in assemblies for secret in assembly.secrets]
        return masker([*secrets, *(key for hook in settings.hooks.values() for key in hook.keys)])(value)

    return server_log(server_log_file(project), mask, settings.log_days, settings.log_bytes)


def server_of(app: FastAPI, settings: Settings) -> uvicorn.Server:
    """Give the web server; it believes nobody who says to ask for somebody else, but the proxies that are told."""
    config = uvicorn.Config(
        app,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        server_header=False,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=_TO_END,
    )
    return Server(config)


class Server(uvicorn.Server):
    """The web server; when it is told to stop, pages that are followed live are let go at once."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop."""
        app = self.config.app
        assert isinstance(app, FastAPI)
        app.state.serving.runner.feed.close()
        super().handle_exit(sig, frame)


@contextmanager
def opened(state: StatePlace | None) -> Iterator[Database]:
    """Open the state of the project in the current folder. Raises PimflowError."""
    with opened_state(project_root(), state) as database:
        yield database


def _now() -> datetime:
    return datetime.now(UTC)


def _tell(app: FastAPI, settings: Settings, database: Database) -> None:
    """Say where it is, and how the first administrator comes in."""
    project = app.state.serving.project
    click.echo(f"pimflow serves {titled(str(project.root), project.environment)} at {settings.url}. Ctrl-C stops it.")
    if not people.anybody(database):
        click.echo("Nobody can sign in yet. Make yourself the administrator, with this link that works once:")
        click.echo(f"  {settings.url}{welcome_path(app)}")
    if not settings.is_local and not settings.is_encrypted:
        warning = (
            "others can reach it, and nothing is encrypted: put a proxy with TLS before it, and tell its address "
            "as `public_url` under `serve` in pimflow.yaml"
        )
        click.secho(f"warning: {warning}", err=True, fg="yellow")
