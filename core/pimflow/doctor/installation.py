"""What is installed: Python, pimflow, its plugins and the libraries that they need."""

from __future__ import annotations

import platform
import sqlite3
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distributions, entry_points, version

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from pimflow.doctor.findings import Finding, unwell, well
from pimflow.plugins import GROUP, Registry

_COMMANDS = "pimflow.commands"
_OLDEST_SQLITE = (3, 35)
"""The first that knows RETURNING, with which runs are numbered."""


def versions() -> dict[str, str]:
    """Give the versions of Python, the system, pimflow, its plugins and what they need."""
    ours = _ours()
    needed = {one.name: _installed(one.name) for found in ours.values() for one in _requirements(found[0])}
    own = {found[0].name: found[0].version for found in ours.values()}
    libraries = {name: installed for name, installed in needed.items() if installed}
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "sqlite": sqlite3.sqlite_version,
        **dict(sorted({**libraries, **own}.items())),
    }


def of_python() -> Iterator[Finding]:
    """Look at Python and the SQLite that comes with it."""
    yield well("Python", f"{platform.python_version()} in {sys.prefix}, {platform.platform()}")
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        oldest = ".".join(map(str, _OLDEST_SQLITE))
        yield unwell(
            "SQLite",
            f"{sqlite3.sqlite_version} came with this Python; pimflow needs {oldest}",
            "Install a newer Python, or a newer SQLite where Python uses that of the system.",
        )


def of_packages() -> Iterator[Finding]:
    """Look at pimflow and its plugins, and whether they have what they need in a version that they can use."""
    ours = _ours()
    yield well("packages", ", ".join(f"{found[0].name} {found[0].version}" for _, found in sorted(ours.items())))
    for _, found in sorted(ours.items()):
        name = found[0].name
        if len(found) > 1:
            places = " and ".join(f"{one.version} in {one.locate_file('')}" for one in found)
            remedy = f"Run `pip uninstall {name}` for each of them, then install it."
            yield unwell(name, f"is installed {len(found)} times: {places}", remedy)
        for needed in _requirements(found[0]):
            yield from _lacking(name, needed)


def of_plugins(registry: Registry) -> Iterator[Finding]:
    """Load every plugin and every command of one; tell those that cannot be used."""
    plugins = registry.load_all()
    good = [plugin.name for plugin in plugins if not plugin.error]
    yield well("plugins", ", ".join(good) or "none")
    for plugin in plugins:
        if plugin.error:
            yield unwell(
                f"plugin {plugin.name}",
                f"{plugin.distribution} {plugin.version} cannot be used: {plugin.error}",
                f"Install it again (`pip install --force-reinstall {plugin.distribution}`), or uninstall it.",
            )
    for point in entry_points(group=_COMMANDS):
        try:
            point.load()
        except (Exception, SystemExit) as error:  # noqa: BLE001 - loading runs somebody else's code
            owner = point.dist.name if point.dist else point.value
            yield unwell(
                f"command {point.name}",
                f"of {owner} cannot be loaded: {type(error).__name__}: {error}",
                f"Install it again (`pip install --force-reinstall {owner}`), or uninstall it.",
            )


def _lacking(name: str, needed: Requirement) -> Iterator[Finding]:
    installed = _installed(needed.name)
    remedy = f"Run `pip install --upgrade {name}`; it brings what fits."
    if installed is None:
        yield unwell(name, f"needs {needed}, which is not installed", remedy)
    elif not needed.specifier.contains(installed, prereleases=True):
        yield unwell(name, f"needs {needed}; installed is {installed}", remedy)


def _ours() -> Mapping[str, list[Distribution]]:
    """Give pimflow, its libraries and its plugins, by name; of several of one name, one hides the others."""
    found: dict[str, dict[str, Distribution]] = defaultdict(dict)
    for one in distributions():
        name = canonicalize_name(one.name or "")
        if (
            name == GROUP
            or name.startswith(f"{GROUP}-")
            or any(point.group in {GROUP, _COMMANDS} for point in one.entry_points)
        ):
            found[name].setdefault(str(one.locate_file("")), one)
    return {name: list(places.values()) for name, places in found.items()}


def _requirements(distribution: Distribution) -> Iterable[Requirement]:
    for text in distribution.requires or ():
        try:
            needed = Requirement(text)
        except InvalidRequirement:
            continue
        if needed.marker is None or needed.marker.evaluate({"extra": ""}):
            yield needed


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
