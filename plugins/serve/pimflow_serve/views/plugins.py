"""The plugins that are installed, and what they offer."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from functools import cache

from pimflow.components import Component
from pimflow.plugins import create_registry, kind_of


@dataclass(frozen=True, slots=True)
class Offered:
    """One thing that a plugin offers: its name in files, and what it does."""

    kind: str
    type: str
    does: str


@dataclass(frozen=True, slots=True)
class ShownPlugin:
    """An installed plugin; `error` tells why it cannot be used."""

    name: str
    distribution: str
    version: str
    offers: tuple[Offered, ...]
    error: str


@cache
def installed() -> tuple[ShownPlugin, ...]:
    """Give the plugins: as they were when this was asked first, as what is installed later is not loaded."""
    found = sorted(create_registry().load_all(), key=lambda one: one.distribution)
    return tuple(
        ShownPlugin(one.name, one.distribution, one.version, tuple(map(_offered, one.components)), one.error)
        for one in found
    )


def _offered(component: type[Component]) -> Offered:
    told = inspect.cleandoc(component.__doc__ or "").partition("\n\n")[0].replace("\n", " ")
    return Offered(kind_of(component), component.type, told)
