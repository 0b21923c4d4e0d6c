"""The first administrator: made with a link that whoever starts the server sees, and nobody else."""

from __future__ import annotations

from fastapi import FastAPI, Request

from pimflow.state import people
from pimflow.state.people import PersonRow
from pimflow_serve.access.people import new_person
from pimflow_serve.access.tokens import digest, new_secret, same
from pimflow_serve.refusals import N_, Refused
from pimflow_serve.roles import Role
from pimflow_serve.serving import Serving


def welcome_path(app: FastAPI) -> str:
    """Make the link; the one made before works no longer."""
    code = new_secret()
    app.state.welcome = digest(code)
    return f"/welcome?code={code}"


def check_welcome(request: Request, serving: Serving, code: str) -> None:
    """Raise Refused unless this is the code of the link, and there is nobody yet."""
    expected: str = request.app.state.welcome
    if people.anybody(serving.database) or not expected or not same(digest(code), expected):
        remedy = N_("Sign in, or ask an administrator of pimflow for a password.")
        raise Refused(403, N_("this link works no longer"), remedy)


def add_first(request: Request, serving: Serving, code: str, name: str, password: str) -> PersonRow:
    """Make the first administrator. Raises Refused and PeopleError."""
    check_welcome(request, serving, code)
    person = new_person(name, Role.ADMINISTRATOR, password, serving.clock())
    people.add(serving.database, person, first=True)
    request.app.state.welcome = ""
    return person
