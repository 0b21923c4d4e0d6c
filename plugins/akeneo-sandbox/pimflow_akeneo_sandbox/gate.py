"""The outermost layer: every call is counted, slowed down, limited and, if so planned, made to fail."""

import asyncio
import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pimflow_akeneo_sandbox.answers import COLLECTION, error_answer
from pimflow_akeneo_sandbox.errors import RefusedError
from pimflow_akeneo_sandbox.faults import Plan
from pimflow_akeneo_sandbox.sandbox import Sandbox

WRITING = frozenset({"POST", "PATCH", "DELETE", "PUT"})
OPTIONS_PATH = re.compile(r"^/api/rest/v1/attributes/[^/]+/options(/|$)")
TOO_MANY = "You have exceeded the limit of API requests per second."


class Gate:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, sandbox: Sandbox) -> None:
        self.app = app
        self.sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a call on, unless it is to fail."""
        if scope["type"] != "http" or scope["path"].startswith("/_sandbox"):
            await self.app(scope, receive, send)
            return
        body = await _body(receive)
        lines = _lines(scope, body)
        planner = self.sandbox.planner
        writes_options = scope["method"] in WRITING and OPTIONS_PATH.match(scope["path"]) is not None
        throttled = planner.too_many(options=writes_options)
        self.sandbox.stats.count(scope["method"], scope["path"], lines, throttled=throttled)
        if throttled:
            await _refuse(429, self.sandbox, scope, receive, send)
            return
        planner.running += 1
        try:
            await self._pass(scope, body, lines, receive, send)
        finally:
            planner.running -= 1

    async def _pass(self, scope: Scope, body: bytes, lines: int, receive: Receive, send: Send) -> None:
        planner = self.sandbox.planner
        plan = planner.plan(writes=scope["method"] in WRITING and scope["path"].startswith("/api/rest/"))
        wait = planner.faults.latency_ms + planner.faults.latency_per_line_ms * lines
        if wait:
            await asyncio.sleep(wait / 1000)
        if plan.fault == "drop_before":
            await _drop(receive, send)
        elif plan.fault == "error_500":
            await _refuse(500, self.sandbox, scope, receive, send)
        elif plan.fault == "error_429":
            await _refuse(429, self.sandbox, scope, receive, send)
        else:
            await self._answer(scope, body, plan, receive, send)

    async def _answer(self, scope: Scope, body: bytes, plan: Plan, receive: Receive, send: Send) -> None:
        answer: list[Message] = []

        async def keep(message: Message) -> None:
            answer.append(message)

        await self.app(scope, _replay(body), keep)
        self.sandbox.store.commit()
        if plan.fault == "drop_after":
            await _drop(receive, send)
            return
        for message in _without_lines(answer, plan) if plan.fault == "missing_lines" else answer:
            await send(message)


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _replay(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _lines(scope: Scope, body: bytes) -> int:
    kind = Headers(scope=scope).get("content-type", "")
    return body.rstrip(b"\n").count(b"\n") + 1 if kind.startswith(COLLECTION) and body.strip() else 0


def _without_lines(answer: list[Message], plan: Plan) -> list[Message]:
    start, *rest = answer
    kinds = [value for name, value in start["headers"] if name == b"content-type"]
    if not kinds or not kinds[0].startswith(COLLECTION.encode()):
        return answer
    lines = b"".join(message.get("body", b"") for message in rest).split(b"\n")
    kept = b"\n".join(line for line, wanted in zip(lines, plan.keep(len(lines)), strict=True) if wanted)
    headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
    headers.append((b"content-length", str(len(kept)).encode()))
    return [{**start, "headers": headers}, {"type": "http.response.body", "body": kept}]


async def _refuse(status: int, sandbox: Sandbox, scope: Scope, receive: Receive, send: Send) -> None:
    if status == 429:
        after = {"Retry-After": str(sandbox.planner.faults.retry_after)}
        refusal = RefusedError(429, TOO_MANY, headers=after)
    else:
        refusal = RefusedError(500, "Internal Server Error")
    await error_answer(refusal)(scope, receive, send)


async def _drop(receive: Receive, send: Send) -> None:
    """Close the connection without an answer: uvicorn's transport is cut; elsewhere the call fails with an OSError."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise ConnectionResetError("The sandbox dropped the connection.")
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass
