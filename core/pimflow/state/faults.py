"""What an error of PostgreSQL means for who looks after it, by its code (appendix A of its manual)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus

from pimflow.errors import StateError

_LEFT = "Nothing in it was overwritten"
_LOGIN = "login"
_NO_DATABASE = "3D000"
_AWAY = "08"
_WORDS: tuple[tuple[str, str], ...] = (
    (r"password authentication failed|no password supplied|no pg_hba\.conf entry", _LOGIN),
    (r'role "[^"]*" (does not exist|is not permitted to log in)', _LOGIN),
    (r'database "[^"]*" does not exist', _NO_DATABASE),
)
"""For errors while logging in, which come without a code."""

_ADVICE: Mapping[str, str] = {
    _LOGIN: "{title} refused user {user!r} or the password; it was tried once. {left}. Correct the address of the "
    "state (`state:` in pimflow.yaml, --state or PIMFLOW_STATE), or let the server's pg_hba.conf admit this machine",
    _NO_DATABASE: "{title} has no database {database!r}. Nothing was made. Make it and let user {user!r} own it "
    "(CREATE DATABASE {database} OWNER {user}), or correct the address of the state",
    "3F000": "{title} lets user {user!r} see no schema to keep the state in. {left}. Make one that belongs to that "
    "user (CREATE SCHEMA {user} AUTHORIZATION {user}), or correct `search_path` in the address",
    "42501": "user {user!r} may not do this in {title}: {said}. {left}. Let that user own the database or the schema, "
    "or grant it: GRANT CREATE, USAGE ON SCHEMA public TO {user}, and all rights on the tables of the state",
    "25006": "{title} takes no changes: it is a standby, or set to read only. {left}. Name the primary server",
    "55P03": "another process kept the state in {title} busy for 30 seconds. {left}; end that process, or wait for it, "
    "and start again",
    "25P03": "this process was suspended so long that {title} ended its connection. What was kept until then stays. "
    "Start again",
    "53100": "{title} has no room left on its disk: {said}. What was kept until then stays. Make room, and start again",
    "53300": "{title} has no connection left: {said}. {left}. Raise `max_connections` there, or run less at once",
    "22P05": "the database of {title} is not in UTF-8, and cannot hold every sign: {said}. What was kept until then "
    "stays. Make a database with ENCODING 'UTF8', and begin there",
    _AWAY: "{title} does not answer, or broke the connection off: {said}. What was kept until then stays. Is it "
    "running, and may this machine reach it? The next run goes on from there",
    "": "the state in {title} cannot be used: {said}. {left}. The log of the server tells more",
}
_ASKED = re.compile(r"\s*Is the server running[^?]*\?")
"""What the driver asks, as our own sentence does."""

_NO_ANSWER = frozenset({"OperationalError", "ConnectionTimeout", "TimeoutError"})
_SAME = {**dict.fromkeys(("28P01", "28000"), _LOGIN), **dict.fromkeys(("57P01", "57P02", "57P03", "57P05"), _AWAY)}


@dataclass(frozen=True, slots=True)
class Server:
    """What messages call a database, and the password that none of them may show."""

    title: str
    user: str
    database: str
    password: str = field(default="", repr=False)


def told(server: Server, error: BaseException) -> StateError:
    """Make the error that says what is wrong, and what now."""
    said = _ASKED.sub("", _masked(server, " ".join(str(error).split())))
    facts = {"title": server.title, "user": server.user, "database": server.database}
    return StateError(_ADVICE[_kind(error, said)].format(**facts, said=said.rstrip(".;:,?! "), left=_LEFT))


def _kind(error: BaseException, said: str) -> str:
    code = getattr(error, "sqlstate", None)
    if code is None:
        found = next((kind for words, kind in _WORDS if re.search(words, said)), None)
        return found or (_AWAY if type(error).__name__ in _NO_ANSWER else "")
    kind = _SAME.get(code, code)
    return kind if kind in _ADVICE else _AWAY if kind[:2] == _AWAY else ""


def _masked(server: Server, text: str) -> str:
    for form in {server.password, quote(server.password, safe=""), quote_plus(server.password)} - {""}:
        text = text.replace(form, "***")
    return text
