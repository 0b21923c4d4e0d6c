"""Faults of a call that is not applied: by name, what happens instead."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.types import Receive, Scope, Send

from pimflow_akeneo_sandbox.answers import error_answer
from pimflow_akeneo_sandbox.connections import drop, wait_until_gone
from pimflow_akeneo_sandbox.errors import RefusedError
from pimflow_akeneo_sandbox.sandbox import Sandbox

LOGIN_PAGE = "<!DOCTYPE html><html><head><title>Sign in</title></head><body><form>Your company's proxy</form></body>"
LOGIN_PATH = "/user/login"
TEXTS = {
    401: "The access token provided is invalid.",
    429: "You have exceeded the limit of API requests per second.",
    500: "Internal Server Error",
    503: "Service Unavailable",
}

Spoil = Callable[[Sandbox, Scope, Receive, Send], Awaitable[None]]


async def refuse(status: int, sandbox: Sandbox, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with an error; too many calls with the seconds to wait, unless these are below 0."""
    after = sandbox.planner.faults.retry_after
    headers = {"Retry-After": str(after)} if status == 429 and after >= 0 else None
    await error_answer(RefusedError(status, TEXTS[status], headers=headers))(scope, receive, send)


async def _revoke(sandbox: Sandbox, scope: Scope, receive: Receive, send: Send) -> None:
    sandbox.tokens.revoke(Headers(scope=scope).get("authorization"))
    await refuse(401, sandbox, scope, receive, send)


async def _drop(_sandbox: Sandbox, _scope: Scope, receive: Receive, send: Send) -> None:
    await drop(receive, send)


async def _say_nothing(_sandbox: Sandbox, _scope: Scope, receive: Receive, _send: Send) -> None:
    await wait_until_gone(receive)


async def _show_login(_sandbox: Sandbox, scope: Scope, receive: Receive, send: Send) -> None:
    await HTMLResponse(LOGIN_PAGE)(scope, receive, send)


async def _lead_to_login(_sandbox: Sandbox, scope: Scope, receive: Receive, send: Send) -> None:
    await RedirectResponse(LOGIN_PATH, 302)(scope, receive, send)


SPOILT_CALLS: Mapping[str, Spoil] = {
    "drop_before": _drop,
    "silent_before": _say_nothing,
    "error_401": _revoke,
    "error_429": partial(refuse, 429),
    "error_500": partial(refuse, 500),
    "error_503": partial(refuse, 503),
    "html": _show_login,
    "redirect": _lead_to_login,
}
