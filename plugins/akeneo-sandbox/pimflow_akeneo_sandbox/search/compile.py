"""The search of a list turned into tests of one product or model; all must hold."""

from pimflow_akeneo_sandbox.errors import PropertyError, unprocessable
from pimflow_akeneo_sandbox.search.attributes import attribute_test
from pimflow_akeneo_sandbox.search.condition import Condition, Test
from pimflow_akeneo_sandbox.search.fields import field_test
from pimflow_akeneo_sandbox.search.query import ListQuery
from pimflow_akeneo_sandbox.store import Store


def search_tests(store: Store, query: ListQuery, *, models: bool = False) -> list[Test]:
    """Return the tests of a search. Raises RefusedError for a condition that cannot be applied."""
    search = dict(query.search)
    channel = store.get("channels", query.scope)
    if channel and "categories" not in search:
        search["categories"] = [{"operator": "IN CHILDREN", "value": [channel["category_tree"]]}]
    return [
        _test(store, Condition.of(name, given, query.search_locale, query.search_scope), models=models)
        for name, conditions in search.items()
        for given in conditions
    ]


def _test(store: Store, condition: Condition, *, models: bool) -> Test:
    attribute = store.get("attributes", condition.name)
    try:
        by_field = field_test(store, condition, models=models) if attribute is None else None
        test = attribute_test(store, attribute, condition) if attribute else by_field
    except PropertyError as problem:
        raise unprocessable(problem.message) from None
    if test is None:
        raise unprocessable(condition.unsupported())
    return test
