"""What an examination finds."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from pimflow.errors import PimflowError
from pimflow.state.looking import LEFT
from pimflow.words import full_stop

GIGABYTE, MEGABYTE = 1 << 30, 1 << 20


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `remedy` is for what is not well."""

    what: str
    ok: bool
    found: str
    remedy: str = ""


def well(what: str, found: str) -> Finding:
    """Tell of something that is as it should be."""
    return Finding(what, True, found)


def unwell(what: str, found: str, remedy: str) -> Finding:
    """Tell of something that needs attention."""
    return Finding(what, False, found, remedy)


def carefully(what: str, look: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """Give findings; a look that fails becomes one, so that the others still come."""
    try:
        yield from look()
    except PimflowError as error:
        found, _, remedy = str(error).partition(f". {LEFT}. ")
        yield unwell(what, found, full_stop(remedy or "Until then nothing more can be told of it"))
    except Exception as error:  # noqa: BLE001 - an examination meets what nobody foresaw
        place = traceback.extract_tb(error.__traceback__)[-1]
        told = f"could not be examined: {type(error).__name__}: {error} ({place.filename}, line {place.lineno})"
        yield unwell(what, told, "Report it to the authors of pimflow, with this line.")


def size(number: int) -> str:
    """Say how large something is, as a person would."""
    for unit, name in ((GIGABYTE, "GB"), (MEGABYTE, "MB"), (1 << 10, "kB")):
        if number >= unit:
            return f"{number / unit:,.1f} {name}"
    return f"{number} bytes"
