"""Cells for a column -> canonical values -> what its driver takes, and back, by the type of the column. No I/O.

Canonical values: text, plain decimal text, true and false, `2026-01-31`, `2026-01-31T10:00:00` (with `+00:00` where the
column keeps a zone), base64, lists and mappings.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from pimflow import said
from pimflow_erp import codecs
from pimflow_erp.codecs import BOOLEAN, DAY, FLOAT, TEXT, Codec
from pimflow_sql.cells import cell as plain

_BITS: Mapping[type[Any], int] = {sa.SmallInteger: 16, sa.BigInteger: 64, sa.Integer: 32}
_FIXED_WIDTHS = frozenset({"postgresql", "mssql"})
"""Where an INTEGER has 32 bits, neither fewer nor without a sign."""


def codec_of(kind: sa.types.TypeEngine[Any], dialect: str) -> Codec:
    """Make the codec of a column's type. SQLite keeps dates, lists and mappings as text, and numbers as they come."""
    if dialect == "sqlite":
        return _as_kept_by_sqlite(_of_type(kind, dialect))
    if isinstance(kind, mysql.TINYINT) and kind.display_width == 1:  # what MySQL makes of BOOLEAN
        return BOOLEAN
    return _of_type(kind, dialect)


def flag(kind: sa.types.TypeEngine[Any], dialect: str) -> Codec:
    """Make the codec of true and false in a column that may keep them as numbers."""
    if isinstance(kind, sa.Boolean) and dialect != "sqlite":
        return BOOLEAN
    return Codec(BOOLEAN.accept, int if isinstance(kind, sa.Numeric | sa.Integer | sa.Boolean) else str, _truth)


def _of_type(kind: sa.types.TypeEngine[Any], dialect: str) -> Codec:
    make = next((make for types, make in _MAKERS if isinstance(kind, types)), None)
    return make(kind, dialect) if make else TEXT


def _as_kept_by_sqlite(codec: Codec) -> Codec:
    def write(value: Any) -> Any:
        written = codec.write(value)
        if isinstance(written, dt.datetime):
            return written.isoformat(" ")
        if isinstance(written, dict | list):
            return orjson.dumps(written).decode()
        return str(written) if isinstance(written, dt.date | dt.time | Decimal) else written

    def read(value: Any) -> Any:
        try:
            return codec.accept(plain(value))
        except ValueError:  # SQLite keeps whatever it is given
            return str(value)

    return Codec(codec.accept, write, read)


def _truth(value: Any) -> bool:
    return str(value).strip().lower() in {"1", "true", "t", "yes", "y"}


def _text(kind: Any, _dialect: str) -> Codec:
    def accept(cell: Any) -> str:
        text = orjson.dumps(plain(cell), default=str).decode() if isinstance(cell, dict | list | tuple) else str(cell)
        if kind.length is not None and len(text) > kind.length:
            raise ValueError(
                said("which has {number} characters; the column takes {most}", number=len(text), most=kind.length)
            )
        if "\0" in text:
            raise ValueError(said("which holds a sign that no database takes (NUL)"))
        return text

    fixed = isinstance(kind, sa.CHAR)
    return Codec(accept, read=lambda value: str(value).rstrip(" ") if fixed else str(value))


def _selection(kind: Any, _dialect: str) -> Codec:
    def accept(cell: Any) -> str:
        if str(cell) not in kind.enums:
            raise ValueError(said("the column takes {values}", values=", ".join(kind.enums)))
        return str(cell)

    return Codec(accept, read=str)


def _integer(kind: Any, dialect: str) -> Codec:
    bits = next(bits for types, bits in _BITS.items() if isinstance(kind, types)) if dialect in _FIXED_WIDTHS else 64

    def accept(cell: Any) -> str:
        value = codecs.INTEGER.accept(int(cell) if isinstance(cell, bool) else cell)
        if not -(2 ** (bits - 1)) <= int(value) < 2 ** (bits - 1):
            raise ValueError(said("which is too large for the column"))
        return str(value)

    return Codec(accept, int, codecs.INTEGER.read)


def _decimal(kind: Any, _dialect: str) -> Codec:
    def accept(cell: Any) -> str:
        value = str(codecs.NUMBER.accept(cell))
        whole, _, decimals = value.lstrip("-").partition(".")
        if kind.scale is not None and kind.precision is not None:
            if len(decimals) > kind.scale:
                raise ValueError(
                    said("which has {number} decimals; the column keeps {most}", number=len(decimals), most=kind.scale)
                )
            if len(whole.lstrip("0")) > kind.precision - kind.scale:
                raise ValueError(said("which is too large for the column"))
        return value

    return Codec(accept, Decimal, codecs.NUMBER.read)


def _moment(kind: Any, dialect: str) -> Codec:
    zoned = bool(kind.timezone)
    fraction = getattr(kind, "fsp", None) if dialect in {"mysql", "mariadb"} else 6

    def accept(cell: Any) -> str:
        try:
            value = cell if isinstance(cell, dt.datetime) else dt.datetime.fromisoformat(str(cell).strip())
        except ValueError:
            raise ValueError(
                said("which is no date and time such as {example}", example="2026-01-31 10:00:00")
            ) from None
        return canonical(value)

    def canonical(value: dt.datetime) -> str:
        """Take a time without zone for UTC."""
        moment = value.replace(tzinfo=value.tzinfo or dt.UTC).astimezone(dt.UTC)
        moment = moment if fraction else moment.replace(microsecond=0)
        return (moment if zoned else moment.replace(tzinfo=None)).isoformat()

    return Codec(accept, dt.datetime.fromisoformat, canonical)


def _time(_kind: Any, _dialect: str) -> Codec:
    def accept(cell: Any) -> str:
        try:
            return dt.time.fromisoformat(str(cell).strip()).isoformat()
        except ValueError:
            raise ValueError(said("which is no time such as {example}", example="10:00:00")) from None

    def read(value: Any) -> str:
        """Read a time; MySQL's driver gives it as the span since midnight."""
        return (dt.datetime.min + value).time().isoformat() if isinstance(value, dt.timedelta) else value.isoformat()  # noqa: DTZ901 - no moment

    return Codec(accept, dt.time.fromisoformat, read)


def _binary(_kind: Any, _dialect: str) -> Codec:
    def accept(cell: Any) -> str:
        if isinstance(cell, bytes | bytearray | memoryview):
            return base64.b64encode(cell).decode()
        try:
            return base64.b64encode(base64.b64decode("".join(str(cell).split()), validate=True)).decode()
        except (binascii.Error, ValueError):
            raise ValueError(said("which is no content in base64")) from None

    return Codec(accept, base64.b64decode, lambda value: base64.b64encode(value).decode())


def _json(_kind: Any, dialect: str) -> Codec:
    def accept(cell: Any) -> Any:
        if not isinstance(cell, str | bytes):
            return plain(cell)
        try:
            return orjson.loads(cell)
        except orjson.JSONDecodeError:
            return cell

    def read(value: Any) -> Any:
        return accept(value) if isinstance(value, str | bytes) else plain(value)

    if dialect == "sqlite":  # it would make a number of the text 007 in a column of JSON
        return Codec(accept, lambda value: orjson.dumps(value).decode(), read)
    return Codec(accept, read=read)


def _list(kind: Any, dialect: str) -> Codec:
    one = _of_type(kind.item_type, dialect)
    return Codec(
        lambda cell: [one.accept(item) for item in (cell if isinstance(cell, list | tuple) else codecs.listed(cell))],
        lambda values: [one.write(value) for value in values],
        lambda values: [None if value is None else one.read(value) for value in values],
    )


def _day(_kind: Any, _dialect: str) -> Codec:
    return DAY


def _uuid(_kind: Any, _dialect: str) -> Codec:
    return Codec(TEXT.accept, read=str)


Make = Callable[[Any, str], Codec]
_MAKERS: tuple[tuple[type[Any], Make], ...] = (
    (sa.Enum, _selection),
    (sa.Uuid, _uuid),
    (sa.String, _text),
    (sa.Boolean, lambda *_: BOOLEAN),
    (sa.Integer, _integer),
    (sa.Float, lambda *_: FLOAT),
    (sa.Numeric, _decimal),
    (sa.DateTime, _moment),
    (sa.Date, _day),
    (sa.Time, _time),
    (sa.LargeBinary, _binary),
    (sa.ARRAY, _list),
    (sa.JSON, _json),
)
"""The first that fits; FLOAT is a NUMERIC in some versions of SQLAlchemy, ENUM a string."""
