"""Conditions on completeness and quality score, per channel and locale."""

import operator
from collections.abc import Callable

from pimflow_akeneo_sandbox import php
from pimflow_akeneo_sandbox.entities import Product, ProductModel
from pimflow_akeneo_sandbox.errors import PropertyError, expects, expects_key
from pimflow_akeneo_sandbox.products.completeness import completenesses
from pimflow_akeneo_sandbox.products.quality import quality_scores
from pimflow_akeneo_sandbox.products.variants import variants_below
from pimflow_akeneo_sandbox.search.condition import Condition, Seen, Test
from pimflow_akeneo_sandbox.store import Store

Compare = Callable[[float, float], bool]
WORDS: dict[str, Compare] = {
    "GREATER THAN": operator.gt,
    "GREATER OR EQUALS THAN": operator.ge,
    "LOWER THAN": operator.lt,
    "LOWER OR EQUALS THAN": operator.le,
    "EQUALS": operator.eq,
    "NOT EQUALS": operator.ne,
}
SIGNS: dict[str, Compare] = {
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le, "=": operator.eq, "!=": operator.ne,
}  # fmt: skip
OF_MODELS = ("AT LEAST COMPLETE", "AT LEAST INCOMPLETE", "ALL COMPLETE", "ALL INCOMPLETE")
AT_LEAST_ONE = "GREATER OR EQUALS THAN ON AT LEAST ONE LOCALE"
ALL_LOCALES, ONE_LOCALE = " ON ALL LOCALES", " ON AT LEAST ONE LOCALE"


def completeness_test(store: Store, condition: Condition, *, models: bool) -> Test | None:
    """Return the test of completeness; None when the operator is unknown."""
    if models:
        return _model_test(condition) if condition.operator in OF_MODELS else None
    if condition.operator in {"ALL", "EMPTY"}:
        return lambda seen: condition.operator == "ALL" or not _ratios(seen, None)
    if not php.is_numeric(condition.value):
        raise expects("completeness", "a numeric", php.type_name(condition.value))
    if condition.scope is None:
        raise PropertyError('Property "completeness" expects a valid scope.')
    everywhere = condition.operator.endswith(ALL_LOCALES)
    compare = SIGNS.get(condition.operator) or WORDS.get(
        condition.operator.removesuffix(ALL_LOCALES).removesuffix(ONE_LOCALE)
    )
    if compare is None or (everywhere and compare in {operator.eq, operator.ne}):
        return None
    locales = _locales(store, condition, everywhere=everywhere)
    wanted = float(condition.value)
    if compare is operator.ne:
        return lambda seen: (
            _all_known(seen, condition.scope, locales)
            and any(ratio != wanted for ratio in _of(seen, condition.scope, locales))
        )
    if everywhere:
        return lambda seen: (
            _all_known(seen, condition.scope, locales)
            and all(compare(ratio, wanted) for ratio in _of(seen, condition.scope, locales))
        )
    return lambda seen: any(compare(ratio, wanted) for ratio in _of(seen, condition.scope, locales))


def _locales(store: Store, condition: Condition, *, everywhere: bool) -> list[str]:
    if everywhere or (condition.locales is not None and condition.operator == AT_LEAST_ONE):
        if condition.locales is None:
            raise expects_key("completeness", "locales")
        return [str(locale) for locale in condition.locales]
    if condition.locale is not None:
        return [condition.locale]
    channel = store.get("channels", condition.scope)
    if channel is None:
        raise PropertyError(f'Channel with "{condition.scope}" code does not exist')
    return list(channel["locales"])


def _ratios(seen: Seen, scope: str | None) -> dict[str, int]:
    if not isinstance(seen.entity, Product):
        return {}
    return {one.locale: one.ratio for one in completenesses(seen.store, seen.entity) if scope in (None, one.scope)}


def _of(seen: Seen, scope: str | None, locales: list[str]) -> list[int]:
    found = _ratios(seen, scope)
    return [found[locale] for locale in locales if locale in found]


def _all_known(seen: Seen, scope: str | None, locales: list[str]) -> bool:
    return set(locales) <= _ratios(seen, scope).keys()


def _model_test(condition: Condition) -> Test:
    locales = [condition.locale] if condition.locale else list(condition.locales or ())
    if not locales:
        raise PropertyError('Property "completeness" expects a valid locale.')
    if not condition.scope:
        raise PropertyError('Property "completeness" expects a valid channel.')
    every, complete = condition.operator.startswith("ALL"), not condition.operator.endswith("INCOMPLETE")

    def holds(seen: Seen) -> bool:
        if not isinstance(seen.entity, ProductModel):
            return False
        below = list(variants_below(seen.store, seen.entity))
        results = [_locale_holds(seen.store, below, condition.scope, locale, every, complete) for locale in locales]
        return all(results) if every else any(results)

    return holds


def _locale_holds(
    store: Store, products: list[Product], scope: str | None, locale: str, every: bool, complete: bool
) -> bool:
    done = [
        one.ratio == 100
        for product in products
        for one in completenesses(store, product)
        if (one.scope, one.locale) == (scope, locale)
    ]
    if not done:
        return False
    return all(ratio == complete for ratio in done) if every else any(ratio == complete for ratio in done)


def quality_test(_store: Store, condition: Condition) -> Test | None:
    """Return the test of the quality score; None when the operator is unknown."""
    if condition.operator != "IN":
        return None
    if not php.is_array(condition.value):
        raise expects("quality_score", "an array", php.type_name(condition.value))
    for what, given in (("channel", condition.scope), ("locale", condition.locale)):
        if given is None:
            raise PropertyError(f'Property "quality_score" expects a {what}.')
    wanted = php.items_of(condition.value)
    return lambda seen: (
        isinstance(seen.entity, Product)
        and any(
            (one.scope, one.locale) == (condition.scope, condition.locale) and one.letter in wanted
            for one in quality_scores(seen.store, seen.entity)
        )
    )
