"""Passwords: argon2id with the parameters of RFC 9106, a few at a time since each takes 64 MiB."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from pimflow_serve.refusals import N_, Refused

SHORTEST, LONGEST = 10, 200
_HASHER = PasswordHasher()
_ROOM = BoundedSemaphore(2)
_PATIENCE = 3.0
"""Seconds for which somebody waits for room; all that wait leave threads for those who are signed in."""


def is_easily_guessed(password: str, name: str) -> bool:
    """Tell whether it holds the name, or only few different characters."""
    return name.lower() in password.lower() or len(set(password)) < SHORTEST // 2


def hashed(password: str) -> str:
    """Give what is kept of a password."""
    with _room():
        return _HASHER.hash(password)


def fits(kept: str | None, password: str) -> bool:
    """Tell whether it is the password of which this is kept. It takes as long where there is nobody."""
    with _room():
        try:
            return _HASHER.verify(kept or _nobodys(), password[:LONGEST]) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(kept: str) -> bool:
    """Tell whether it was made with weaker parameters than those of today."""
    return _HASHER.check_needs_rehash(kept)


@contextmanager
def _room() -> Iterator[None]:
    if not _ROOM.acquire(timeout=_PATIENCE):
        told = N_("too many people sign in at the same time")
        raise Refused(503, told, N_("Try again in a moment."), {"Retry-After": "5"})
    try:
        yield
    finally:
        _ROOM.release()


@cache
def _nobodys() -> str:
    return _HASHER.hash("nobody has this password")
