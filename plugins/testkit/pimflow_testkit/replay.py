"""Answers HTTP requests from recordings, and fails for anything that was not recorded."""

from __future__ import annotations

import threading
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any
from unittest import mock

import httpx
import orjson

from pimflow_testkit.matching import Asked, Matcher, asked_live, asked_recorded

_MADE_BY_HTTPX = frozenset({"content-length", "content-encoding", "transfer-encoding", "connection"})
Exchange = Mapping[str, Any]


class UnrecordedError(AssertionError):
    """A request that no recording answers. Its text tells what was asked and the nearest recording."""


class ReplayTransport(httpx.BaseTransport):
    """Answers from recordings. Equal requests get their answers in the recorded order, then the last one again.

    `unanswered` holds the requests that no recording answers: each raised UnrecordedError where it was made.
    """

    def __init__(self, *recordings: Path | str | Sequence[Exchange], matcher: Matcher | None = None) -> None:
        self._matcher = matcher or Matcher()
        exchanges = [exchange for recording in recordings for exchange in _exchanges(recording)]
        self._recorded = [(asked_recorded(each["request"]), each["response"]) for each in exchanges]
        self._told: dict[bytes, int] = {}
        self._lock = threading.Lock()
        self.unanswered: list[Asked] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Give the recorded answer. Raises UnrecordedError when there is none."""
        asked = asked_live(request)
        with self._lock:
            answers = [answer for known, answer in self._recorded if self._same(known, asked)]
            if not answers:
                self.unanswered.append(asked)
                raise UnrecordedError(self._explained(asked))
            fingerprint = orjson.dumps([asked.method, asked.path, self._matcher.parts(asked)], default=str)
            turn = self._told.get(fingerprint, 0)
            self._told[fingerprint] = turn + 1
        return self._response(asked, answers[min(turn, len(answers) - 1)])

    def _same(self, known: Asked, asked: Asked) -> bool:
        if (known.method, known.path) != (asked.method, asked.path):
            return False
        return bool(self._matcher.parts(known) == self._matcher.parts(asked))

    def _response(self, asked: Asked, recorded: Mapping[str, Any]) -> httpx.Response:
        headers = [
            (name, str(each))
            for name, value in recorded.get("headers", {}).items()
            if name.lower() not in _MADE_BY_HTTPX
            for each in (value if isinstance(value, list) else [value])
        ]
        return httpx.Response(recorded["status"], headers=headers, content=self._content(asked, recorded))

    def _content(self, asked: Asked, recorded: Mapping[str, Any]) -> bytes:
        if "json" in recorded:
            answer = recorded["json"]
            try:
                good = recorded["status"] < 300
                return orjson.dumps(self._matcher.answer(asked, answer) if good else answer)
            except LookupError as error:
                self.unanswered.append(asked)
                raise UnrecordedError(f"{asked}\ncannot be answered: {error.args[0]}") from error
        if "base64" in recorded:
            return b64decode(recorded["base64"])
        return str(recorded.get("text", "")).encode()

    def _explained(self, asked: Asked) -> str:
        lines = ["No recording answers this request:", f"  {asked}"]
        if self._recorded:
            near = max((known for known, _ in self._recorded), key=lambda known: self._likeness(known, asked))
            lines += ["The nearest one:", f"  {near}", *self._differences(near, asked)]
        return "\n".join(lines)

    def _likeness(self, known: Asked, asked: Asked) -> tuple[bool, float, float]:
        recorded, wanted = (str(self._matcher.parts(each))[:2000] for each in (known, asked))
        body = SequenceMatcher(None, recorded, wanted).ratio()
        return known.method == asked.method, SequenceMatcher(None, known.path, asked.path).ratio(), body

    def _differences(self, known: Asked, asked: Asked) -> Iterator[str]:
        for name in ("method", "path"):
            if getattr(known, name) != getattr(asked, name):
                yield f"  {name}: recorded {getattr(known, name)!r}, asked {getattr(asked, name)!r}"
        recorded, wanted = self._matcher.parts(known), self._matcher.parts(asked)
        if recorded != wanted:
            yield from ("  " + line for line in _diff(recorded, wanted))


def _diff(recorded: Any, asked: Any, place: str = "parts") -> Iterator[str]:
    if isinstance(recorded, dict) and isinstance(asked, dict):
        for key in {**recorded, **asked}:
            yield from _diff(recorded.get(key), asked.get(key), f"{place}.{key}")
    elif isinstance(recorded, list) and isinstance(asked, list) and len(recorded) == len(asked):
        for at, (one, other) in enumerate(zip(recorded, asked, strict=True)):
            yield from _diff(one, other, f"{place}[{at}]")
    elif recorded != asked:
        yield f"{place}: recorded {str(recorded)[:200]!r}, asked {str(asked)[:200]!r}"


def _exchanges(recording: Path | str | Sequence[Exchange]) -> Sequence[Exchange]:
    if not isinstance(recording, str | Path):
        return recording
    found: Sequence[Exchange] = orjson.loads(Path(recording).read_bytes())["exchanges"]
    return found


@contextmanager
def replayed(*recordings: Path | str | Sequence[Exchange], matcher: Matcher | None = None) -> Iterator[ReplayTransport]:
    """Let every httpx client that is used meanwhile be answered from recordings; nothing reaches the network.

    Raises UnrecordedError at the end for a request without an answer, also where the code under test swallowed it.
    """
    transport = ReplayTransport(*recordings, matcher=matcher)

    def answer(_: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        return transport.handle_request(request)

    with mock.patch.object(httpx.HTTPTransport, "handle_request", answer):
        yield transport
    if transport.unanswered:
        raise UnrecordedError("No recording answers: " + "; ".join(map(str, transport.unanswered)))
