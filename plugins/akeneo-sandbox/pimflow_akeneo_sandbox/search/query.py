"""The query parameters of a list of products or models, read and checked in the PIM's order."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from pimflow_akeneo_sandbox import php
from pimflow_akeneo_sandbox.errors import RefusedError, not_found, unprocessable
from pimflow_akeneo_sandbox.search.paging import check_paging
from pimflow_akeneo_sandbox.store import Store

PRODUCT_FIELDS = frozenset(
    {
        "uuid", "family", "categories", "completeness", "identifier", "created", "updated", "enabled", "groups",
        "parent", "quality_score",
    }
)  # fmt: skip
BAD_SEARCH = "Search query parameter should be valid JSON."


@dataclass(frozen=True)
class ListQuery:
    """What was asked; texts as sent."""

    pagination_type: str = "page"
    page: str = "1"
    limit: str = "10"
    with_count: str = "false"
    search_after: str | None = None
    search: Mapping[str, Any] = field(default_factory=dict)
    scope: str | None = None
    locales: tuple[str, ...] | None = None
    attributes: tuple[str, ...] | None = None
    search_locale: str | None = None
    search_scope: str | None = None
    with_attribute_options: bool = False
    with_completenesses: bool = False
    with_quality_scores: bool = False

    @property
    def search_text(self) -> str | None:
        """The search as it stands in links; None without one."""
        return orjson.dumps(dict(self.search)).decode() if self.search else None


def read_query(parameters: Mapping[str, str], *, bad_search: int = 400) -> ListQuery:
    """Return the parameters as they came. Raises RefusedError when the search is no JSON object."""
    locales, attributes = parameters.get("locales"), parameters.get("attributes")
    return ListQuery(
        pagination_type=parameters.get("pagination_type", "page"),
        page=parameters.get("page", "1"),
        limit=parameters.get("limit", "10"),
        with_count=parameters.get("with_count", "false"),
        search_after=parameters.get("search_after"),
        search=read_search(parameters["search"], bad_search) if "search" in parameters else {},
        scope=parameters.get("scope"),
        locales=None if locales is None else tuple(locales.split(",")),
        attributes=None if attributes is None else tuple(attributes.split(",")),
        search_locale=parameters.get("search_locale"),
        search_scope=parameters.get("search_scope"),
        with_attribute_options=parameters.get("with_attribute_options") == "true",
        with_completenesses=parameters.get("with_completenesses") == "true",
        with_quality_scores=parameters.get("with_quality_scores") == "true",
    )


def read_search(text: str, bad_search: int = 400) -> Mapping[str, Any]:
    """Return the search parameter. Raises RefusedError with the given status when it is no JSON list or object."""
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise RefusedError(bad_search, BAD_SEARCH) from None
    if isinstance(found, list):
        found = {str(at): member for at, member in enumerate(found)}
    if not isinstance(found, dict):
        raise RefusedError(bad_search, BAD_SEARCH)
    return found


def check_query(store: Store, query: ListQuery, *, unknown_property: int = 404) -> None:
    """Raise the refusal of the first parameter that cannot be followed."""
    check_paging(query.pagination_type, query.limit, query.page, query.with_count, search_after=True)
    _check_attributes(store, query)
    if query.scope is not None and store.get("channels", query.scope) is None:
        raise unprocessable(f'Scope "{query.scope}" does not exist.')
    if query.locales is not None:
        _check_locales(store, [locale.strip() for locale in query.locales], query.scope)
    _check_criteria(query.search)
    _check_categories(store, query.search)
    for name in query.search:
        if name not in PRODUCT_FIELDS and store.get("attributes", name) is None:
            message = f'"{name}" does not exist or you do not have permission to access it.'
            raise not_found(message) if unknown_property == 404 else unprocessable(message)
    _check_identifiers(query.search)
    _check_search_locales(store, query)


def _told(one: str, many: str, members: list[str]) -> str:
    return (many if len(members) > 1 else one) % ", ".join(members)


def _check_attributes(store: Store, query: ListQuery) -> None:
    unknown = [code.strip() for code in query.attributes or () if store.get("attributes", code.strip()) is None]
    if unknown:
        raise unprocessable(_told('Attribute "%s" does not exist.', 'Attributes "%s" do not exist.', unknown))


def _check_locales(store: Store, codes: list[str], scope: str | None) -> None:
    unknown = [code for code in codes if not _is_active(store, code)]
    if unknown:
        raise unprocessable(
            _told(
                'Locale "%s" does not exist or is not activated.',
                'Locales "%s" do not exist or are not activated.',
                unknown,
            )
        )
    channel = store.get("channels", scope) if scope else None
    outside = [code for code in codes if channel and code not in channel["locales"]]
    if channel and outside:
        start = _told('Locale "%s" is', 'Locales "%s" are', outside)
        raise unprocessable(f'{start} not activated for the scope "{channel["code"]}".')


def _is_active(store: Store, code: Any) -> bool:
    locale = store.get("locales", code)
    return bool(locale and locale["enabled"])


def _check_criteria(search: Mapping[str, Any]) -> None:
    for name, conditions in search.items():
        if not isinstance(conditions, list) or not conditions or conditions[0] is None:
            form = f'{{"{name}":[{{"operator": "my_operator", "value": "my_value"}}]}}'
            raise unprocessable(f'Structure of filter "{name}" should respect this structure: {form}')
        for condition in conditions:
            operator = condition.get("operator") if isinstance(condition, dict) else None
            if operator is None:
                raise unprocessable(f'Operator is missing for the property "{name}".')
            if not isinstance(operator, str):
                raise unprocessable(f'Operator has to be a string, "{php.type_name(operator)}" given.')


def _check_categories(store: Store, search: Mapping[str, Any]) -> None:
    codes = [
        php.to_text(code).strip()
        for condition in search.get("categories", ())
        for code in (condition.get("value") if isinstance(condition.get("value"), list) else ())
        if code is None or php.is_scalar(code)
    ]
    unknown = [code for code in codes if store.get("categories", code) is None]
    if unknown:
        raise unprocessable(_told('Category "%s" does not exist.', 'Categories "%s" do not exist.', unknown))


def _check_identifiers(search: Mapping[str, Any]) -> None:
    for condition in search.get("identifier", ()):
        if condition["operator"] != "IN":
            continue
        value = condition.get("value")
        if value is None:
            raise unprocessable("The identifier filter can't contain null value")
        if not isinstance(value, list):
            raise unprocessable("The identifier filter value should be an array")
        if len({str(member) for member in value}) > 100:
            raise RefusedError(400, "The identifier filter can't contain more than 100 product identifiers.")
        return


def _check_search_locales(store: Store, query: ListQuery) -> None:
    codes: list[Any] = []
    for name, conditions in query.search.items():
        for condition in conditions:
            codes += _locales_of(name, condition)
    if query.search_locale is not None:
        codes.append(query.search_locale)
    _check_locales(store, list(dict.fromkeys(codes)), None)


def _locales_of(name: str, condition: Mapping[str, Any]) -> list[Any]:
    locale, locales = condition.get("locale"), condition.get("locales")
    if name == "completeness":
        if locales is not None and not isinstance(locales, list):
            raise unprocessable('Property "completeness" expects an array with the key "locales".')
    else:
        if locale is not None and not isinstance(locale, str):
            raise unprocessable(f'Property "{name}" expects a string with the key "locale".')
        if locales is not None:
            raise unprocessable(f'Property "{name}" expects an array with the key "locale".')
    return [code for code in [locale, *(locales or ())] if isinstance(code, str)]
