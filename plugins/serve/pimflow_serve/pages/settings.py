"""Settings: what a person chooses for themselves, and a test of the alerts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from pimflow.languages import LANGUAGES, words_of
from pimflow.notifying.trying import Tried, try_all
from pimflow.state import people
from pimflow_serve.access.guard import Operator, Viewer
from pimflow_serve.languages import language_of, words
from pimflow_serve.refusals import N_, Refused
from pimflow_serve.rendering import THEMES, go, render
from pimflow_serve.roles import Person, Role
from pimflow_serve.serving import Serving, Shared, assembly_of
from pimflow_serve.views.alerts import who_is_told
from pimflow_serve.views.hooks import shown_hooks

router = APIRouter(include_in_schema=False)

_YEAR = 365 * 24 * 3600


@router.get("/settings")
def settings_page(request: Request, serving: Shared, person: Viewer) -> Response:
    """Show what can be chosen."""
    return _page(request, serving, person)


@router.post("/settings/language")
def choose_language(
    request: Request, serving: Shared, person: Viewer, language: Annotated[str, Form()] = ""
) -> Response:
    """Keep the language of a person; empty leaves it to the browser."""
    if language and language not in LANGUAGES:
        raise Refused(400, N_("there is no such language"), N_("Choose one of the list."))
    people.change(serving.database, person.name, language=language)
    said = words_of(language or language_of(request, None)).gettext("Saved.")
    return go("/settings", said)


@router.post("/settings/theme")
def choose_theme(
    request: Request, serving: Shared, person: Viewer, theme: Annotated[str, Form()] = THEMES[0]
) -> Response:
    """Let this browser show pages light, dark, or as its machine does."""
    answer = go("/settings", words(request, person).gettext("Saved."))
    secure = serving.settings.is_encrypted
    answer.set_cookie("theme", theme if theme in THEMES else THEMES[0], _YEAR, path="/", samesite="lax", secure=secure)
    return answer


@router.post("/settings/alert")
def test_alert(request: Request, serving: Shared, person: Operator, pipeline: Annotated[str, Form()]) -> Response:
    """Send a test to everyone who is told of a pipeline, and show where it went through."""
    tried = try_all(assembly_of(serving, pipeline), serving.clock())
    return _page(request, serving, person, pipeline, tried)


def _page(
    request: Request, serving: Serving, person: Person, tested: str = "", tried: Sequence[Tried] = ()
) -> Response:
    told = who_is_told(serving.project)
    hooks = shown_hooks(serving) if person.may(Role.ADMINISTRATOR) else []
    return render(request, "settings.html", person, told=told, tested=tested, tried=tried, hooks=hooks)
