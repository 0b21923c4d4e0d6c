"""One open connection to a Tryton server: calls of its models, records page by page."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import httpx

from pimflow import AccessError, ConfigError, LoginError, RemoteError, said
from pimflow_http import Client
from pimflow_tryton.catalog import TITLE, Catalog
from pimflow_tryton.fields import decoded, encoded
from pimflow_tryton.login import Login

PAGE = 200
Record = dict[str, Any]


class RefusedError(RemoteError):
    """Tryton did not do what a call asked for: `said` is why, in its own words."""

    def __init__(self, message: str, words: str, detail: str) -> None:
        self.said = words
        super().__init__(message, detail=detail)


class Session:
    """Safe for several threads. `catalog` is what products refer to, loaded piece by piece when it is needed."""

    def __init__(self, login: Login, client: Client, company: str | None, language: str | None) -> None:
        self._login = login
        self._client = client
        self._company = company
        self._language = language
        self._numbers = itertools.count(1)
        self.username = login.account.username
        self.url = client.remote.address
        self.catalog = Catalog(self)

    def close(self) -> None:
        """Log out."""
        self._login.close()

    @property
    def version(self) -> str:
        """The version of the server: `8.2`; servers of series 7.0 tell more, as in `7.0.59`."""
        self._login.current()
        return self._login.version

    @cached_property
    def preferences(self) -> Mapping[str, Any]:
        """What the server keeps about the user: `company`, `companies`, `language`."""
        found: Mapping[str, Any] = self._called("model.res.user.get_preferences", [True, {}], repeatable=True)
        return found

    @cached_property
    def language(self) -> str:
        """The language of columns that name none: that of the connection, else the user's. Raises ConfigError."""
        if self._language is None:
            return str(self.preferences.get("language") or "en")
        if self._language not in self.languages:
            known = ", ".join(self.languages)
            raise ConfigError(f"language: Tryton has not loaded {self._language!r}; loaded: {known}")
        return self._language

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The codes of the languages that are loaded; texts in others do not exist."""
        domain, order = [["translatable", "=", True]], [["code", "ASC"]]
        asked = [domain, 0, None, order, ["code"], {}]
        return tuple(one["code"] for one in self._called("model.ir.lang.search_read", asked, repeatable=True))

    @cached_property
    def companies(self) -> Mapping[int, str]:
        """The companies that the user may work for: id -> name."""
        preferences = self.preferences
        if "companies" not in preferences:  # series 7.0 keeps them with the user alone
            asked = [[self._login.user], ["companies"], {}]
            preferences = self._called("model.res.user.read", asked, repeatable=True)[0]
        ids = list(preferences.get("companies") or ())
        fields, context = ["rec_name"], {"language": self.language}
        found = self._called("model.company.company.read", [ids, fields, context], repeatable=True) if ids else []
        return {record["id"]: str(record["rec_name"]) for record in found}

    @cached_property
    def company(self) -> int:
        """The company whose prices are read and written. Raises AccessError, ConfigError."""
        if self._company is not None:
            found = [number for number, name in self.companies.items() if self._company in {str(number), name}]
            if not found:
                names = ", ".join(self.companies.values()) or "none"
                raise ConfigError(
                    f"company: user {self.username!r} of Tryton has no company {self._company!r}; has: {names}"
                )
            return found[0]
        current = self.preferences.get("company") or next(iter(self.companies), None)
        if current is None:
            raise AccessError(
                said(
                    "User {user!r} of Tryton belongs to no company, and prices belong to one. Add a company to the "
                    "user under Administration > Users.",
                    user=self.username,
                )
            )
        return int(current)

    def call(self, method: str, *params: Any, language: str | None = None, writes: bool = False) -> Any:
        """Call a method of a model, as in `product.product.search_count`, in the context of company and language.

        Only calls that write nothing are repeated after a lost answer. They find archived records too: even below a
        dot, as in `template.last_modified_at`, Tryton would leave them out. Raises RefusedError, FlowError.
        """
        context: dict[str, Any] = {"company": self.company, "language": language or self.language}
        if not writes:
            context["active_test"] = False
        return self._called(f"model.{method}", [*encoded(params), context], repeatable=not writes)

    def pages(
        self, model: str, domain: Sequence[Any], names: Sequence[str], size: int = PAGE
    ) -> Iterator[list[Record]]:
        """Give records by ascending id, so many a call: what changes meanwhile moves nothing to another page."""
        last = 0
        while True:
            asked = [list(domain), ["id", ">", last]]
            page: list[Record] = self.call(f"{model}.search_read", asked, 0, size, [["id", "ASC"]], list(names))
            if page:
                yield page
                last = page[-1]["id"]
            if len(page) < size:
                return

    def _called(self, method: str, params: Sequence[Any], *, repeatable: bool) -> Any:
        body = {"id": next(self._numbers), "method": method, "params": list(params)}
        header = self._login.current()
        response = self._send(body, header, repeatable)
        if response.status_code == 401:
            header = self._login.replace(header)
            response = self._send(body, header, repeatable)
        if response.status_code == 401:
            raise LoginError(
                said(
                    "Tryton at {address} gave a session and then refused it. Sessions hold for one network address: "
                    "check whether something on the way changes it, or drops the Authorization header.",
                    address=self.url,
                ),
                detail=self._client.refusal(response).detail,
            )
        return self._result(method, self._client.json(response))

    def _send(self, body: Mapping[str, Any], header: str, repeatable: bool) -> httpx.Response:
        headers = {"Authorization": header}
        return self._client.request(
            "POST", self._login.path, json=body, headers=headers, repeatable=repeatable, handled={401}
        )

    def _result(self, method: str, answer: Any) -> Any:
        if isinstance(answer, dict) and "result" in answer:
            return decoded(answer["result"])
        error = answer.get("error") if isinstance(answer, dict) else None
        if isinstance(error, list) and len(error) == 2:
            raise _refusal(method, str(error[0]), error[1])
        raise RemoteError(
            said(
                "{address} answered something else than a {title} server does. Check the `url` of the connection.",
                address=self.url,
                title=TITLE,
            ),
            detail=f"{method}: {str(answer)[:500]}",
        )


def _refusal(method: str, kind: str, told: Any) -> RefusedError:
    """Make the error of a call that Tryton did not carry out: words for the user, or what its code stumbled over."""
    if isinstance(told, list):
        words = [str(word) for word in told if word]
        first = words[1 if kind == "UserWarning" and len(words) > 1 else 0]
        return _refused(first, f"{method}: {kind}: {' '.join(words)}")
    if kind == "ConcurrencyException":
        return _refused(str(told), f"{method}: {kind}")
    return RefusedError(
        said(
            "Tryton failed at what it was asked. Report it to the authors of pimflow-tryton with the log of the run, "
            "unless the server's own log tells more."
        ),
        said("it failed with: {error}", error=kind),
        f"{method}: {kind}",
    )


def _refused(words: str, detail: str) -> RefusedError:
    return RefusedError(said("{title} refused: {words}", title=TITLE, words=words), words.strip(), detail)
