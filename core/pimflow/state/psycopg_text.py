"""Lets PostgreSQL keep any text: it takes no NUL, which the broken row of a source may well hold."""

from __future__ import annotations

import re
from typing import Any

import psycopg
from psycopg.abc import Buffer
from psycopg.types.string import StrDumperUnknown, TextLoader

_SIGNS = {"\0": "\x1b0", "\x1b": "\x1b1"}
_BACK = {kept: sign for sign, kept in _SIGNS.items()}
_AWAY = re.compile("[\0\x1b]")
_KEPT = re.compile("\x1b[01]")


class _Dumper(StrDumperUnknown):
    def dump(self, obj: str) -> Buffer | None:
        return super().dump(_AWAY.sub(lambda found: _SIGNS[found[0]], obj))


class _Loader(TextLoader):
    def load(self, data: Buffer) -> Any:
        text = str(super().load(data))
        return _KEPT.sub(lambda found: _BACK[found[0]], text) if "\x1b" in text else text


def take_any_text(connection: psycopg.Connection[Any]) -> None:
    """Let a connection write NUL as two signs that begin with ESC, and ESC itself as well, and read them back."""
    connection.adapters.register_dumper(str, _Dumper)
    for kind in ("text", "varchar"):
        connection.adapters.register_loader(kind, _Loader)
