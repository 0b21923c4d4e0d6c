"""Starts the server of a project, or only looks whether it could be started."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

import click
import uvicorn
from fastapi import FastAPI

from pimflow.cli.common import environment_in, opened_state, place_of_state, project_root
from pimflow.errors import ConfigError, PimflowError
from pimflow.log import masker, server_log
from pimflow.state import people
from pimflow.state.database import Database
from pimflow.state.place import StatePlace
from pimflow.words import did_you_mean, listed, titled
from pimflow_serve.access.first import welcome_path
from pimflow_serve.app import create_app
from pimflow_serve.configuring import settings_of
from pimflow_serve.digests import digests_sent
from pimflow_serve.jobs.runner import Runner
from pimflow_serve.jobs.working import working
from pimflow_serve.project import Project
from pimflow_serve.serving import Serving
from pimflow_serve.settings import Settings
from pimflow_serve.views.logs import server_log_file

_TO_END = 10
"""Seconds that open connections have when the server stops; pages that are followed live would never end."""


@dataclass(frozen=True, slots=True)
class Examined:
    """One thing that was looked at before a start."""

    name: str
    well: bool
    text: str


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


def listening(settings: Settings) -> socket.socket:
    """Give a socket that listens where the settings say. Raises PimflowError."""
    try:
        family, *_, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise PimflowError(f"{settings.host} is no address of this machine: {error.strerror}") from None
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        listener.close()
        where = f"{settings.host}:{settings.port}"
        raise PimflowError(
            f"pimflow cannot listen on {where}: {error.strerror}. Another server may be there: stop it, or give "
            "--port another number"
        ) from None
    return listener


@contextmanager
def opened(state: StatePlace | None) -> Iterator[Database]:
    """Open the state of the project in the current folder. Raises PimflowError."""
    with opened_state(project_root(), state) as database:
        yield database


def examined(host: str | None, port: int | None, state: StatePlace | None) -> list[Examined]:
    """Look at all that a start needs: configuration, port, state and pipeline files."""
    root = project_root()
    found = []
    try:
        environment = environment_in(root)
        settings = settings_of(root, environment, host=host, port=port)
    except ConfigError as error:
        return [Examined("configuration", well=False, text=str(error))]
    found.append(Examined("configuration", well=True, text=f"{settings.url}, project {titled(str(root), environment)}"))
    found.append(_of_port(settings))
    found.append(_of_state(root, state))
    project = Project(root, environment)
    return [*found, *_of_files(project), *_of_hooks(settings, project)]


def _now() -> datetime:
    return datetime.now(UTC)


def _of_port(settings: Settings) -> Examined:
    try:
        listening(settings).close()
    except PimflowError as error:
        return Examined("port", well=False, text=str(error))
    return Examined("port", well=True, text=f"{settings.host}:{settings.port} is free")


def _of_state(root: Path, state: StatePlace | None) -> Examined:
    try:
        with opened_state(root, state) as database:
            count = len(people.everybody(database))
            place = database.place
    except PimflowError as error:
        return Examined("state", well=False, text=str(error))
    who = f"{count} may sign in" if count else "nobody may sign in yet: the first start tells how to begin"
    return Examined("state", well=True, text=f"{place}; {who}")


def _of_files(project: Project) -> Iterator[Examined]:
    pipelines = project.pipelines().values()
    for one in pipelines:
        mistakes = "\n       ".join(one.mistakes)
        yield Examined(str(one.file), well=not one.mistakes, text=mistakes or "valid")
    if not pipelines:
        yield Examined("pipelines", well=True, text=f"none in {project.root}; `pimflow init` begins one")


def _of_hooks(settings: Settings, project: Project) -> Iterator[Examined]:
    names = project.pipelines()
    for hook in settings.hooks.values():
        unknown = [one for one in hook.pipelines if one not in names]
        wrong = "; ".join(f"no pipeline is called {one!r}{did_you_mean(one, names)}" for one in unknown)
        where = f"{settings.url}/hooks/{hook.kind}/{hook.name} begins runs of {listed(hook.pipelines)}"
        yield Examined(f"hook {hook.name}", well=not wrong, text=wrong or where)


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
