"""What a driver's error means, by the codes of each database. No I/O.

Codes are from PostgreSQL's appendix A, MySQL's and MariaDB's lists of server and client errors, SQLite's result codes,
ODBC's appendix A with SQL Server's own numbers, and Oracle's error help.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum, auto
from typing import Any

import sqlalchemy as sa


class Fault(Enum):
    """What went wrong."""

    LOGIN = auto()
    ACCESS = auto()
    NO_DATABASE = auto()
    AWAY = auto()
    LOCKED = auto()
    DEADLOCK = auto()
    SLOW = auto()
    NO_TABLE = auto()
    NO_COLUMN = auto()
    SYNTAX = auto()
    WRITES = auto()
    DUPLICATE = auto()
    EMPTY = auto()
    REFERENCE = auto()
    RULE = auto()
    TOO_LONG = auto()
    VALUE = auto()
    OTHER = auto()


OF_DATA = frozenset({Fault.DUPLICATE, Fault.EMPTY, Fault.REFERENCE, Fault.RULE, Fault.TOO_LONG, Fault.VALUE})
"""Faults of one record; the others are of the connection, the table or the query."""

_STATES: Mapping[str, Fault] = {
    **dict.fromkeys(("28P01", "28000"), Fault.LOGIN),
    "3D000": Fault.NO_DATABASE,
    "42501": Fault.ACCESS,
    **dict.fromkeys(("42P01", "42S02", "3F000"), Fault.NO_TABLE),
    **dict.fromkeys(("42703", "42S22"), Fault.NO_COLUMN),
    **dict.fromkeys(("42601", "42000"), Fault.SYNTAX),
    "25006": Fault.WRITES,
    "23505": Fault.DUPLICATE,
    "23502": Fault.EMPTY,
    "23503": Fault.REFERENCE,
    "23514": Fault.RULE,
    "22001": Fault.TOO_LONG,
    **dict.fromkeys(("40001", "40P01"), Fault.DEADLOCK),
    "55P03": Fault.LOCKED,
    **dict.fromkeys(("57014", "HYT00", "HYT01"), Fault.SLOW),
    **dict.fromkeys(("57P01", "57P02", "57P03", "53300", "25P03"), Fault.AWAY),
}
_CLASSES: Mapping[str, Fault] = {"08": Fault.AWAY, "22": Fault.VALUE}
_MYSQL: Mapping[int, Fault] = {
    **dict.fromkeys((1045, 1698), Fault.LOGIN),
    **dict.fromkeys((1044, 1142, 1143, 1227, 1370), Fault.ACCESS),
    1049: Fault.NO_DATABASE,
    1146: Fault.NO_TABLE,
    1054: Fault.NO_COLUMN,
    1064: Fault.SYNTAX,
    1792: Fault.WRITES,
    **dict.fromkeys((1062, 1586), Fault.DUPLICATE),
    **dict.fromkeys((1048, 1364), Fault.EMPTY),
    **dict.fromkeys((1451, 1452), Fault.REFERENCE),
    **dict.fromkeys((3819, 4025), Fault.RULE),
    1406: Fault.TOO_LONG,
    **dict.fromkeys((1264, 1265, 1292, 1366, 1411, 3140, 3156), Fault.VALUE),
    1205: Fault.LOCKED,
    **dict.fromkeys((1213, 1020), Fault.DEADLOCK),
    **dict.fromkeys((1969, 3024), Fault.SLOW),
    **dict.fromkeys((1040, 1053, 1927, 2002, 2003, 2006, 2013, 4031), Fault.AWAY),
}
_SQLITE: Mapping[str, Fault] = {
    "SQLITE_CONSTRAINT_UNIQUE": Fault.DUPLICATE,
    "SQLITE_CONSTRAINT_PRIMARYKEY": Fault.DUPLICATE,
    "SQLITE_CONSTRAINT_ROWID": Fault.DUPLICATE,
    "SQLITE_CONSTRAINT_NOTNULL": Fault.EMPTY,
    "SQLITE_CONSTRAINT_FOREIGNKEY": Fault.REFERENCE,
    "SQLITE_CONSTRAINT_CHECK": Fault.RULE,
    "SQLITE_CONSTRAINT_TRIGGER": Fault.RULE,
    "SQLITE_CONSTRAINT_DATATYPE": Fault.VALUE,
    "SQLITE_MISMATCH": Fault.VALUE,
    "SQLITE_TOOBIG": Fault.TOO_LONG,
    "SQLITE_BUSY": Fault.LOCKED,
    "SQLITE_LOCKED": Fault.LOCKED,
    "SQLITE_BUSY_SNAPSHOT": Fault.DEADLOCK,
    "SQLITE_CANTOPEN": Fault.NO_DATABASE,
    "SQLITE_NOTADB": Fault.NO_DATABASE,
    "SQLITE_READONLY": Fault.WRITES,
    "SQLITE_PERM": Fault.ACCESS,
}
_ORACLE: Mapping[int, Fault] = {
    **dict.fromkeys((1017, 1005, 28000), Fault.LOGIN),
    **dict.fromkeys((1031, 1045), Fault.ACCESS),
    **dict.fromkeys((12505, 12514), Fault.NO_DATABASE),
    942: Fault.NO_TABLE,
    904: Fault.NO_COLUMN,
    **dict.fromkeys((900, 907, 923, 933, 936), Fault.SYNTAX),
    1456: Fault.WRITES,
    1: Fault.DUPLICATE,
    **dict.fromkeys((1400, 1407), Fault.EMPTY),
    **dict.fromkeys((2291, 2292), Fault.REFERENCE),
    2290: Fault.RULE,
    12899: Fault.TOO_LONG,
    **dict.fromkeys((1438, 1722, 1858, 1861), Fault.VALUE),
    **dict.fromkeys((54, 30006), Fault.LOCKED),
    **dict.fromkeys((60, 8177), Fault.DEADLOCK),
    **dict.fromkeys((1013, 3136), Fault.SLOW),
    **dict.fromkeys((28, 1012, 1033, 1034, 1089, 3113, 3114, 3135, 12170, 12541, 12545), Fault.AWAY),
}
_MSSQL: Mapping[int, Fault] = {
    **dict.fromkeys((2601, 2627), Fault.DUPLICATE),
    515: Fault.EMPTY,
    547: Fault.REFERENCE,
    **dict.fromkeys((2628, 8152), Fault.TOO_LONG),
    1222: Fault.LOCKED,
    1205: Fault.DEADLOCK,
    **dict.fromkeys((229, 230), Fault.ACCESS),
    4060: Fault.NO_DATABASE,
    207: Fault.NO_COLUMN,
    208: Fault.NO_TABLE,
}
_WORDS: tuple[tuple[str, Fault], ...] = (
    ("password authentication failed", Fault.LOGIN),
    ("no password supplied", Fault.LOGIN),
    ("no pg_hba.conf entry", Fault.LOGIN),
    (r'role "[^"]*" (does not exist|is not permitted to log in)', Fault.LOGIN),
    (r'database "[^"]*" does not exist', Fault.NO_DATABASE),
    ("starting up|shutting down|in recovery|too many (clients|connections)|remaining connection slots", Fault.AWAY),
    ("no such table", Fault.NO_TABLE),
    ("no such column", Fault.NO_COLUMN),
    (r"syntax error|unrecognized token|incomplete input", Fault.SYNTAX),
    ("FATAL:", Fault.OTHER),
)
"""For errors without a code: PostgreSQL's while logging in, and SQLite's about statements."""


def fault_of(error: sa.exc.SQLAlchemyError) -> Fault:
    """Tell what an error means."""
    if isinstance(error, sa.exc.TimeoutError):
        return Fault.AWAY
    if not isinstance(error, sa.exc.DBAPIError):
        return Fault.VALUE if isinstance(error, sa.exc.StatementError) else Fault.OTHER
    found = _by_code(error.orig)
    if found is None:
        found = next((fault for words, fault in _WORDS if re.search(words, str(error.orig))), None)
    if found is None and (error.connection_invalidated or isinstance(error, sa.exc.OperationalError)):
        return Fault.AWAY
    if found is None and isinstance(error, sa.exc.DataError):
        return Fault.VALUE
    return found or (Fault.RULE if isinstance(error, sa.exc.IntegrityError) else Fault.OTHER)


def _by_code(raw: Any) -> Fault | None:
    """Tell what a code means; OTHER for one that is none of the above."""
    name = getattr(raw, "sqlite_errorname", None)
    first = next(iter(getattr(raw, "args", ())), None)
    if name is not None:
        return _SQLITE.get(name)
    if isinstance(first, int):  # MySQL's drivers
        return _MYSQL.get(first, Fault.OTHER)
    oracle = getattr(first, "code", None) if getattr(first, "full_code", None) else None
    if oracle is not None:
        return _ORACLE.get(oracle, Fault.OTHER)
    if isinstance(first, str) and re.fullmatch(r"[0-9A-Z]{5}", first):  # ODBC's
        number = re.search(r"\((\d+)\)", str(raw))
        return _MSSQL.get(int(number[1]) if number else 0) or _of_state(first)
    state = getattr(raw, "sqlstate", None)
    return None if state is None else _of_state(state)


def _of_state(state: str) -> Fault:
    return _STATES.get(state) or _CLASSES.get(state[:2]) or (Fault.RULE if state[:2] == "23" else Fault.OTHER)
