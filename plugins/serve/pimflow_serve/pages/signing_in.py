"""Signing in and out, the first administrator, and one's own password."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from pimflow.state import people
from pimflow.state.people import PeopleError
from pimflow_serve.access.first import add_first, check_welcome
from pimflow_serve.access.guard import Viewer
from pimflow_serve.access.origin import check_origin
from pimflow_serve.access.people import UnusableError, new_password, told
from pimflow_serve.access.sessions import begin_session, end_session, who_asks
from pimflow_serve.access.signing_in import sign_in
from pimflow_serve.languages import words
from pimflow_serve.refusals import N_, Refused
from pimflow_serve.rendering import go, render
from pimflow_serve.serving import Shared

router = APIRouter(include_in_schema=False)

Text = Annotated[str, Form()]


@router.get("/login")
def login_page(request: Request, serving: Shared, next_: Annotated[str, Query(alias="next")] = "") -> Response:
    """Ask who it is; somebody who is signed in goes on at once."""
    if who_asks(request, serving) is not None:
        return go(_inside(next_))
    return render(request, "login.html", None, next=_inside(next_), name="", wrong="", nobody=_nobody(serving))


@router.post("/login")
def login(
    request: Request,
    serving: Shared,
    name: Text = "",
    password: Text = "",
    next_: Annotated[str, Form(alias="next")] = "",
) -> Response:
    """Sign somebody in."""
    check_origin(request, serving)
    try:
        person = sign_in(request, serving, name.strip(), password)
    except Refused as refused:
        shown = {
            "next": _inside(next_),
            "name": name,
            "wrong": refused.sentences(words(request, None)),
            "nobody": _nobody(serving),
        }
        answer: Response = render(request, "login.html", None, status=refused.status_code, **shown)
        answer.headers.update(refused.headers or {})
        return answer
    answer = go(_inside(next_))
    begin_session(serving, person.name, answer)
    return answer


@router.post("/logout")
def logout(request: Request, serving: Shared, _person: Viewer) -> RedirectResponse:
    """Sign somebody out."""
    answer = go("/login")
    end_session(request, serving, answer)
    return answer


@router.get("/welcome")
def welcome_page(request: Request, serving: Shared, code: str = "") -> Response:
    """Ask who the first administrator is."""
    check_welcome(request, serving, code)
    return render(request, "welcome.html", None, code=code, name="", wrong="")


@router.post("/welcome")
def welcome(
    request: Request, serving: Shared, code: Text = "", name: Text = "", password: Text = "", again: Text = ""
) -> Response:
    """Make the first administrator, and sign them in."""
    check_origin(request, serving)
    try:
        if password != again:
            raise UnusableError(N_("the two passwords differ"))
        person = add_first(request, serving, code, name.strip(), password)
    except PeopleError as error:
        return render(
            request,
            "welcome.html",
            None,
            status=400,
            code=code,
            name=name,
            wrong=told(error, words(request, None)),
        )
    answer = go("/")
    begin_session(serving, person.name, answer)
    return answer


@router.get("/password")
def password_page(request: Request, person: Viewer) -> Response:
    """Ask for a new password."""
    return render(request, "password.html", person, wrong="")


@router.post("/password")
def change_password(
    request: Request, serving: Shared, person: Viewer, old: Text = "", password: Text = "", again: Text = ""
) -> Response:
    """Change somebody's own password, and sign them out in their other browsers."""
    said = words(request, person)
    try:
        if password != again:
            raise UnusableError(N_("the two passwords differ"))
        kept = new_password(password, person.name)
        sign_in(request, serving, person.name, old)
    except PeopleError as error:
        return render(request, "password.html", person, status=400, wrong=told(error, said))
    except Refused as refused:
        return render(request, "password.html", person, status=refused.status_code, wrong=refused.sentences(said))
    answer = go("/settings", said.gettext("Your password was changed."))
    people.change(serving.database, person.name, password=kept)
    begin_session(serving, person.name, answer)
    return answer


def _nobody(serving: Shared) -> bool:
    return not people.anybody(serving.database)


def _inside(address: str) -> str:
    """Give an address on this server; the overview in place of one elsewhere."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/"
    elsewhere = parts.scheme or parts.netloc or "\\" in address or not address.startswith("/") or address[1:2] == "/"
    return "/" if elsewhere or not address.isprintable() else address
