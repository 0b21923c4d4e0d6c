"""Compiled transforms that take many rows at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from pimflow.model import Row


@runtime_checkable
class RowsStep(Protocol):
    """A compiled transform that takes many rows at once where it can, which costs less than one by one."""

    def __call__(self, row: Row) -> Row | None:
        """Take one row, as `RowStep`."""

    def many(self, rows: Sequence[Row]) -> tuple[Sequence[Row], Sequence[int] | None]:
        """Give the rows that come out, and the places of those they come from; None where no row is dropped.

        It raises, whatever it be, where one of the rows has to be looked at; then they are given one by one.
        """
