"""One running sandbox: its store, tokens, faults and figures, and what the control endpoints do to them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pimflow_akeneo_sandbox.faults import Planner
from pimflow_akeneo_sandbox.loading.catalog import Catalog, load, restore, seed
from pimflow_akeneo_sandbox.permissions import EVERYTHING, Permissions
from pimflow_akeneo_sandbox.persistence import SqliteFile
from pimflow_akeneo_sandbox.settings import Settings, faults_from
from pimflow_akeneo_sandbox.stats import Stats
from pimflow_akeneo_sandbox.store import Store
from pimflow_akeneo_sandbox.tokens import Tokens


class Sandbox:
    """`catalog`: what it is loaded with at the start and on reset; `data`: the file that keeps it."""

    def __init__(self, catalog: Catalog | None, data: Path | None, settings: Settings) -> None:
        self.catalog = catalog
        self.settings = settings
        self.file = SqliteFile(data) if data else None
        self.tokens = Tokens(settings.credentials, settings.token_seconds)
        self.tokens.refuse_refresh = settings.faults.refuse_refresh
        self.planner = Planner(settings.faults)
        self.stats = Stats()
        self.permissions = self._permissions()
        self.store = self._empty_store()
        if self.file and not self.file.is_new:
            restore(self.store, self.file)
        else:
            self._load()

    def _permissions(self) -> Permissions:
        readers = {name: (EVERYTHING,) for name, _ in self.settings.credentials.readers}
        return Permissions(readers | dict(self.settings.denied), self.settings.edit_only)

    def _empty_store(self) -> Store:
        store = Store(self.file, self.settings)
        store.recent.change(self.planner.faults.index_lag_ms)
        return store

    def _load(self) -> None:
        load(self.store, self.catalog)
        self.store.commit()

    def reset(self) -> None:
        """Back to the freshly loaded catalogue with zero counters and the faults of the start."""
        if self.file:
            self.file.clear()
        self.planner.change(self.settings.faults)
        self.tokens.refuse_refresh = self.settings.faults.refuse_refresh
        self.permissions = self._permissions()
        self.store = self._empty_store()
        self._load()
        self.stats = Stats()

    def seed(self, entities: Any) -> int:
        """Put entities in directly; how many. Raises ValueError for what is none."""
        count = seed(self.store, entities)
        self.store.commit()
        return count

    def change_faults(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Misbehave otherwise from now on; the settings in force. Raises ValueError."""
        self.planner.change(faults_from(dict(changes), self.planner.faults))
        self.store.recent.change(self.planner.faults.index_lag_ms)
        self.tokens.refuse_refresh = self.planner.faults.refuse_refresh
        return dict(vars(self.planner.faults))

    def close(self) -> None:
        """Close the file, where there is one."""
        if self.file:
            self.file.close()
