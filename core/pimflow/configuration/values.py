"""The values `${…}` in the files a user writes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pimflow.configuration.document import Trail
from pimflow.configuration.parts import Part
from pimflow.errors import Mistake

_REFERENCE = re.compile(r"\$(\$)?\{([^}:]*)(?::([^}]*))?\}")
Resolve = Callable[[Path, str, str], str | None]
"""Gives the value of `${scheme:reference}` in a file of this folder, None for an unknown scheme.

Raises ValueError with a sentence.
"""


def resolve_values(part: Part, resolve: Resolve) -> tuple[Any, list[Mistake]]:
    """Replace each `${scheme:reference}` in a part's texts; `$${` stands for `${`."""
    mistakes: list[Mistake] = []

    def walk(data: Any, trail: Trail) -> Any:
        if isinstance(data, dict):
            return {key: walk(value, (*trail, key)) for key, value in data.items()}
        if isinstance(data, list):
            return [walk(value, (*trail, number)) for number, value in enumerate(data)]
        if isinstance(data, str) and "${" in data:
            return _REFERENCE.sub(lambda match: one(match, trail), data)
        return data

    def one(match: re.Match[str], trail: Trail) -> str:
        escaped, scheme, reference = match.groups()
        if escaped:
            return match.group()[1:]
        try:
            value = resolve(part.folder(*trail), scheme, reference or "")
        except ValueError as error:
            mistakes.append(part.mistake(f"{match.group()}: {error}", *trail))
            return ""
        if value is None:
            mistakes.append(
                part.mistake(f"{match.group()}: unknown kind of value {scheme!r}; env and file work", *trail)
            )
        return value or ""

    return walk(part.data, ()), mistakes
