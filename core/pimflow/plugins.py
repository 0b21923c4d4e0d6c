"""Plugins: found by the names of their entry points, loaded one by one, asked for their components.

An entry point in the group `pimflow` is named after the prefix of its types. A plugin that fails to import is
reported and hurts nobody who does not name it (pluggy's own loader would stop at the first).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import pluggy

from pimflow import builtin, hookspecs
from pimflow.components import Component, Connection, Notifier, Source, Transform
from pimflow.errors import Mistake, PluginError
from pimflow.sinks import Sink
from pimflow.words import did_you_mean

GROUP = "pimflow"
TRANSFORMS = "transforms"
"""The entry point whose types have no dot."""

KINDS: Mapping[str, type[Component]] = {
    "connection": Connection,
    "source": Source,
    "transform": Transform,
    "sink": Sink,
    "notifier": Notifier,
}
ComponentT = TypeVar("ComponentT", bound=Component)
Wanted = tuple[str | None, str | None]
"""Kind and type of one component, or None and None for all that a plugin has."""
_ALL: Wanted = (None, None)


@dataclass(frozen=True, slots=True)
class Plugin:
    """An installed plugin; `error` tells why it cannot be used."""

    point: EntryPoint
    components: tuple[type[Component], ...] = ()
    error: str = ""

    @property
    def name(self) -> str:
        """What the types of its components begin with."""
        return self.point.name

    @property
    def distribution(self) -> str:
        """The name of what is installed."""
        return self.point.dist.name if self.point.dist else "unknown"

    @property
    def version(self) -> str:
        """The version of what is installed."""
        return self.point.dist.version if self.point.dist else ""


@dataclass
class Registry:
    """The plugins loaded so far and the components they offer."""

    manager: pluggy.PluginManager
    _plugins: dict[tuple[str, Wanted], list[Plugin]] = field(default_factory=dict)

    @cached_property
    def _installed(self) -> list[EntryPoint]:
        """The entry points, asked for once: that reads a file of every distribution that is installed."""
        return list(entry_points(group=GROUP))

    def find(self, kind: type[ComponentT], name: str) -> type[ComponentT]:
        """Give the component class of a kind and type name, loading its plugin. Raises PluginError."""
        prefix = name.partition(".")[0]
        if kind is Transform and "." not in name:
            prefix = TRANSFORMS
        for wanted in ((kind_of(kind), name), _ALL):
            offered = [component for plugin in self.load(prefix, wanted) for component in plugin.components]
            of_kind = {component.type: component for component in offered if issubclass(component, kind)}
            if name in of_kind:
                return of_kind[name]
        raise PluginError(f"unknown {kind_of(kind)} {name!r}{did_you_mean(name, of_kind)}")

    def load(self, prefix: str, wanted: Wanted = _ALL) -> list[Plugin]:
        """Load what is wanted of every plugin of this name. Raises PluginError when there is none, or one is broken."""
        found = [point for point in self._installed if point.name == prefix]
        if not found:
            names = {point.name for point in self._installed} - {TRANSFORMS}
            near = did_you_mean(prefix, names)
            remedy = (
                near if near.endswith("?") else f"{near}; `pip install pimflow-{prefix}` brings it, if there is one"
            )
            raise PluginError(f"no plugin for {prefix!r} is installed{remedy}")
        plugins = self._load_once(prefix, found, wanted)
        for plugin in plugins:
            if plugin.error:
                raise PluginError(f"plugin {prefix!r} ({plugin.distribution}) cannot be used: {plugin.error}")
        return plugins

    def load_all(self) -> list[Plugin]:
        """Load every installed plugin, the broken ones with their error."""
        points = self._installed
        names = sorted({point.name for point in points})
        by_name = {name: [point for point in points if point.name == name] for name in names}
        return [plugin for name in names for plugin in self._load_once(name, by_name[name], _ALL)]

    def resolve(self, folder: Path, scheme: str, reference: str) -> str | None:
        """Give the value of `${scheme:reference}` in a file of this folder, by the plugin that knows the scheme.

        None for an unknown scheme. Raises ValueError with a sentence.
        """
        place = str(folder / reference) if scheme == "file" else reference
        value: Any = self.manager.hook.pimflow_resolve_secret(scheme=scheme, reference=place)
        return None if value is None else str(value)

    def mistakes_in(self, root: Path, environment: str | None, key: str) -> list[Mistake]:
        """Let the plugin that a key of the project file belongs to check it; none where it is not installed."""
        try:
            self.load(key)
        except PluginError:
            return []
        given: Any = self.manager.hook.pimflow_check_project(root=root, environment=environment)
        return [mistake for mistakes in given for mistake in mistakes]

    def _load_once(self, prefix: str, points: list[EntryPoint], wanted: Wanted) -> list[Plugin]:
        if (prefix, wanted) not in self._plugins:
            plugins = [_load(self.manager, point, wanted) for point in points]
            self._plugins[prefix, wanted] = _without_twins(plugins)
        return self._plugins[prefix, wanted]


def create_registry() -> Registry:
    """Make the host: the hooks, and the built-in plugin first, so that others can be asked before it."""
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
    manager.register(builtin, GROUP)
    return Registry(manager)


def kind_of(component: type[Component]) -> str:
    """Name the kind of a component class: connection, source, transform, sink or notifier."""
    return next(name for name, kind in KINDS.items() if issubclass(component, kind))


def _load(manager: pluggy.PluginManager, point: EntryPoint, wanted: Wanted) -> Plugin:
    try:
        components = _register(manager, point.load(), f"{point.name} = {point.value}", wanted)
    except PluginError as error:
        return Plugin(point, error=str(error))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - importing runs somebody else's code
        return Plugin(point, error=f"{type(error).__name__}: {error}")
    prefix = "" if point.name == TRANSFORMS else point.name
    mine = [component for component in components if _prefix(component) == prefix]
    if components and not mine:
        offered = ", ".join(sorted(component.type for component in components))
        error_text = f"its types must begin with {point.name!r}, the name of its entry point; it offers {offered}"
        return Plugin(point, error=error_text)
    return Plugin(point, tuple(sorted(mine, key=lambda c: (c.type, kind_of(c)))))


def _register(manager: pluggy.PluginManager, module: ModuleType, name: str, wanted: Wanted) -> list[type[Component]]:
    if not manager.is_registered(module):
        manager.register(module, name)
    try:
        manager.check_pending()
        return _components(manager, module, wanted)
    except pluggy.PluginValidationError as error:
        manager.unregister(name=name)
        raise PluginError(str(error)) from None
    except Exception:
        manager.unregister(name=name)
        raise


def _components(manager: pluggy.PluginManager, module: ModuleType, wanted: Wanted) -> list[type[Component]]:
    hook = manager.subset_hook_caller(
        "pimflow_components", [plugin for plugin in manager.get_plugins() if plugin is not module]
    )
    kind, name = wanted
    components = [component for offered in hook(kind=kind, name=name) for component in offered]
    for component in components:
        if not isinstance(component, type) or not issubclass(component, tuple(KINDS.values())):
            raise PluginError(f"{component!r} is none of {', '.join(KINDS)}")
        if not isinstance(getattr(component, "type", None), str):
            raise PluginError(f"{component.__name__} has no `type`, its name in the YAML")
    return components


def _prefix(component: type[Component]) -> str:
    if issubclass(component, Transform) and "." not in component.type:
        return ""
    return component.type.partition(".")[0]


def _without_twins(plugins: list[Plugin]) -> list[Plugin]:
    """Refuse types that two distributions offer alike."""
    owners: dict[tuple[str, str], Plugin] = {}
    for plugin in plugins:
        for component in plugin.components:
            owner = owners.setdefault((kind_of(component), component.type), plugin)
            if owner is not plugin:
                both = f"{owner.distribution} and {plugin.distribution}"
                error = f"{both} both offer {component.type!r}; uninstall one of them"
                return [Plugin(one.point, error=error) for one in plugins]
    return plugins
