"""/_sandbox: what tests and demos steer the server with; no token is asked."""

from collections.abc import Callable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from pimflow_akeneo_sandbox.answers import json_answer
from pimflow_akeneo_sandbox.sandbox import Sandbox


def _stats(sandbox: Sandbox, _body: Any) -> Any:
    return sandbox.stats.as_json()


def _reset(sandbox: Sandbox, _body: Any) -> Any:
    sandbox.reset()
    return {"reset": True}


def _seed(sandbox: Sandbox, body: Any) -> Any:
    return {"seeded": sandbox.seed(body)}


def _faults(sandbox: Sandbox, body: Any) -> Any:
    return sandbox.change_faults(body or {})


def _permissions(sandbox: Sandbox, body: Any) -> Any:
    if "denied" in body or "edit_only" not in body:
        sandbox.permissions.deny(str(body["user"]), [str(name) for name in body["denied"]])
    if "edit_only" in body:
        sandbox.permissions.edit_only(str(body["user"]), [str(code) for code in body["edit_only"]])
    return body


def _expire(sandbox: Sandbox, body: Any) -> Any:
    refresh = bool(body and body.get("refresh"))
    sandbox.tokens.expire(refresh=refresh)
    return {"expired": True}


COMMANDS: dict[tuple[str, str], Callable[[Sandbox, Any], Any]] = {
    ("GET", "stats"): _stats,
    ("POST", "reset"): _reset,
    ("POST", "seed"): _seed,
    ("POST", "faults"): _faults,
    ("POST", "expire-tokens"): _expire,
    ("POST", "permissions"): _permissions,
}


async def control(request: Request) -> Response:
    """Run a command; 400 with the reason when its body cannot be followed, 404 for an unknown one."""
    command = COMMANDS.get((request.method, request.path_params["command"]))
    if command is None:
        known = ", ".join(f"{method} /_sandbox/{name}" for method, name in COMMANDS)
        return json_answer({"message": f"There is: {known}."}, 404)
    try:
        text = await request.body()
        return json_answer(command(request.app.state.sandbox, orjson.loads(text) if text.strip() else None))
    except (ValueError, AttributeError, TypeError, KeyError) as problem:
        return json_answer({"message": f"{type(problem).__name__}: {problem}"}, 400)
