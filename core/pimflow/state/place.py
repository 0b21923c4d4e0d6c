"""Where a state is: a file of SQLite, or a database of PostgreSQL whose address may hold a password."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from pimflow.errors import ConfigError

_SCHEMES = ("postgresql+psycopg", "postgresql", "postgres")
_EXPECTED = "a state is a file, or a database: postgresql+psycopg://user:password@host:5432/database"


@dataclass(frozen=True, slots=True)
class ServerState:
    """A state in a database of PostgreSQL. As text it shows neither password nor user."""

    url: str = field(repr=False)

    def __str__(self) -> str:
        """Give what people call it: `PostgreSQL db.example.com:5432/pimflow`."""
        parts = urlsplit(self.url)
        host = parts.netloc.rpartition("@")[2] or parse_qs(parts.query).get("host", [""])[0] or "of this machine"
        return f"PostgreSQL {unquote(host)}/{unquote(parts.path.removeprefix('/'))}"


StatePlace = Path | ServerState


def state_place(text: str, folder: Path = Path()) -> StatePlace:
    """Make a place of what a person wrote; a path starts at `folder`. Raises ConfigError for another database."""
    scheme, is_address, _ = text.partition("://")
    if not is_address:
        return folder / text
    if scheme not in _SCHEMES:
        raise ConfigError(f"{_EXPECTED}. Found an address that begins with {scheme}://")
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        raise ConfigError(f"{_EXPECTED}. Found one that cannot be read: write signs such as / as %2F") from None
    if not parts.path.strip("/"):
        raise ConfigError(f"{_EXPECTED}. Found one that names no database")
    return ServerState(f"{_SCHEMES[0]}://{text.partition('://')[2]}")
