"""One examination: every look, one after the other, each careful not to spoil the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from pimflow.doctor.condition import of_logs, of_state, of_state_file
from pimflow.doctor.findings import Finding, carefully
from pimflow.doctor.installation import of_packages, of_plugins, of_python
from pimflow.doctor.project import Project, of_environment, of_files, of_variables, pipeline_files, read_project
from pimflow.doctor.surroundings import of_encoding, of_proxies, of_temporary_files
from pimflow.plugins import Registry
from pimflow.running.run import log_folder
from pimflow.state.place import StatePlace


def find_project(root: Path, named: Sequence[Path], registry: Registry, wanted: str | None = None) -> Project:
    """Read the project in a folder, in the environment that is wanted: all its pipelines, or those that are named."""
    return read_project(root, named or pipeline_files(root), registry, chosen=bool(named), wanted=wanted)


def examine(
    project: Project, registry: Registry, state: StatePlace, environment: Mapping[str, str], now: datetime
) -> Iterator[Finding]:
    """Give everything that was found, the installation first. Nothing is contacted, and nothing is changed."""
    yield from carefully("Python", of_python)
    yield from carefully("packages", of_packages)
    yield from carefully("plugins", lambda: of_plugins(registry))
    yield from carefully("encoding", lambda: of_encoding(now))
    yield from carefully("network", lambda: of_proxies(environment))
    yield from carefully("temporary files", of_temporary_files)
    yield from carefully("files", lambda: of_files(project, environment))
    yield from carefully("variables", lambda: of_variables(project, environment))
    yield from carefully("environment", lambda: of_environment(project))
    yield from carefully("state", lambda: of_state_file(state))
    yield from carefully("state", lambda: of_state(state, now))
    yield from carefully("logs", lambda: of_logs(log_folder(project.root, project.environment)))
