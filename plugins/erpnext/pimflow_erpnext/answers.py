"""What an answer of Frappe that is no success means, in words. No calls.

Its error bodies have a type and, for people, messages: JSON texts inside a JSON text, with HTML in them.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import orjson

from pimflow import AccessError, FlowError, LoginError, RemoteError, joined, said
from pimflow_http import Client

TITLE = "ERPNext"
TOO_LARGE = "RequestTooLargeError"
"""The type of error that is given to an answer 413, which comes from a web server as a page."""
TOO_LONG = said("its texts are longer than {title} takes in one call", title=TITLE)
_TAG = re.compile(r"<!--.*?-->|</?[a-z][^>]*>", re.DOTALL | re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|/p|/div|/li)\b[^>]*>", re.IGNORECASE)
_RAISED = re.compile(r"^(?P<name>(?:\w+\.)+\w+|\w*Error)(?:: ?|$)", re.MULTILINE)
_PASSING = frozenset({"QueryDeadlockError", "QueryTimeoutError", "SessionStopped", "SessionBootFailed"})


class RefusedError(RemoteError):
    """ERPNext did not do what a call asked for: `type` is that of its error, `said` why, in its own words."""

    def __init__(self, error_type: str, text: str, detail: str, message: str = "") -> None:
        self.type = error_type
        self.said = text
        message = message or said("{title} refused: {words}", title=TITLE, words=text or error_type)
        super().__init__(message, detail=detail)


def is_final(response: httpx.Response) -> bool:
    """Tell whether another try brings the same: Frappe answers 500 to what a caller did wrong, too."""
    return response.status_code == 500 and type_of(body(response)) not in {"", *_PASSING}


def body(response: httpx.Response) -> Mapping[str, Any]:
    """Decode the body; an empty mapping for one that is no JSON object, such as a page."""
    try:
        found = response.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def type_of(told: Mapping[str, Any]) -> str:
    """Give the type of an error, such as `LinkValidationError`; version 2 of the API has a list of errors."""
    return str(told.get("exc_type") or _first(told).get("type") or "")


def words(told: Mapping[str, Any]) -> str:
    """Give what an error says to people, in plain text."""
    found = list(_messages(told.get("_server_messages")))
    grave = [message for message in found if message.get("raise_exception")] or found
    second = _first(told).get("message")
    text = next((str(message["message"]) for message in grave if message.get("message")), "") or second
    return plain(str(text or told.get("_error_message") or raised(str(told.get("exception") or ""))[1]))


def raised(trace: str) -> tuple[str, str]:
    """Give the class and the text of the error at the end of a traceback, or of one line `module.Class: text`."""
    found = list(_RAISED.finditer(trace))
    if not found:
        return "", trace.strip().rpartition("\n")[2]
    return found[-1]["name"].rpartition(".")[2], plain(trace[found[-1].end() :])


def plain(text: str) -> str:
    """Take the tags out of a message; a link keeps its words."""
    return " ".join(html.unescape(_TAG.sub("", _BREAK.sub(" ", text))).split())


def error(response: httpx.Response, client: Client) -> FlowError:
    """Make the error of an answer that is no success."""
    told, status, where = body(response), response.status_code, client.remote.address
    general = client.refusal(response)
    if status == 401:
        return _unknown_key(where, general.detail)
    if not told:
        return _of_page(response, where, general)
    if status == 403:
        return _forbidden(where, words(told), general.detail)
    if status == 404:
        text = words(told) or said("it has nothing at this address")
        message = said("{title} at {address} says: {words}.", title=TITLE, address=where, words=text)
        return RefusedError(type_of(told), text, general.detail, message)
    if status in {409, 417}:
        return RefusedError(type_of(told), words(told), general.detail)
    return _failed(told, general.detail) if is_final(response) else general


def _first(told: Mapping[str, Any]) -> Mapping[str, Any]:
    errors = told.get("errors")
    return errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}


def _messages(told: Any) -> Iterator[Mapping[str, Any]]:
    for one in _decoded(told) if isinstance(told, str) else ():
        message = _decoded(one) if isinstance(one, str) else one
        yield message if isinstance(message, dict) else {"message": one}


def _decoded(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return []


def _unknown_key(where: str, detail: str) -> FlowError:
    return LoginError(
        said(
            "{title} at {address} refused the API key. Check `api_key` and `api_secret`, which the page of a user "
            "gives under Settings > API Access, and that this user is enabled.",
            title=TITLE,
            address=where,
        ),
        detail=detail,
    )


def _of_page(response: httpx.Response, where: str, general: FlowError) -> FlowError:
    if response.status_code == 413:
        return RefusedError(TOO_LARGE, TOO_LONG, general.detail)
    return _no_data(where, response.request, general) if response.status_code == 404 else general


def _no_data(where: str, asked: httpx.Request, general: FlowError) -> FlowError:
    site = asked.headers["host"]
    is_named = site != asked.url.netloc.decode()
    if is_named:
        text = said(
            "There is no site {site!r} of {title} at {address}: one server has many sites, told apart by their names. "
            "Check `site` and `url` of the connection.",
            site=site,
            title=TITLE,
            address=where,
        )
    else:
        text = said(
            "There is no site of {title} at {address}: one server has many sites, told apart by their names. Check the "
            "`url` of the connection; where it is not the site's own name, give that as `site`.",
            title=TITLE,
            address=where,
        )
    return RemoteError(text, detail=general.detail)


def _forbidden(where: str, text: str, detail: str) -> FlowError:
    parts = [
        said("{title} at {address} forbids this to the user of the API key.", title=TITLE, address=where),
        f"{text}." if text else "",
        said(
            "Give the user a role that may, under User > Roles: `Stock User` reads items and stock, `Sales Master "
            "Manager` prices, `Item Manager` writes items, `System Manager` reads translations and deletions."
        ),
    ]
    return AccessError(joined(parts), detail=detail)


def _failed(told: Mapping[str, Any], detail: str) -> FlowError:
    text = said(
        "it failed with {error}: {words}", error=type_of(told), words=raised(str(told.get("exception") or ""))[1]
    )
    message = said(
        "{title} failed at what it was asked. Report it to the authors of pimflow-erpnext with the log of the run, "
        "unless the site's own error log tells more.",
        title=TITLE,
    )
    return RefusedError(type_of(told), text, detail, message)
