"""What is answered where a page or a call fails: a page for people, JSON for programs, nothing of what is inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from loguru import logger
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from pimflow.errors import BusyError, ConfigError, PimflowError, StateError
from pimflow.state.people import PeopleError
from pimflow.words import capital
from pimflow_serve.access.headers import ALWAYS
from pimflow_serve.access.origin import changes_something
from pimflow_serve.access.roles import Person
from pimflow_serve.languages import catalogue, language_of
from pimflow_serve.refusals import NotSignedIn, Refused
from pimflow_serve.rendering import render

_FOR_PROGRAMS = ("/api/v1/", "/hooks/", "/metrics", "/healthz", "/readyz")
_SAID = {
    404: ("there is no such page", "Go back to the overview."),
    405: ("this cannot be done here", "Go back to the overview."),
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
    message, remedy = _SAID.get(error.status_code, (str(error.detail), ""))
    if isinstance(error, Refused):
        message, remedy = str(error.detail), error.remedy
    return _answer(request, error.status_code, message, remedy, error.headers)


async def _unreadable(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    places = "; ".join(_place(one) for one in error.errors())
    return _answer(request, 400, f"this cannot be understood: {places}", "Correct it, and send it again.")


async def _told(request: Request, error: Exception) -> Response:
    status = 409 if isinstance(error, ConfigError | BusyError | PeopleError) else 503
    if isinstance(error, StateError):
        logger.error("the state cannot be used: {}", error)
    return _answer(request, status, str(error), "")


async def _failed(request: Request, error: Exception) -> Response:
    """Tell of a mistake in pimflow; what it was stands in the log."""
    logger.opt(exception=error).error("{} {} failed", request.method, request.url.path)
    remedy = "Your administrator finds what happened in the log of the server."
    answer = _answer(request, 500, "something went wrong inside pimflow", remedy)
    answer.headers.update(ALWAYS)  # this is answered outside of what adds them
    return answer


def _answer(
    request: Request, status: int, message: str, remedy: str, headers: Mapping[str, str] | None = None
) -> Response:
    answer: Response
    if _is_program(request):
        answer = JSONResponse({"error": {"message": message, "remedy": remedy}}, status)
    else:
        person: Person | None = getattr(request.state, "person", None)
        words = catalogue(language_of(request, person))
        title, text = words.gettext(message), words.gettext(remedy) if remedy else ""
        answer = render(request, "message.html", person, status=status, title=capital(title), text=text, detail="")
    answer.headers.update(headers or {})
    return answer


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
