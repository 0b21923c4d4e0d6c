"""Faults of a call that was applied: by name, what becomes of its answer."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import orjson
from starlette.types import Message, Receive, Send

from pimflow_akeneo_sandbox.answers import COLLECTION
from pimflow_akeneo_sandbox.connections import drop, hang_up, wait_until_gone
from pimflow_akeneo_sandbox.faults import Plan

Lines = list[bytes]


@dataclass(frozen=True)
class Answer:
    """An answer as it should be; `drip` is the time in seconds between its bytes when it drips."""

    messages: list[Message]
    plan: Plan
    drip: float

    @property
    def body(self) -> bytes:
        """All of its content."""
        return b"".join(message.get("body", b"") for message in self.messages[1:])

    @property
    def has_lines(self) -> bool:
        """Whether it is that of a bulk call."""
        kinds = [value for name, value in self.messages[0]["headers"] if name == b"content-type"]
        return bool(kinds) and kinds[0].startswith(COLLECTION.encode())

    def headers(self, **changes: bytes) -> Message:
        """Give its beginning with some headers changed, `_` standing for `-`."""
        new = {name.replace("_", "-").encode(): value for name, value in changes.items()}
        kept = [(name, value) for name, value in self.messages[0]["headers"] if name not in new]
        return {**self.messages[0], "headers": [*kept, *new.items()]}


Spoil = Callable[[Answer, Receive, Send], Awaitable[None]]


async def _lose(_answer: Answer, receive: Receive, send: Send) -> None:
    await drop(receive, send)


async def _keep_back(_answer: Answer, receive: Receive, _send: Send) -> None:
    await wait_until_gone(receive)


async def _cut(answer: Answer, receive: Receive, send: Send) -> None:
    await send(answer.headers())
    await send({"type": "http.response.body", "body": _half(answer.body), "more_body": True})
    await hang_up(receive, send)


async def _truncate(answer: Answer, _receive: Receive, send: Send) -> None:
    await _say(answer, send, _half(answer.body))


async def _empty(answer: Answer, _receive: Receive, send: Send) -> None:
    await _say(answer, send, b"")


async def _mark_as_gzip(answer: Answer, _receive: Receive, send: Send) -> None:
    await send(answer.headers(content_encoding=b"gzip"))
    await send({"type": "http.response.body", "body": answer.body})


async def _drip(answer: Answer, receive: Receive, send: Send) -> None:
    """Send byte by byte until all is said or the caller is gone."""
    gone = asyncio.ensure_future(wait_until_gone(receive))
    await send(answer.headers())
    for byte in answer.body:
        await send({"type": "http.response.body", "body": bytes([byte]), "more_body": True})
        if (await asyncio.wait([gone], timeout=answer.drip))[0]:
            return
    gone.cancel()
    await send({"type": "http.response.body", "body": b""})


def _in_lines(change: Callable[[Lines, Plan], Lines]) -> Spoil:
    """Change the lines of a bulk answer; other answers stay as they are."""

    async def spoil(answer: Answer, _receive: Receive, send: Send) -> None:
        body = answer.body
        await _say(answer, send, b"\n".join(change(body.split(b"\n"), answer.plan)) if answer.has_lines else body)

    return spoil


def _without_some(lines: Lines, plan: Plan) -> Lines:
    return [line for line, wanted in zip(lines, plan.keep(len(lines)), strict=True) if wanted]


def _shuffled(lines: Lines, plan: Plan) -> Lines:
    return plan.chance.sample(lines, len(lines))


def _doubled(lines: Lines, _plan: Plan) -> Lines:
    return [line for line in lines for _ in range(2)]


def _among_strangers(lines: Lines, _plan: Plan) -> Lines:
    return [line for own in lines for line in (own, _of_another(own))]


def _of_another(line: bytes) -> bytes:
    """Give a line that refuses a record of somebody else, under the number of this line."""
    told = orjson.loads(line)
    keys = {name: f"{told[name]}-of-somebody-else" for name in ("identifier", "uuid", "code") if name in told}
    return orjson.dumps({"line": told.get("line"), **keys, "status_code": 422, "message": "This is not meant for you."})


async def _say(answer: Answer, send: Send, body: bytes) -> None:
    await send(answer.headers(content_length=str(len(body)).encode()))
    await send({"type": "http.response.body", "body": body})


def _half(body: bytes) -> bytes:
    return body[: len(body) // 2]


SPOILT_ANSWERS: Mapping[str, Spoil] = {
    "drop_after": _lose,
    "silent_after": _keep_back,
    "cut_answer": _cut,
    "truncated": _truncate,
    "empty": _empty,
    "bad_gzip": _mark_as_gzip,
    "drip": _drip,
    "missing_lines": _in_lines(_without_some),
    "shuffled_lines": _in_lines(_shuffled),
    "doubled_lines": _in_lines(_doubled),
    "strange_lines": _in_lines(_among_strangers),
}
