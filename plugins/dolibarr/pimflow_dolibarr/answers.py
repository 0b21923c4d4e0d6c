"""What Dolibarr's answers mean, which are not always what their status says. No I/O.

500 and 503 also answer mistakes of the caller, 403 also a query that looks like an attack, 401 in old versions also a
right that is missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from pimflow import AccessError, FlowError, LoginError, RemoteError, said
from pimflow_http import Explanation, redact

TITLE = "Dolibarr"
API = "/api/index.php"
REFUSALS = frozenset({400, 401, 403, 404, 405, 409, 500, 501, 503})
"""Statuses that tell more than their number does."""

_FILTERED = "injection protection"
_NO_RIGHT = ("Unauthorized", "Access not allowed")
PERMISSIONS = said("Users & Groups > the user > Permissions")
_AREAS = ("products/attributes", "products", "categories")
_READ: Mapping[str, tuple[str, str]] = {
    "products/attributes": (said("read variants"), said("Read variants")),
    "products": (said("read products"), said("Read products")),
    "categories": (said("read categories"), said("Read categories")),
}
_CHANGE: Mapping[str, tuple[str, str]] = {
    "products/attributes": (said("create/modify variants"), said("Create/modify variants")),
    "products": (said("create/modify products"), said("Create/modify products")),
    "categories": (said("create/modify categories"), said("Create/modify categories")),
}
"""What a right is for, and how the page of permissions calls it."""

EXPLANATIONS: Mapping[int, Explanation] = {
    401: Explanation(
        LoginError,
        said("refused the API key"),
        said("Check `api_key`, and that its user is enabled and within the dates of its validity."),
    ),
    403: Explanation(
        AccessError,
        said("forbids this to the user of the API key"),
        said(
            "Grant the right under {menu}; the detail below names the address that was asked for.",
            menu=PERMISSIONS,
        ),
    ),
    501: Explanation(
        RemoteError,
        said("has switched this part off"),
        said("Enable the module under Home > Setup > Modules; the detail below names the address that was asked for."),
    ),
}


class RefusedError(RemoteError):
    """Dolibarr did not do what a call asked for: `said` is why, in its own words."""

    def __init__(self, message: str, words: str, status: int, detail: str) -> None:
        self.said = words
        self.status = status
        super().__init__(message, detail=detail)


class FilteredError(RemoteError):
    """A call was taken for an attack, because of what stands in its address."""


def is_final(response: httpx.Response) -> bool:
    """Tell whether a 500 or 503 is Dolibarr's own word about the call: another try brings the same."""
    return response.status_code in {500, 503} and bool(_words(response))


def refusal(response: httpx.Response, usual: FlowError, secrets: Sequence[str]) -> FlowError:
    """Make the error of an answer that is no success; `usual` is that of its status."""
    status, words = response.status_code, [redact(word, secrets) for word in _words(response)]
    detail = f"{usual.detail.partition(' {')[0]} {'; '.join(words)}" if words else usual.detail
    usual.detail = detail
    if status == 403 and _FILTERED in response.text:
        return FilteredError(
            said(
                "{title}'s protection against attacks refused a question because of the words in it. No other question "
                "of the run is concerned; the detail below has the words.",
                title=TITLE,
            ),
            detail=detail,
        )
    if status == 403 or (status == 401 and words and _is_right(words[0])):
        return _forbidden(response.request, detail)
    if status in {401, 501} or not words:
        return usual
    text = "; ".join(words)
    return RefusedError(said("{title} refused: {words}", title=TITLE, words=text), text, status, detail)


def _forbidden(request: httpx.Request, detail: str) -> FlowError:
    """Name the right that lacks, as the page of permissions calls it."""
    path = request.url.path.partition(f"{API}/")[2]
    area = next((part for part in _AREAS if path.startswith(part)), None)
    if area is None:
        return EXPLANATIONS[403].about(TITLE, detail)
    action, right = (_READ if request.method == "GET" else _CHANGE)[area]
    return AccessError(
        said(
            "{title} forbids the user of the API key to {action}. Enable {right!r} under {menu}, and the module where "
            "it is off.",
            title=TITLE,
            action=action,
            right=right,
            menu=PERMISSIONS,
        ),
        detail=detail,
    )


def _is_right(message: str) -> bool:
    return message == _NO_RIGHT[0] or _NO_RIGHT[1] in message


def _words(response: httpx.Response) -> list[str]:
    """Give the texts of an answer that tells an error: those under numbers are the more telling ones."""
    try:
        answer = response.json()
    except ValueError:
        return []
    error = answer.get("error") if isinstance(answer, dict) else None
    if not isinstance(error, dict) or not error.get("message"):
        return []
    more = [_plain(text) for key, text in error.items() if key.isdecimal() and text]
    return list(dict.fromkeys(more)) or [_plain(error["message"])]


def _plain(text: Any) -> str:
    """Take off what Dolibarr puts before each text: `Error : `, `Bad Request: `."""
    first, _, rest = str(text).strip().partition(":")
    is_status = first.strip() in _PREFIXES
    return rest.strip() if is_status and rest.strip() else str(text).strip()


_PREFIXES = frozenset(
    {"Error", "Bad Request", "Not Found", "Conflict", "Internal Server Error", "Service Unavailable", "Unauthorized"}
)
