"""Conditions of Odoo, in prefix form, held against one record."""

from datetime import datetime


def holds(domain, record, values):
    """Tell whether a record fulfils a domain; `values(record, path)` gives all that is found at the end of a path."""
    stack = []
    for part in reversed(domain):
        if part == "!":
            stack.append(not stack.pop())
        elif part in ("|", "&"):
            one, other = stack.pop(), stack.pop()
            stack.append(one or other if part == "|" else one and other)
        else:
            stack.append(_fits(part, record, values))
    return all(stack)


def _fits(leaf, record, values):
    path, operator, wanted = leaf
    if operator == "child_of":
        above = {int(part) for text in values(record, f"{path}.parent_path") for part in text.split("/") if part}
        return bool(above & set(wanted))
    found = [one for value in values(record, path) for one in (value if isinstance(value, list) else [value])]
    if operator in ("=", "!=", "in"):
        there = any(value in (wanted if operator == "in" else [wanted]) for value in found)
        return there != (operator == "!=")
    if operator == ">":
        return any(value > wanted for value in found)
    assert operator == ">=", operator
    return any(value >= datetime.strptime(wanted, "%Y-%m-%d %H:%M:%S") for value in found)  # noqa: DTZ007 - UTC
