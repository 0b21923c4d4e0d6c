"""What many tests ask of a served PIM and of outcomes."""

from collections import Counter


def calls(pim, route):
    """Give the number of calls of one route so far, as in `GET /api/rest/v1/products`."""
    return pim.stats()["routes"].get(route, {"calls": 0})["calls"]


def statuses(outcomes):
    """Count outcomes by status."""
    return Counter(outcome.status for outcome in outcomes)
