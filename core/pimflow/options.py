"""What the options of a component hold: the names of connections, and secret values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, SecretStr

from pimflow.components import Component, Connection, ConnectionName


def connection_names(component: Component) -> list[str]:
    """List the connections that a component names; one that it may name and does not is empty."""
    return [name for option, _ in connection_options(type(component)) if (name := getattr(component, option))]


def secrets_of(model: BaseModel) -> Iterator[str]:
    """Give the secret values among the options of a component, also inside lists and mappings."""
    for name in type(model).model_fields:
        yield from _secrets_in(getattr(model, name))


def _secrets_in(value: Any) -> Iterator[str]:
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, BaseModel):
        yield from secrets_of(value)
    elif isinstance(value, Mapping):
        yield from (secret for one in value.values() for secret in _secrets_in(one))
    elif isinstance(value, list | tuple):
        yield from (secret for one in value for secret in _secrets_in(one))


def connection_options(component: type[Component]) -> Iterator[tuple[str, type[Connection]]]:
    """Give the options of a component that name a connection, each with what kind of connection."""
    for name, option in component.model_fields.items():
        for mark in option.metadata:
            if isinstance(mark, ConnectionName):
                yield name, mark.connection
