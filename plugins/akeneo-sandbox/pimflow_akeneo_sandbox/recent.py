"""What the search index has not seen yet: products and models as they were before their latest writes."""

import time
from typing import Generic, TypeVar

from pimflow_akeneo_sandbox.entities import Entity, Product, ProductModel

E = TypeVar("E", bound=Entity)


class Earlier(Generic[E]):
    """Versions of one kind by key, each with the time until which the index still has it."""

    def __init__(self) -> None:
        self._versions: dict[str, list[tuple[float, E | None]]] = {}

    def note(self, key: str, before: E | None, seconds: float) -> None:
        """Remember what an entity was before it is written; None when it was not there."""
        now = time.monotonic()
        kept = [version for version in self._versions.get(key, ()) if version[0] > now]
        self._versions[key] = [*kept, (now + seconds, before)]

    def over(self, current: dict[str, E]) -> dict[str, E]:
        """Return the entities as the index has them; what has reached it is forgotten here."""
        now = time.monotonic()
        found = dict(current)
        for key, versions in list(self._versions.items()):
            waiting = [version for version in versions if version[0] > now]
            if not waiting:
                del self._versions[key]
            elif waiting[0][1] is None:
                found.pop(key, None)
            elif key in found:  # what was deleted is not shown, whatever the index has
                found[key] = waiting[0][1]
        return found


class Recent:
    """Earlier versions of what was written less than the lag ago; nothing is kept while there is no lag."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.products: Earlier[Product] = Earlier()
        self.models: Earlier[ProductModel] = Earlier()

    def change(self, lag_ms: float) -> None:
        """Set how long a write takes to reach the index, in milliseconds; with 0 everything is there at once."""
        self.seconds = lag_ms / 1000
        if not self.seconds:
            self.products, self.models = Earlier(), Earlier()
