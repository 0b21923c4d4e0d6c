"""Conditions on texts, without regard to case."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

from pimflow_akeneo_sandbox import php
from pimflow_akeneo_sandbox.errors import expects

TextTest = Callable[[str], bool]
OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "STARTS WITH": lambda text, part: text.startswith(part),
    "CONTAINS": lambda text, part: part in text,
    "DOES NOT CONTAIN": lambda text, part: part not in text,
    "=": lambda text, part: text == part,
    "!=": lambda text, part: text != part,
}


def text_test(name: str, operator: str, value: Any) -> TextTest | None:
    """Return the test of a text; None when the operator is none of texts. Raises PropertyError."""
    compare = OPERATORS.get(operator)
    if compare is None:
        return None
    if not isinstance(value, str):
        raise expects(name, "a string", php.type_name(value))
    part = value.lower()
    return lambda text: compare(text.lower(), part)


def without_markup(text: str) -> str:
    """Return a text area as the index keeps it: tags become line breaks, which are dropped with all others."""
    return unescape(re.sub(r"<[^>]*>", "", text)).replace("\n", "")[:10000]
