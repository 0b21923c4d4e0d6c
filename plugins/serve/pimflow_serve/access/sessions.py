"""Who asks: somebody whose browser holds the cookie of a session, or a program that shows its token."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import Request
from starlette.responses import Response

from pimflow.errors import StateError
from pimflow.state import sign_ins
from pimflow_serve.access.tokens import digest, form_secret, new_secret
from pimflow_serve.roles import Person, Role
from pimflow_serve.serving import Serving

LONGEST = timedelta(days=7)
"""After so long somebody signs in again, however busy."""
_KEPT_EVERY = timedelta(minutes=5)
_BEARER = "bearer "


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks. `form` is what their forms must hold; empty for programs, of which none is asked."""

    person: Person
    form: str = ""


def cookie_name(serving: Serving) -> str:
    """Name the cookie: browsers do not tell ports of one machine apart, and two servers may be on it."""
    prefix = "__Host-" if serving.settings.is_encrypted else ""
    return f"{prefix}pimflow_{serving.settings.port}"


def who_asks(request: Request, serving: Serving) -> Asking | None:
    """Give who asks; None where nobody is signed in. A token counts before a session."""
    shown = request.headers.get("authorization", "")
    if shown:
        return _program(shown, serving)
    secret = request.cookies.get(cookie_name(serving))
    return _somebody(secret, serving) if secret else None


def begin_session(serving: Serving, name: str, answer: Response) -> None:
    """Sign somebody in: the answer brings their browser a new secret."""
    secret, now = new_secret(), serving.clock()
    sign_ins.begin(serving.database, digest(secret), name, now, now + serving.settings.session)
    encrypted = serving.settings.is_encrypted
    answer.set_cookie(cookie_name(serving), secret, path="/", secure=encrypted, httponly=True, samesite="lax")


def end_session(request: Request, serving: Serving, answer: Response) -> None:
    """Sign out whoever asks."""
    secret = request.cookies.get(cookie_name(serving))
    if secret:
        sign_ins.end(serving.database, digest(secret))
    encrypted = serving.settings.is_encrypted
    answer.delete_cookie(cookie_name(serving), path="/", secure=encrypted, httponly=True, samesite="lax")


def _program(shown: str, serving: Serving) -> Asking | None:
    if not shown.lower().startswith(_BEARER):
        return None
    kept, now = digest(shown[len(_BEARER) :].strip()), serving.clock()
    token = sign_ins.token_of(serving.database, kept, now)
    if token is None:
        return None
    if token.used is None or now - token.used > _KEPT_EVERY:
        with suppress(StateError):  # a state that is busy keeps nobody out
            sign_ins.token_used(serving.database, kept, now)
    return Asking(Person(f"token {token.name}", Role(token.role)))


def _somebody(secret: str, serving: Serving) -> Asking | None:
    kept, now = digest(secret), serving.clock()
    found = sign_ins.signed_in(serving.database, kept, now)
    if found is None:
        return None
    if now - found.used > _KEPT_EVERY:
        with suppress(StateError):
            sign_ins.go_on(serving.database, kept, now, _end(found.begun, now, serving))
    return Asking(Person(found.person, Role(found.role), found.language), form_secret(secret))


def _end(begun: datetime, now: datetime, serving: Serving) -> datetime:
    return min(now + serving.settings.session, begun + LONGEST)
