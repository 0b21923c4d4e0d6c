"""What is answered where a page or a call fails: a page for people, JSON for programs, nothing of what is inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from gettext import NullTranslations
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from loguru import logger
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from pimflow.errors import BusyError, ConfigError, PimflowError, StateError
from pimflow.sentences import said_by
from pimflow.state.people import PeopleError
from pimflow.words import capital
from pimflow_serve.access.headers import ALWAYS
from pimflow_serve.access.origin import changes_something
from pimflow_serve.access.sessions import who_asks
from pimflow_serve.languages import words
from pimflow_serve.refusals import N_, NotSignedIn, Refused
from pimflow_serve.rendering import render
from pimflow_serve.roles import Person
from pimflow_serve.serving import serving_of

_FOR_PROGRAMS = ("/api/v1/", "/api/openapi.json", "/hooks/", "/metrics", "/healthz", "/readyz")
_SAID = {
    404: (N_("there is no such page"), N_("Go back to the overview.")),
    405: (N_("this cannot be done here"), N_("Go back to the overview.")),
}
_SAID_TO_PROGRAMS = {
    404: ("there is no such call", "/api/docs lists them."),
    405: ("this call has other methods", "/api/docs lists them."),
}


def add_failures(app: FastAPI) -> None:
    """Let an application answer so where it fails."""
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(PimflowError, _told)
    app.add_exception_handler(Exception, _failed)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error, NotSignedIn) and not _is_program(request):
        return RedirectResponse(f"/login{_next(request)}", status_code=303)
    if isinstance(error, Refused):
        return await _answer(request, error, error.headers)
    said = (_SAID_TO_PROGRAMS if _is_program(request) else _SAID).get(error.status_code, (str(error.detail), ""))
    return await _answer(request, Refused(error.status_code, *said), error.headers)


async def _unreadable(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    places = "; ".join(_place(one) for one in error.errors())
    told = N_("this cannot be understood: %(places)s")
    return await _answer(request, Refused(400, told, N_("Correct it, and send it again."), fields={"places": places}))


async def _told(request: Request, error: Exception) -> Response:
    status = 409 if isinstance(error, ConfigError | BusyError | PeopleError) else 503
    if isinstance(error, StateError):
        logger.error("the state cannot be used: {}", error)
    return await _answer(request, Refused(status, said_by(error)))


async def _failed(request: Request, error: Exception) -> Response:
    """Tell of a mistake in pimflow; what it was stands in the log."""
    logger.opt(exception=error).error("{} {} failed", request.method, request.url.path)
    remedy = N_("Your administrator finds what happened in the log of the server.")
    answer = await _answer(request, Refused(500, N_("something went wrong inside pimflow"), remedy))
    answer.headers.update(ALWAYS)  # this is answered outside of what adds them
    return answer


async def _answer(request: Request, refused: Refused, headers: Mapping[str, str] | None = None) -> Response:
    answer: Response
    if _is_program(request):
        message, remedy = refused.said(NullTranslations())
        answer = JSONResponse({"error": {"message": message, "remedy": remedy}}, refused.status_code)
    else:
        person = getattr(request.state, "person", None) or await run_in_threadpool(_person, request)
        title, text = refused.said(words(request, person))
        shown = {"title": capital(title), "text": text, "detail": ""}
        answer = render(request, "message.html", person, status=refused.status_code, **shown)
    answer.headers.update(headers or {})
    return answer


def _person(request: Request) -> Person | None:
    """Give who is signed in, of whom nobody has asked: there is no such page."""
    with suppress(StateError):
        asking = who_asks(request, serving_of(request))
        if asking is not None:
            request.state.csrf = asking.form
            return asking.person
    return None


def _is_program(request: Request) -> bool:
    return request.url.path.startswith(_FOR_PROGRAMS)


def _next(request: Request) -> str:
    """Remember the page that was wanted; what was to be changed is not done again by itself."""
    if changes_something(request) or request.url.path == "/":
        return ""
    query = f"?{request.url.query}" if request.url.query else ""
    return f"?next={quote(request.url.path + query, safe='')}"


def _place(detail: Mapping[str, Any] | Any) -> str:
    steps: Sequence[str | int] = detail["loc"]
    return f"{'.'.join(map(str, steps[1:])) or 'the body'}: {detail['msg']}"
