"""Measurement families are written as one JSON list, unlike all else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from pimflow import RemoteError, said
from pimflow_akeneo.bulk import Answer
from pimflow_akeneo.session import Session


def deliver_measures(session: Session, path: str, lines: Sequence[Mapping[str, Any]]) -> list[Answer | None]:
    """Write the families and give their answers in the same order; None where the PIM gave none. Raises FlowError."""
    headers = {"Content-Type": "application/json"}
    response = session.call("PATCH", path, content=orjson.dumps(lines), headers=headers, repeatable=True)
    try:
        told = {one["code"].lower(): _answer(one) for one in orjson.loads(response.content)}
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        detail = response.text[:500]
        told_nothing = said("The PIM did not say what became of the measurement families")
        raise RemoteError(told_nothing, detail=detail) from None
    return [told.get(line["code"].lower()) for line in lines]


def _answer(one: Mapping[str, Any]) -> Answer:
    return Answer(int(one["status_code"]), str(one.get("message", "")), tuple(one.get("errors") or ()))
