"""Times as cron has them, said in words."""

from __future__ import annotations

from babel.dates import get_day_names
from cron_descriptor import ExpressionDescriptor, FormatError, Options

_LOCALES = {"en": "en_US", "fr": "fr_FR", "de": "de_DE"}


def in_words(cron: str, language: str) -> str:
    """Say what the five fields of cron mean: `Every 15 minutes, Monday through Friday`; themselves where that fails."""
    options = Options()
    options.locale_code, options.use_24hour_time_format = _LOCALES[language], True
    try:
        said = str(ExpressionDescriptor(cron, options))
    except FormatError:
        return cron
    english, own = (get_day_names("wide", locale=name) for name in ("en", language))
    for number, name in english.items():  # the library leaves the names of days to the locale of the machine
        said = said.replace(name, own[number])
    return said
