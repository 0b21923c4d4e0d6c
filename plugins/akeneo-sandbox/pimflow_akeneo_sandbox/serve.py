"""A sandbox on a real port, for tests: runs in a background thread while the block does."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette

from pimflow_akeneo_sandbox.app import create_app
from pimflow_akeneo_sandbox.loading.catalog import Catalog
from pimflow_akeneo_sandbox.sandbox import Sandbox
from pimflow_akeneo_sandbox.settings import Settings
from pimflow_akeneo_sandbox.store import Store


@dataclass(frozen=True)
class Served:
    """A running sandbox; `url` without a slash at the end."""

    url: str
    app: Starlette
    sandbox: Sandbox

    @property
    def store(self) -> Store:
        """The catalogue; read it between calls."""
        return self.sandbox.store

    def stats(self) -> dict[str, Any]:
        """As GET /_sandbox/stats."""
        return self.sandbox.stats.as_json()

    def seed(self, entities: Any) -> int:
        """As POST /_sandbox/seed. Raises ValueError."""
        return self.sandbox.seed(entities)

    def reset(self) -> None:
        """As POST /_sandbox/reset."""
        self.sandbox.reset()

    def faults(self, **changes: Any) -> dict[str, Any]:
        """As POST /_sandbox/faults. Raises ValueError."""
        return self.sandbox.change_faults(changes)

    def expire_tokens(self, *, refresh: bool = False) -> None:
        """As POST /_sandbox/expire-tokens."""
        self.sandbox.tokens.expire(refresh=refresh)


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes a free one. Raises OSError when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError:
        listening.close()
        raise
    return listening


def server_of(app: Starlette) -> uvicorn.Server:
    """Return a quiet server with connections as the gate needs them."""
    return uvicorn.Server(uvicorn.Config(app, http="h11", lifespan="off", log_level="error", access_log=False))


@contextmanager
def serve(
    catalog: Catalog | None = None,
    *,
    data: Path | None = None,
    edition: str = "ce",
    settings: Settings | None = None,
    port: int = 0,
    host: str = "127.0.0.1",
) -> Iterator[Served]:
    """Serve a catalogue until the block ends. Raises ValueError for a bad catalogue, OSError for a taken port."""
    app = create_app(catalog, data=data, edition=edition, settings=settings)
    server = server_of(app)
    with listen(host, port) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.005)
        sandbox: Sandbox = app.state.sandbox
        try:
            yield Served(f"http://{host}:{listening.getsockname()[1]}", app, sandbox)
        finally:
            server.should_exit = True
            thread.join(timeout=10)
            sandbox.close()
