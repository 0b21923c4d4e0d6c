"""One call of the API: who asks, for what; headers, token and permission are checked before the endpoint runs."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import orjson
from starlette.requests import Request
from starlette.responses import Response

from pimflow_akeneo_sandbox.answers import COLLECTION, error_answer
from pimflow_akeneo_sandbox.errors import RefusedError, bad_json
from pimflow_akeneo_sandbox.products.drafts import Author
from pimflow_akeneo_sandbox.sandbox import Sandbox
from pimflow_akeneo_sandbox.search.paging import PATH_SAFE
from pimflow_akeneo_sandbox.store import Store

JSON = "application/json"


@dataclass(frozen=True)
class Call:
    """A checked call."""

    request: Request
    sandbox: Sandbox
    body: bytes

    @property
    def store(self) -> Store:
        """The catalogue."""
        return self.sandbox.store

    @property
    def author(self) -> Author:
        """Who calls, and what it may."""
        user = self.sandbox.tokens.user_of(self.request.headers.get("authorization"))
        return Author(user, self.sandbox.permissions)

    @property
    def query(self) -> dict[str, str]:
        """The query parameters."""
        return dict(self.request.query_params)

    @property
    def keys(self) -> dict[str, str]:
        """The keys in the path."""
        return dict(self.request.path_params)

    @property
    def base_url(self) -> str:
        """Scheme and host, without a slash at the end."""
        return str(self.request.base_url).rstrip("/")

    def url(self, *parts: str) -> str:
        """Return the absolute address of a path below /api/rest/v1, its parts encoded."""
        return "/".join([f"{self.base_url}/api/rest/v1", *(quote(part, safe=PATH_SAFE) for part in parts)])

    def json(self) -> dict[str, Any]:
        """Return the body as JSON object. Raises RefusedError (400)."""
        return json_object(self.body)


def json_object(text: bytes) -> dict[str, Any]:
    """Return a JSON object; an empty list passes for an empty object as in PHP. Raises RefusedError (400)."""
    try:
        data = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise bad_json() from None
    if data == []:
        return {}
    if isinstance(data, list):
        return {str(at): member for at, member in enumerate(data)}
    if not isinstance(data, dict):
        raise bad_json()
    return data


Endpoint = Callable[[Call], Response]


@dataclass(frozen=True)
class Rule:
    """What a call must bring: one of the content types, a permission (`list products`); open calls need no token.

    `refusal` is what a user without the permission is told, where the PIM does not say it as everywhere.
    """

    content: tuple[str, ...] = (JSON,)
    may: str = ""
    refusal: str = ""
    is_open: bool = False


def api(endpoint: Endpoint, rule: Rule) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint as Starlette wants it: checks first, refusals as JSON."""

    async def run(request: Request) -> Response:
        sandbox: Sandbox = request.app.state.sandbox
        try:
            _check_headers(request, rule)
            _check_user(request, sandbox, rule)
            _check_query(request)
            return endpoint(Call(request, sandbox, await request.body()))
        except RefusedError as refusal:
            return error_answer(refusal)

    return run


def _check_headers(request: Request, rule: Rule) -> None:
    accept = request.headers.get("accept")
    if request.method == "GET" and accept is not None and accept != JSON and "*/*" not in accept:
        raise RefusedError(406, f'"{accept}" in "Accept" header is not valid. Only "{JSON}" is allowed.')
    if request.method not in {"POST", "PATCH", "PUT"} or not rule.content:
        return
    kind = request.headers.get("content-type", "").split(";")[0].strip()
    allowed = '" or "'.join(rule.content)
    if not kind:
        raise RefusedError(415, f'The "Content-Type" header is missing. "{allowed}" has to be specified as value.')
    if kind not in rule.content:
        be = "are" if len(rule.content) > 1 else "is"
        raise RefusedError(415, f'"{kind}" in "Content-Type" header is not valid. Only "{allowed}" {be} allowed.')


def _check_user(request: Request, sandbox: Sandbox, rule: Rule) -> None:
    if rule.is_open:
        return
    user = sandbox.tokens.user_of(request.headers.get("authorization"))
    told = rule.refusal or f"Access forbidden. You are not allowed to {rule.may}."
    sandbox.permissions.check(user, rule.may, told)


def _check_query(request: Request) -> None:
    if any("[" in name for name in request.query_params):
        raise RefusedError(400, "Bracket syntax is not supported in query parameters.")


def collection(may: str) -> Rule:
    """Return the rule of a bulk call."""
    return Rule(content=(COLLECTION,), may=may)
