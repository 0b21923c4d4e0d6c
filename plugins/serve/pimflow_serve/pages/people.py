"""People and tokens: the administrator's page of who may come in."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from pimflow.state.people import PeopleError
from pimflow_serve.access.changing import add_person, add_token, change_person, remove_person, remove_token
from pimflow_serve.access.guard import Administrator
from pimflow_serve.access.people import UnusableError, told
from pimflow_serve.languages import words
from pimflow_serve.refusals import N_
from pimflow_serve.rendering import go, render
from pimflow_serve.roles import Role
from pimflow_serve.serving import Shared
from pimflow_serve.views.people import shown_people, shown_tokens

router = APIRouter(prefix="/people", include_in_schema=False)

Text = Annotated[str, Form()]
Days = Annotated[int, Form(ge=0, le=3650)]


@router.get("")
def people_page(request: Request, serving: Shared, person: Administrator) -> Response:
    """Show who may come in."""
    return _page(request, serving, person)


@router.post("/add")
def add(request: Request, serving: Shared, person: Administrator, name: Text, role: Text, password: Text) -> Response:
    """Let somebody sign in."""
    try:
        add_person(serving, person, name.strip(), _role(role), password)
    except PeopleError as error:
        return _page(request, serving, person, wrong=error, name=name)
    return go("/people", words(request, person).gettext("%s may sign in.") % name.strip())


@router.post("/change")
def change(
    request: Request,
    serving: Shared,
    person: Administrator,
    name: Text,
    role: Text = "",
    password: Text = "",
    active: Text = "",
) -> Response:
    """Change what was filled in of somebody."""
    given = {"role": _role(role) if role else None, "password": password or None}
    try:
        change_person(serving, person, name, **given, active=active == "yes" if active else None)  # type: ignore[arg-type]
    except PeopleError as error:
        return _page(request, serving, person, wrong=error)
    return go("/people", words(request, person).gettext("%s was changed.") % name)


@router.post("/remove")
def remove(request: Request, serving: Shared, person: Administrator, name: Text) -> Response:
    """Let somebody sign in no longer, and forget them."""
    try:
        remove_person(serving, person, name)
    except PeopleError as error:
        return _page(request, serving, person, wrong=error)
    return go("/people", words(request, person).gettext("%s may sign in no longer.") % name)


@router.post("/tokens/add")
def make_token(
    request: Request, serving: Shared, person: Administrator, name: Text, role: Text, days: Days = 0
) -> Response:
    """Make a token, and show it this once."""
    try:
        secret = add_token(serving, person, name.strip(), _role(role), days or None)
    except PeopleError as error:
        return _page(request, serving, person, wrong=error)
    return _page(request, serving, person, token=name.strip(), secret=secret)


@router.post("/tokens/remove")
def end_token(request: Request, serving: Shared, person: Administrator, name: Text) -> Response:
    """Let a token work no longer."""
    try:
        remove_token(serving, person, name)
    except PeopleError as error:
        return _page(request, serving, person, wrong=error)
    return go("/people", words(request, person).gettext("The token %s works no longer.") % name)


def _page(
    request: Request, serving: Shared, person: Administrator, *, wrong: PeopleError | None = None, **given: Any
) -> Response:
    lists = {"everybody": shown_people(serving.database), "tokens": shown_tokens(serving.database)}
    shown = {"name": "", "token": "", "secret": "", **given, **lists}
    shown["wrong"] = told(wrong, words(request, person)) if wrong else ""
    return render(request, "people.html", person, status=409 if wrong else 200, **shown)


def _role(name: str) -> Role:
    try:
        return Role(name)
    except ValueError:
        known = ", ".join(Role)
        raise UnusableError(N_("a role is one of %(known)s; found %(found)s"), known=known, found=repr(name)) from None
