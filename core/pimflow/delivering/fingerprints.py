"""Fingerprints of what was sent: a record whose fingerprint is the same need not be sent again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

import orjson

from pimflow.plain import to_json, usual_json


def fingerprint(payload: Mapping[str, Any]) -> bytes:
    """Give 16 bytes that differ whenever the payload does; the order of columns does not count."""
    return blake2b(to_json(payload, orjson.OPT_SORT_KEYS), digest_size=16).digest()


def fingerprints(payloads: Sequence[Mapping[str, Any]]) -> list[bytes | None]:
    """Give the fingerprint of each payload as it is; None for one that empties a column, which is compared without."""
    try:
        return [
            None if None in payload.values() else blake2b(usual_json(payload), digest_size=16).digest()
            for payload in payloads
        ]
    except TypeError:
        return [None if None in payload.values() else fingerprint(payload) for payload in payloads]
