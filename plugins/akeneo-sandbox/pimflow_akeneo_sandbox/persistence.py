"""The SQLite file behind a store: one row an entity, written as it changes, read back at the next start."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from pimflow_akeneo_sandbox.media import MediaFile

SCHEMA = """
create table if not exists entity (kind text not null, key text not null, body blob not null, primary key (kind, key));
create table if not exists media (code text primary key, name text not null, mime text not null, content blob not null);
create table if not exists schema (version integer not null);
"""
VERSION = 1


class SqliteFile:
    """Raises ValueError when the file was written by a newer sandbox."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, check_same_thread=False)
        self._connection.executescript(SCHEMA)
        found = self._connection.execute("select version from schema").fetchone()
        if found is None:
            self._connection.execute("insert into schema values (?)", (VERSION,))
        elif found[0] > VERSION:
            self._connection.close()
            raise ValueError(
                f"{path} was written by a newer sandbox (format {found[0]}, this one knows {VERSION}). "
                "Upgrade pimflow-akeneo-sandbox or start with another --data file."
            )

    @property
    def is_new(self) -> bool:
        """Whether nothing was ever saved in it."""
        return self._connection.execute("select 1 from entity limit 1").fetchone() is None

    def save(self, kind: str, key: str, plain: dict[str, Any]) -> None:
        """Write one entity."""
        self._connection.execute("insert or replace into entity values (?, ?, ?)", (kind, key, orjson.dumps(plain)))

    def save_media(self, media: MediaFile) -> None:
        """Write one media file."""
        row = (media.code, media.original_filename, media.mime_type, media.content)
        self._connection.execute("insert or replace into media values (?, ?, ?, ?)", row)

    def delete_media(self, media: MediaFile) -> None:
        """Remove one media file."""
        self._connection.execute("delete from media where code = ?", (media.code,))

    def delete(self, kind: str, key: str) -> None:
        """Remove one entity."""
        self._connection.execute("delete from entity where kind = ? and key = ?", (kind, key))

    def clear(self) -> None:
        """Remove everything."""
        self._connection.execute("delete from entity")
        self._connection.execute("delete from media")

    def commit(self) -> None:
        """Make it durable."""
        self._connection.commit()

    def entities(self, kind: str) -> Iterator[dict[str, Any]]:
        """All entities of one kind, in the order they were first written."""
        for (body,) in self._connection.execute("select body from entity where kind = ? order by rowid", (kind,)):
            yield orjson.loads(body)

    def media(self) -> Iterator[MediaFile]:
        """All media files."""
        for row in self._connection.execute("select code, name, mime, content from media"):
            yield MediaFile(*row)

    def close(self) -> None:
        """Commit and close."""
        self._connection.commit()
        self._connection.close()
