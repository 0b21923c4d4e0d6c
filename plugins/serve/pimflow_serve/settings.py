"""How a server is set up: what `serve:` in pimflow.yaml says, and the command line over it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from pimflow_serve.hooks.hook import Hook

LOOPBACK = ("127.0.0.1", "::1", "localhost")
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - known here, nothing listens  # nosec B104


@dataclass(frozen=True, slots=True)
class Settings:
    """How a server is set up.

    `public_url` is where browsers find it, without a slash at the end; empty where that is `host` and `port`.
    `trusted_proxies` are the addresses that may say for whom they ask. `hooks` are the places where events come in; the
    log is kept for `log_days`, in files of at most `log_bytes`. `runs_at_once` of different pipelines go side by side.
    """

    host: str = "127.0.0.1"
    port: int = 8700
    public_url: str = ""
    session_hours: float = 12
    trusted_proxies: tuple[str, ...] = ()
    hooks: Mapping[str, Hook] = field(default_factory=dict)
    log_days: int = 30
    log_bytes: int = 10_000_000
    runs_at_once: int = 2

    @property
    def url(self) -> str:
        """Where browsers find it, without a slash at the end."""
        here = "localhost" if self.host in EVERYWHERE else self.host
        host = f"[{here}]" if ":" in here else here
        return self.public_url or f"http://{host}:{self.port}"

    @property
    def is_encrypted(self) -> bool:
        """Tell whether browsers reach it by TLS only."""
        return urlsplit(self.public_url).scheme == "https"

    @property
    def is_local(self) -> bool:
        """Tell whether this machine alone can reach it."""
        return self.host in LOOPBACK

    @property
    def session(self) -> timedelta:
        """For how long somebody stays signed in who does nothing."""
        return timedelta(hours=self.session_hours)
