"""Who may come in: what a page or a call of the API takes to be given the person who asks.

Nobody signed in: a page leads to /login, a call is answered 401. Too little right: 403. What changes something must
come from a page of this server, with the secret of its session in the field `csrf` or the header `X-CSRF-Token`;
programs with a token need neither. The log tells who asked for what.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Request, Security
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPBearer
from loguru import logger

from pimflow_serve.access.origin import changes_something, check_origin
from pimflow_serve.access.sessions import Asking, who_asks
from pimflow_serve.access.tokens import same
from pimflow_serve.refusals import N_, NotSignedIn, Refused
from pimflow_serve.roles import Person, Role
from pimflow_serve.serving import Shared

FIELD, HEADER = "csrf", "x-csrf-token"
_NEEDED = {
    Role.VIEWER: N_("you may not see this"),
    Role.OPERATOR: N_("you may look, and only operators may do this"),
    Role.ADMINISTRATOR: N_("only administrators may do this"),
}
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


_TOLD = HTTPBearer(scheme_name="token", description="A token that an administrator made.", auto_error=False)
"""What the description of the API says of tokens; who asks is found out here."""


def check_right(person: Person, role: Role) -> None:
    """See that a person may do what takes this role. Raises Refused."""
    if not person.may(role):
        raise Refused(403, _NEEDED[role], N_("Ask an administrator of pimflow for the right."))


def _who_may(role: Role) -> Callable[..., Awaitable[Person]]:
    async def who(request: Request, serving: Shared, _told: Annotated[object, Security(_TOLD)]) -> Person:
        asking = await run_in_threadpool(who_asks, request, serving)
        if asking is None:
            raise NotSignedIn
        request.state.csrf = asking.form
        request.state.person = asking.person
        if asking.form and changes_something(request):
            check_origin(request, serving)
            await _check_form(request, asking)
        check_right(asking.person, role)
        if changes_something(request):
            logger.info("{} asks for {} {}", asking.person.name, request.method, request.url.path)
        return asking.person

    return who


async def _check_form(request: Request, asking: Asking) -> None:
    given = request.headers.get(HEADER, "")
    if not given and request.headers.get("content-type", "").startswith(_FORMS):
        form = await request.form()
        field = form.get(FIELD)
        given = field if isinstance(field, str) else ""
    if not same(given, asking.form):
        told = N_("the page from which this was sent is too old")
        raise Refused(403, told, N_("Open it anew, and try again."))


Viewer = Annotated[Person, Security(_who_may(Role.VIEWER), scopes=[Role.VIEWER])]
"""Somebody who may look."""
Operator = Annotated[Person, Security(_who_may(Role.OPERATOR), scopes=[Role.OPERATOR])]
"""Somebody who may run pipelines and answer problems: the product manager."""
Administrator = Annotated[Person, Security(_who_may(Role.ADMINISTRATOR), scopes=[Role.ADMINISTRATOR])]
"""Somebody who looks after the server."""
