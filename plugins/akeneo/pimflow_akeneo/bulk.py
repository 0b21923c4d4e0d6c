"""Several records in one call: collection lines out, one answer a line back, however often it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import httpx
import orjson
from loguru import logger

from pimflow import FlowError
from pimflow_akeneo.session import COLLECTION, Session
from pimflow_http import was_ambiguous

_RESEND = 2
Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the PIM said to one line. `repeated`: the line may have been done by an earlier try already."""

    status: int
    message: str = ""
    errors: tuple[Mapping[str, Any], ...] = ()
    repeated: bool = False

    @property
    def is_done(self) -> bool:
        """Tell whether the line was written."""
        return self.status < 300

    @property
    def is_transient(self) -> bool:
        """Tell whether the same line may be written another time."""
        return self.status == 429 or self.status >= 500


def deliver(session: Session, path: str, key: str, lines: Sequence[Line]) -> list[Answer | None]:
    """Write the lines and give their answers in the same order; None where the PIM gave none to the end.

    A line without an answer is sent again, at most twice: PATCH does no harm. Raises FlowError, also where something
    else than a PIM answers to the end.
    """
    answers: dict[int, Answer] = {}
    strange: list[FlowError] = []
    for again in range(1 + _RESEND):
        missing = [index for index in range(len(lines)) if index not in answers]
        if not missing:
            break
        if again:
            logger.warning("{} of {} lines had no answer and are sent again", len(missing), len(lines))
        strange.clear()
        for place, answer in _send(session, path, key, [lines[index] for index in missing], strange.append):
            answers[missing[place]] = replace(answer, repeated=True) if again else answer
    if strange and not answers:
        raise strange[0]
    return [answers.get(index) for index in range(len(lines))]


def _send(
    session: Session, path: str, key: str, lines: Sequence[Line], strange: Callable[[FlowError], None]
) -> Iterator[tuple[int, Answer]]:
    """Send in one call, or in two halves where that was too much at once (413, or 403 from the edge).

    `strange` is told of an answer that is none to lines, such as a login page.
    """
    content = b"\n".join(orjson.dumps(line) for line in lines)
    headers = {"Content-Type": COLLECTION}
    response = session.call("PATCH", path, content=content, headers=headers, repeatable=True, handled={403, 413})
    if response.is_success and "html" in response.headers.get("content-type", ""):
        strange(session.strange(response))
    elif response.is_success:
        yield from _read(response, key, lines)
    elif len(lines) > 1:
        half = len(lines) // 2
        yield from _send(session, path, key, lines[:half], strange)
        yield from ((half + place, answer) for place, answer in _send(session, path, key, lines[half:], strange))
    elif response.status_code == 413:
        yield 0, Answer(413, "the line is too large")
    else:
        raise session.refusal(response)


def _read(response: httpx.Response, key: str, lines: Sequence[Line]) -> Iterator[tuple[int, Answer]]:
    """Match answers to lines; what cannot be matched, or tells no status, counts as missing."""
    ambiguous = was_ambiguous(response)
    keys = [str(line[key]).lower() for line in lines]
    places = {one: place for place, one in enumerate(keys)}
    for answer in _objects(response.content):
        place, status = _place(answer, key, keys, places), answer.get("status_code")
        if place is not None and isinstance(status, int):
            errors = tuple(answer.get("errors") or ())
            yield place, Answer(status, answer.get("message", ""), errors, ambiguous)


def _place(answer: Line, key: str, keys: Sequence[str], places: Mapping[str, int]) -> int | None:
    """Find the line of an answer by its number, unless that line has another key; then by the key."""
    number = answer.get("line")
    place = number - 1 if isinstance(number, int) and 0 < number <= len(keys) else None
    told = str(answer.get(key) or "").lower()
    return place if not told or (place is not None and keys[place] == told) else places.get(told)


def _objects(content: bytes) -> Iterator[dict[str, Any]]:
    for text in content.splitlines():
        try:
            found = orjson.loads(text)
        except orjson.JSONDecodeError:
            continue
        if isinstance(found, dict):
            yield found
