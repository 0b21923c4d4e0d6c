"""Pages are made here: templates with the words, numbers and times of the language of the person who asks.

A page begins with `{% extends "base.html" %}{% import "macros.html" as ui with context %}` and fills the blocks `title`
and `content`. Forms that change something hold `{{ csrf() }}`, whose value is `request.state.csrf`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from pimflow.languages import LANGUAGES, words_of
from pimflow.sentences import begin
from pimflow_serve import formats
from pimflow_serve.cron_words import in_words
from pimflow_serve.languages import language_of, spoken
from pimflow_serve.roles import Person, Role
from pimflow_serve.serving import serving_of

TEMPLATES = Path(__file__).parent / "templates"
THEMES = ("auto", "light", "dark")
_SAID = "said"


def render(request: Request, template: str, person: Person | None, *, status: int = 200, **data: Any) -> HTMLResponse:
    """Make a page for a person; None is somebody who has not signed in."""
    language = language_of(request, person)
    shown = {**_shared(request, person, language), **spoken(data, words_of(language))}
    page = HTMLResponse(_environment(language).get_template(template).render(shown), status)
    if _SAID in request.cookies:
        page.delete_cookie(_SAID, path="/")
    return page


def go(path: str, said: str = "") -> RedirectResponse:
    """Send the browser to another page after a form, which then shows what was `said` at its top."""
    answer = RedirectResponse(path, status_code=303)
    if said:
        answer.set_cookie(_SAID, quote(said), max_age=60, path="/", httponly=True, samesite="strict")
    return answer


def _shared(request: Request, person: Person | None, language: str) -> Mapping[str, Any]:
    """Give what all templates know."""
    theme = request.cookies.get("theme", "auto")
    return {
        "request": request,
        "path": request.url.path,
        "person": person,
        "may_run": person is not None and person.may(Role.OPERATOR),
        "may_administer": person is not None and person.may(Role.ADMINISTRATOR),
        "language": language,
        "languages": LANGUAGES,
        "theme": theme if theme in THEMES else "auto",
        "said": unquote(request.cookies.get(_SAID, "")),
        "now": serving_of(request).clock(),
        "plugin_pages": getattr(request.app.state, "plugin_pages", ()),
        "environment": serving_of(request).project.environment,
    }


@cache
def _environment(language: str) -> Environment:
    """Make the templates of one language."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    words = words_of(language)
    made.install_gettext_callables(  # type: ignore[attr-defined]
        words.gettext, words.ngettext, newstyle=True, pgettext=words.pgettext, npgettext=words.npgettext
    )
    made.globals["csrf"] = _csrf
    made.filters["number"] = lambda value: formats.number(value, language)
    made.filters["duration"] = lambda value: formats.duration(value, language)
    made.filters["told"] = formats.told
    made.filters["capital"] = begin
    made.filters["cron"] = lambda value: in_words(value, language)
    made.filters["when"] = pass_context(lambda page, value: formats.when(value, _now(page), language))
    made.filters["ago"] = pass_context(lambda page, value: formats.ago(value, _now(page), language))
    return made


def _now(page: Context) -> datetime:
    now: datetime = page["now"]
    return now


@pass_context
def _csrf(page: Context) -> Markup:
    """Give the hidden field that shows that a form is one of ours."""
    token = getattr(page["request"].state, "csrf", "")
    return Markup('<input type="hidden" name="csrf" value="{}">').format(token)
