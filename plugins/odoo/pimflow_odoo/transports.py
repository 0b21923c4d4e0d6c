"""What the two ways to call Odoo have in common: JSON-RPC up to Odoo 18, JSON-2 from 19 on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, Protocol

import httpx

from pimflow import RemoteError, said
from pimflow_http import Client
from pimflow_odoo.refusals import is_final


@dataclass(frozen=True, slots=True)
class Account:
    """Who logs in where. `key` is an API key; up to Odoo 18 a password does too."""

    database: str
    username: str
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A method of a model: with `ids` one of records, without of the model itself."""

    model: str
    method: str
    named: Mapping[str, Any]
    ids: Sequence[int] | None = None
    context: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.model}.{self.method}"


class Transport(Protocol):
    """One way to call Odoo. Safe for several threads. `answered` is when the last answer was given, by the server."""

    title: str
    answered: dt.datetime | None

    def version(self) -> str:
        """Ask for the version, without a login: `18.0`."""

    def log_in(self) -> int:
        """Give the id of the user. Raises LoginError, RemoteError."""

    def send(self, call: Call, *, repeatable: bool) -> Any:
        """Give what a method gives. Raises RefusedError, FlowError."""


def asked_version(client: Client) -> str | None:
    """Ask for the version where servers from Odoo 19 on answer; None where this one does not. Raises FlowError."""
    response = client.request("GET", "/web/version", handled=range(300, 500))
    if not response.is_success or not is_json(response):
        return None
    found = response.json()
    return readable(client, found.get("version_info") if isinstance(found, dict) else None)


def time_of(response: httpx.Response) -> dt.datetime | None:
    """Give when the server answered, by its own clock or that of the proxy in front of it."""
    try:
        return parsedate_to_datetime(response.headers["date"]).astimezone(dt.UTC)
    except (KeyError, ValueError):
        return None


def settles(response: httpx.Response) -> bool:
    """Tell whether an error would come again, whatever its status."""
    return is_json(response) and is_final(response.json())


_OLDEST = (16, 0)


def readable(client: Client, info: Any) -> str:
    """Give the version of a server that can be read: `18.0`. Raises RemoteError for others."""
    if not isinstance(info, list) or len(info) < 2:
        raise no_odoo(client, str(info)[:200])
    major, minor = (int("".join(filter(str.isdigit, str(part))) or 0) for part in info[:2])  # `saas~18` is one
    if (major, minor) < _OLDEST:
        raise RemoteError(
            said(
                "{where} is version {version}, and pimflow reads version {oldest} or later. Have the server updated.",
                where=where(client),
                version=f"{major}.{minor}",
                oldest=_OLDEST[0],
            )
        )
    return f"{major}.{minor}"


def is_json(response: httpx.Response) -> bool:
    """Tell whether an answer says that it is JSON, and is."""
    if "json" not in response.headers.get("content-type", ""):
        return False
    try:
        response.json()
    except ValueError:
        return False
    return True


def where(client: Client) -> str:
    """Name the server, as messages begin: `Odoo at https://…`."""
    return said("{title} at {address}", title=client.remote.title, address=client.remote.address)


def no_odoo(client: Client, detail: str) -> RemoteError:
    """Make the error about an answer that no Odoo gives."""
    return RemoteError(
        said(
            "{address} is no {title} server. Check the `url` of the connection.",
            address=client.remote.address,
            title="Odoo",
        ),
        detail=detail,
    )
