"""Temporary files in which rows are put aside and sorted: nobody reads them after a crash."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from pimflow.errors import FlowError
from pimflow.sentences import said


@contextmanager
def new_scratch(tables: sa.MetaData) -> Iterator[Engine]:
    """Give an empty database with these tables, which goes when the block ends. Raises FlowError."""
    with TemporaryDirectory(prefix="pimflow-rows-") as folder:
        engine = sa.create_engine(f"sqlite:///{Path(folder, 'rows.sqlite')}")
        sa.event.listen(engine, "connect", _on_connect)
        try:
            with told():
                tables.create_all(engine)
            yield engine
        finally:
            engine.dispose()


@contextmanager
def told() -> Iterator[None]:
    """Tell of a disk that takes no more as FlowError."""
    try:
        yield
    except sa.exc.DatabaseError as error:
        raise FlowError(
            said(
                "temporary files cannot be written. What was written to the target stays; make room in the folder for "
                "temporary files, or name another in the environment variable TMPDIR (TEMP on Windows), and start again"
            ),
            detail=str(error.orig),
        ) from error


def _on_connect(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = OFF")
