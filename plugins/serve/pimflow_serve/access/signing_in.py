"""Signing in with name and password."""

from __future__ import annotations

from fastapi import Request
from loguru import logger

from pimflow.state import people
from pimflow.state.people import PersonRow
from pimflow_serve.access.attempts import Attempts
from pimflow_serve.access.passwords import fits, hashed, is_outdated
from pimflow_serve.refusals import N_, Refused
from pimflow_serve.serving import Serving


def sign_in(request: Request, serving: Serving, name: str, password: str) -> PersonRow:
    """Give the person whose name and password these are. Raises Refused, and tells nobody which of both was wrong."""
    address = request.client.host if request.client else ""
    attempts: Attempts = request.app.state.attempts
    attempts.begin(name, address)
    person = people.find(serving.database, name)
    kept = person.password if person is not None and person.active else None
    if not fits(kept, password) or person is None:
        if attempts.failed(name, address):
            logger.warning("somebody at {} gave a wrong name or password", address)
        remedy = N_("Try again, or ask an administrator for a new password.")
        raise Refused(401, N_("name or password is wrong"), remedy)
    attempts.succeeded(name, address)
    if is_outdated(person.password):
        people.renew_password(serving.database, name, hashed(password))
    return person
