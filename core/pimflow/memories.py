"""What plugins keep about a target between runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol, runtime_checkable


@runtime_checkable
class Memory(Protocol):
    """What a plugin keeps about one target between runs: text by key, under names of its own. Safe for threads.

    All pipelines that write there share it. It can be lost, and results stay right. A dry run forgets what it puts.
    """

    def get(self, name: str, keys: Iterable[str]) -> Mapping[str, str]:
        """Give what is kept under these keys; those that are not there are left out."""

    def put(self, name: str, entries: Mapping[str, str]) -> None:
        """Keep these, in place of what was kept under the same keys."""

    def forget(self, name: str, keys: Iterable[str]) -> None:
        """Keep nothing under these keys any longer."""


class ShortMemory:
    """A memory that ends with the run: for tests, and where a run has no state."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], str] = {}

    def get(self, name: str, keys: Iterable[str]) -> Mapping[str, str]:
        """Give what is kept under these keys; those that are not there are left out."""
        return {key: self._kept[name, key] for key in keys if (name, key) in self._kept}

    def put(self, name: str, entries: Mapping[str, str]) -> None:
        """Keep these, in place of what was kept under the same keys."""
        self._kept.update({(name, key): text for key, text in entries.items()})

    def forget(self, name: str, keys: Iterable[str]) -> None:
        """Keep nothing under these keys any longer."""
        for key in keys:
            self._kept.pop((name, key), None)
