"""The outermost layer: every call is counted, slowed down, limited and, if so planned, made to fail."""

import asyncio
import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pimflow_akeneo_sandbox.answers import COLLECTION
from pimflow_akeneo_sandbox.faults import Plan
from pimflow_akeneo_sandbox.sandbox import Sandbox
from pimflow_akeneo_sandbox.spoilt_answers import SPOILT_ANSWERS, Answer
from pimflow_akeneo_sandbox.spoilt_calls import SPOILT_CALLS, refuse

WRITING = frozenset({"POST", "PATCH", "DELETE", "PUT"})
OPTIONS_PATH = re.compile(r"^/api/rest/v1/attributes/[^/]+/options(/|$)")


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
            await refuse(429, self.sandbox, scope, receive, send)
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
        spoil = SPOILT_CALLS.get(plan.fault or "")
        if spoil is not None:
            await spoil(self.sandbox, scope, receive, send)
        else:
            await self._answer(scope, body, plan, receive, send)

    async def _answer(self, scope: Scope, body: bytes, plan: Plan, receive: Receive, send: Send) -> None:
        answer: list[Message] = []

        async def keep(message: Message) -> None:
            answer.append(message)

        await self.app(scope, _replay(body), keep)
        self.sandbox.store.commit()
        if plan.fault is None:
            for message in answer:
                await send(message)
        else:
            drip = self.sandbox.planner.faults.drip_ms / 1000
            await SPOILT_ANSWERS[plan.fault](Answer(answer, plan, drip), receive, send)


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
