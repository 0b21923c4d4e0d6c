"""What `serve:` in pimflow.yaml says, checked: the project's, and what the environment lays over it."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError

from pimflow.configuration.checked import Checked
from pimflow.configuration.document import read_document
from pimflow.configuration.forms import Name
from pimflow.configuration.loading import PROJECT_FILE, mistakes_of, serve_options
from pimflow.configuration.values import resolve_values
from pimflow.errors import ConfigError
from pimflow.plugins import create_registry
from pimflow_serve.hooks.hook import Hook
from pimflow_serve.settings import Settings

_SHORTEST_KEY = 16


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


def _hard_to_guess(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < _SHORTEST_KEY:
        raise ValueError(f"a key of at least {_SHORTEST_KEY} characters was expected: who guesses it can begin runs")
    return value


class HookConfig(Checked):
    """One place where events come in, under `serve: hooks:`."""

    type: Literal["akeneo", "changed"] = Field(
        description="Who sends them: Akeneo, to /hooks/akeneo/NAME; anybody else, to /hooks/changed/NAME."
    )
    pipelines: list[Name] = Field(min_length=1, description="What is run, for just the records that they name.")
    keys: list[Annotated[SecretStr, AfterValidator(_hard_to_guess)]] = Field(
        min_length=1, description="The secrets with which they are signed; two while one takes the other's place."
    )
    own: list[str] = Field([], description="Authors whose changes lead to nothing: those of pimflow's own connections.")
    wait: float = Field(5, ge=0, le=3600, description="Seconds for which events are gathered before a run begins.")


class LogConfig(Checked):
    """How long the log of the server is kept, under `serve: log:`."""

    days: int = Field(30, ge=1, strict=True, description="Days for which it is kept.")
    megabytes: float = Field(10, gt=0, description="Size at which a new file is begun.")


class ServeConfig(Checked):
    """The key `serve` of pimflow.yaml."""

    host: str = Field("127.0.0.1", min_length=1, description="Address to listen on; `0.0.0.0` lets others come in.")
    port: int = Field(8700, ge=1, le=65535, strict=True, description="Port to listen on.")
    public_url: Annotated[str, AfterValidator(_address)] | None = Field(
        None, description="Where browsers find it, behind a proxy: `https://pimflow.example.com`."
    )
    session_hours: int = Field(
        12,
        ge=1,
        le=168,
        strict=True,
        description="Hours for which somebody stays signed in who does nothing; a week at most.",
    )
    trusted_proxies: list[Annotated[str, AfterValidator(_network)]] = Field(
        [], description="Addresses or networks of proxies, which say for whom they ask (`X-Forwarded-For`)."
    )
    runs_at_once: int = Field(
        2, ge=1, le=32, strict=True, description="Most runs, of different pipelines, that go side by side."
    )
    hooks: dict[Name, HookConfig] = Field({}, description="Where events come in, by name.")
    log: LogConfig = Field(LogConfig.model_construct(), description="How long the log of the server is kept.")


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
        {name: _hook(name, one) for name, one in config.hooks.items()},
        config.log.days,
        int(config.log.megabytes * 1_000_000),
        config.runs_at_once,
    )


def _hook(name: str, config: HookConfig) -> Hook:
    keys = tuple(key.get_secret_value() for key in config.keys)
    return Hook(name, config.type, tuple(config.pipelines), keys, frozenset(config.own), timedelta(seconds=config.wait))


def _config(root: Path, environment: str | None) -> ServeConfig:
    file = root / PROJECT_FILE
    part = serve_options(read_document(file), environment) if file.is_file() else None
    if part is None:
        return ServeConfig.model_validate({})
    values, mistakes = resolve_values(part, create_registry().resolve)
    if mistakes:
        raise ConfigError(*mistakes)
    try:
        return ServeConfig.model_validate(values)
    except ValidationError as error:
        raise ConfigError(*mistakes_of(error, part, ServeConfig)) from None
