"""What `serve:` in pimflow.yaml says, checked: the project's, and what the environment lays over it."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError

from pimflow.configuration.document import read_document
from pimflow.configuration.forms import Checked
from pimflow.configuration.loading import PROJECT_FILE, mistakes_of
from pimflow.configuration.parts import Part
from pimflow.configuration.values import resolve_values
from pimflow.errors import ConfigError
from pimflow.plugins import create_registry
from pimflow_serve.settings import Settings


def _address(value: str) -> str:
    try:
        parts = urlsplit(value)
        fits = parts.scheme in {"http", "https"} and parts.hostname and parts.path in {"", "/"} and not parts.query
    except ValueError:
        fits = False
    if not fits:
        raise ValueError("an address such as https://pimflow.example.com was expected, without a path")
    return value.rstrip("/")


def _network(value: str) -> str:
    try:
        ip_network(value)
    except ValueError:
        raise ValueError(f"an address or a network such as 10.0.0.0/8 was expected; found {value!r}") from None
    return value


class ServeConfig(Checked):
    """The key `serve` of pimflow.yaml."""

    host: str = Field("127.0.0.1", min_length=1, description="Address to listen on; `0.0.0.0` lets others come in.")
    port: int = Field(8700, ge=1, le=65535, strict=True, description="Port to listen on.")
    public_url: Annotated[str, AfterValidator(_address)] | None = Field(
        None, description="Where browsers find it, behind a proxy: `https://pimflow.example.com`."
    )
    session_hours: float = Field(
        12, gt=0, le=168, description="Hours for which somebody stays signed in who does nothing; a week at most."
    )
    trusted_proxies: list[Annotated[str, AfterValidator(_network)]] = Field(
        [], description="Addresses or networks of proxies, which say for whom they ask (`X-Forwarded-For`)."
    )


def settings_of(root: Path, environment: str | None, *, host: str | None = None, port: int | None = None) -> Settings:
    """Give the settings of a project's server; `host` and `port` of the command line count before its file.

    Raises ConfigError with file and line.
    """
    config = _config(root, environment)
    return Settings(
        host or config.host,
        config.port if port is None else port,
        config.public_url or "",
        config.session_hours,
        tuple(config.trusted_proxies),
    )


def _config(root: Path, environment: str | None) -> ServeConfig:
    part = _part(root, environment)
    if part is None:
        return ServeConfig.model_validate({})
    values, mistakes = resolve_values(part, create_registry().resolve)
    if mistakes:
        raise ConfigError(*mistakes)
    try:
        return ServeConfig.model_validate(values)
    except ValidationError as error:
        raise ConfigError(*mistakes_of(error, part, ServeConfig)) from None


def _part(root: Path, environment: str | None) -> Part | None:
    """Give what stands in the project file, with what the environment lays over it."""
    file = root / PROJECT_FILE
    if not file.is_file():
        return None
    document = read_document(file)
    data: dict[str, Any] = document.data if isinstance(document.data, dict) else {}
    found = Part(document, ("serve",), data.get("serve") or {})
    over = ((data.get("environments") or {}).get(environment) or {}).get("serve") if environment else None
    return found.under(Part(document, ("environments", environment, "serve"), over)) if over and environment else found
