"""Templates by their code. Odoo has none for them, but keeps an external id of whatever it is asked to load.

`pimflow.template_SHIRT` is the template with the code SHIRT. One that was made in Odoo is `template_42`, by its id.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import quote, unquote

from pimflow_odoo.refusals import RefusedError

_MODULE, _BEFORE, _TEMPLATE = "pimflow", "template_", "product.template"
_BY_ID = re.compile(r"template_(\d+)")
_KEPT = 2000


class Asks(Protocol):
    """What is needed of a session."""

    def call(self, model: str, method: str, ids: Sequence[int] | None = None, **named: Any) -> Any:
        """Call a method of a model."""

    def may_list_external_ids(self) -> bool:
        """Tell whether the user may list external ids: only some users who manage others may."""


def external_id(code: str) -> str:
    """Give the external id under which a template with this code is loaded; Odoo takes no blanks there."""
    return f"{_MODULE}.{_BEFORE}{quote(code, safe='')}"


def number_in(code: str) -> int | None:
    """Give the id that a code names, as `template_42` does; None for a code of somebody's own."""
    found = _BY_ID.fullmatch(code)
    return int(found[1]) if found else None


class Codes:
    """Codes and ids of the templates of one server. What was looked up lately is kept. Safe for several threads."""

    def __init__(self, session: Asks) -> None:
        self._session = session
        self._lock = threading.Lock()
        self._known: dict[str, int | None] = {}
        self._any: bool | None = None

    def ids(self, codes: Iterable[str]) -> dict[str, int]:
        """Give the ids of the templates with these codes; those that Odoo lacks are left out, save ids."""
        asked = dict.fromkeys(codes)
        numbers = {code: number_in(code) for code in asked}
        with self._lock:
            if len(self._known) > _KEPT:
                self._known.clear()
            self._look_up([code for code, number in numbers.items() if number is None and code not in self._known])
            found = {code: number or self._known.get(code) for code, number in numbers.items()}
        return {code: number for code, number in found.items() if number is not None}

    def made(self, ids: Mapping[str, int]) -> None:
        """Take note of templates that were made under these codes."""
        with self._lock:
            self._known.update(ids)
            self._any = bool(ids) or self._any

    def of(self, ids: Sequence[int]) -> Mapping[int, str]:
        """Give the codes of templates, in one call; in none where it is known that no template has one of its own."""
        names: dict[int, str] = {}
        if ids and self._session.may_list_external_ids():
            found = self._listed([["res_id", "in", list(ids)]]) if self._has_any() else []
            names = {one["res_id"]: f"{_MODULE}.{one['name']}" for one in found}
        elif ids:
            told = self._session.call(_TEMPLATE, "get_external_id", list(ids))
            names = {int(number): str(name) for number, name in told.items()}
        front = f"{_MODULE}.{_BEFORE}"
        own = {number: unquote(name.removeprefix(front)) for number, name in names.items() if name.startswith(front)}
        return {number: own.get(number, f"template_{number}") for number in ids}

    def _look_up(self, codes: Sequence[str]) -> None:
        self._known.update(dict.fromkeys(codes))
        names = {external_id(code).partition(".")[2]: code for code in codes}
        if names and self._session.may_list_external_ids():
            found = self._listed([["name", "in", list(names)]])
            self._known.update({names[one["name"]]: one["res_id"] for one in found})
        else:
            self._known.update({code: self._one(name) for name, code in names.items()})

    def _has_any(self) -> bool:
        with self._lock:
            if self._any is None:
                self._any = bool(self._listed([], limit=1))
            return self._any

    def _listed(self, domain: Sequence[Any], limit: int | None = None) -> list[dict[str, Any]]:
        asked = [["module", "=", _MODULE], ["model", "=", _TEMPLATE], *domain]
        found: list[dict[str, Any]] = self._session.call(
            "ir.model.data", "search_read", domain=asked, fields=["name", "res_id"], limit=limit
        )
        return found

    def _one(self, name: str) -> int | None:
        """Look one up: users who may not list external ids may ask for each."""
        try:
            found = self._session.call("ir.model.data", "check_object_reference", module=_MODULE, xml_id=name)
        except RefusedError as error:
            if error.name == "builtins.ValueError":  # Odoo has none of this name
                return None
            raise
        return found[1] or None
