"""One open connection to an Odoo server, over either transport: calls of its models, records page by page."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from pimflow import ConfigError, FlowError
from pimflow_odoo.catalog import Catalog
from pimflow_odoo.external import Codes
from pimflow_odoo.fields import number_of
from pimflow_odoo.refusals import RefusedError
from pimflow_odoo.transports import Account, Call, Transport

PAGE = 500
SOURCE_LANGUAGE = "en_US"
"""The language in which Odoo keeps source texts, whatever language they are in."""
_SINCE_HAS_ACCESS = 18
Record = dict[str, Any]


class Session:
    """Safe for several threads.

    `catalog` is what products refer to, loaded piece by piece when it is needed; `codes` are those of templates. Who
    makes variants holds `variants`: Odoo makes all of a template at once.
    """

    def __init__(
        self, make: Callable[[], Transport], account: Account, company: str | None, language: str | None
    ) -> None:
        self._make = make
        self._account = account
        self._company = company
        self._language = language
        self._lock = threading.RLock()
        self._failed: FlowError | None = None
        self._logged_in: tuple[Transport, str, int] | None = None
        self.catalog = Catalog(self)
        self.codes = Codes(self)
        self.variants = threading.Lock()

    @property
    def transport(self) -> Transport:
        """The way in which the server is called; known once it answered."""
        return self._login[0]

    @property
    def version(self) -> str:
        """The version of the server: `18.0`."""
        return self._login[1]

    @property
    def major(self) -> int:
        """The first number of the version."""
        return int(self.version.partition(".")[0])

    @property
    def _login(self) -> tuple[Transport, str, int]:
        """Log in once for all threads; what was refused is not tried again."""
        with self._lock:
            if self._failed is not None:
                raise self._failed
            if self._logged_in is None:
                try:
                    transport = self._make()
                    version = transport.version()
                    self._logged_in = transport, version, transport.log_in()
                except FlowError as error:
                    self._failed = error
                    raise
            return self._logged_in

    @cached_property
    def user(self) -> Mapping[str, Any]:
        """The user as the server knows it: `login`, `lang`, `company_id`, `company_ids`."""
        asked = ["login", "name", "lang", "company_id", "company_ids"]
        found: list[Record] = self._sent(Call("res.users", "read", {"fields": asked}, [self._login[2]]))
        return found[0]

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The codes of the active languages; texts in others do not exist."""
        asked = {"domain": [], "fields": ["code", "iso_code", "name", "active"], "order": "id"}
        return tuple(one["code"] for one in self._sent(Call("res.lang", "search_read", asked)))

    @cached_property
    def language(self) -> str:
        """The language of columns that name none. Raises ConfigError for one that is not active."""
        known = self.languages
        if self._language is not None:
            if self._language not in known:
                raise ConfigError(f"language: not active in Odoo: {self._language}; active: {', '.join(sorted(known))}")
            return self._language
        if SOURCE_LANGUAGE in known or not known:
            return SOURCE_LANGUAGE
        return str(self.user["lang"] if self.user.get("lang") in known else known[0])

    @cached_property
    def companies(self) -> Mapping[int, str]:
        """The companies that the user may work for: id -> name."""
        ids = list(self.user.get("company_ids") or ())
        found = self._sent(Call("res.company", "read", {"fields": ["name"]}, ids)) if ids else []
        return {record["id"]: str(record["name"]) for record in found}

    @cached_property
    def company(self) -> int | None:
        """The company whose prices are read and written. Raises ConfigError for one that the user does not have."""
        if self._company is None:
            return number_of(self.user.get("company_id"))
        found = [number for number, name in self.companies.items() if self._company in {str(number), name}]
        if not found:
            names = ", ".join(self.companies.values()) or "none"
            raise ConfigError(
                f"company: user {self._account.username!r} of Odoo has no company {self._company!r}; has: {names}"
            )
        return found[0]

    def call(
        self,
        model: str,
        method: str,
        ids: Sequence[int] | None = None,
        *,
        language: str = "",
        archived: bool = False,
        writes: bool = False,
        **named: Any,
    ) -> Any:
        """Call a method with arguments by name, in the context of language and company.

        Only calls that write nothing are repeated after a lost answer. `archived` finds archived records too. Raises
        RefusedError, FlowError.
        """
        language = language or self.language
        context: dict[str, Any] = {"lang": language} if language != SOURCE_LANGUAGE else {}
        if archived:
            context["active_test"] = False
        if self._company is not None:
            context["allowed_company_ids"] = [self.company]
        return self._sent(Call(model, method, named, ids, context), writes=writes)

    def may(self, model: str, right: str) -> bool:
        """Tell whether the user may `read`, `create` or `write` records of a model. Raises NoModelError."""
        try:
            if self.major >= _SINCE_HAS_ACCESS:
                return bool(self.call(model, "has_access", [], operation=right))
            return bool(self.call(model, "check_access_rights", operation=right, raise_exception=False))
        except RefusedError as error:
            if error.is_of_rights:
                return False
            raise

    def may_list_external_ids(self) -> bool:
        """Tell whether the user may list external ids: only those who manage users may."""
        return self.catalog.may_read("ir.model.data")

    def pages(
        self, model: str, domain: Sequence[Any], names: Sequence[str], size: int = PAGE
    ) -> Iterator[list[Record]]:
        """Give records by ascending id, archived ones too: what changes meanwhile moves nothing to another page."""
        last = 0
        while True:
            page: list[Record] = self.call(
                model,
                "search_read",
                archived=True,
                domain=[["id", ">", last], *domain],
                fields=list(names),
                limit=size,
                order="id",
            )
            if page:
                yield page
                last = page[-1]["id"]
            if len(page) < size:
                return

    def _sent(self, call: Call, *, writes: bool = False) -> Any:
        return self._login[0].send(call, repeatable=not writes)
