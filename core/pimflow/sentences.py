"""Sentences that can be told in another language: English texts that remember template and values they are made of.

As with the messages of oslo.i18n and the lazy strings of Django, what is made where something goes wrong is put into
the language of whoever reads it when it is shown. Everything else sees the English text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from string import Formatter
from typing import Any, Protocol, Self

_CAPITAL = "capital"
_CLAUSE = "clause"
_APOSTROPHES = str.maketrans("", "", "'\N{RIGHT SINGLE QUOTATION MARK}")
_PLAIN = str.__new__
_ENDLESS = (float("inf"), float("-inf"))
"""Numbers that JSON cannot hold."""
_PLACES = re.compile(r"\{\w+(?:![rs])?(?::[^{}]*)?\}")
_LETTER = re.compile(r"[^\W\d_]")
_REACHES_IN = re.compile(r"\{\w*[.\[]")
"""A placeholder that looks into its value: no template needs it, and one that came out of a file must not."""


class Words(Protocol):
    """The words of a language, as `gettext` has them; an unknown text comes back as it is."""

    def gettext(self, message: str, /) -> str:
        """Give the translation of a text."""


class Said(str):
    """An English text, the template that it was made of, and the values that stand in it.

    It is what `template.format(**values)` gives; a template without values stands as it is. Values are texts, numbers,
    or Said again. What is added to it with `+`, or made of it by any method of texts, is plain English text.
    """

    __slots__ = ("template", "values")

    template: str
    values: Mapping[str, Any]

    def __new__(cls, text: str, template: str, values: Mapping[str, Any]) -> Self:
        """Make one out of its parts."""
        made = str.__new__(cls, text)
        made.template = template
        made.values = values
        return made

    def __format__(self, how: str) -> str:
        """Stand in another template; `{name:capital}` begins a sentence with it, `{name:clause}` ends none with it."""
        if how == _CLAUSE:
            return str(self).rstrip(".")
        return begin(str(self)) if how == _CAPITAL else str.__format__(self, how)

    def __reduce__(self) -> tuple[Any, ...]:
        """Go into a file of this process, and come back."""
        return Said, (str(self), self.template, self.values)

    def __copy__(self) -> Said:
        """Stay the same: it never changes."""
        return self

    def __deepcopy__(self, _memory: Any) -> Said:
        """Stay the same: it never changes."""
        return self

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> Any:
        """Stay as it is in what pydantic makes, where a field is of type `Text`."""
        from pydantic_core import core_schema  # noqa: PLC0415 - called by pydantic itself

        return core_schema.is_instance_schema(cls)


Text = Said | str
"""A text that may be told in another language: the type of fields that are kept and read again."""


def said(template: str, /, **values: Any) -> Said:
    """Say a sentence: `said("{title} has no such {noun}", title=title, noun=said(noun))`.

    The template is found in the source by those who translate, so it is written where it is used, as one whole text.
    """
    if values:
        made = _PLAIN(Said, template.format_map(values))  # without a call of `Said`: bad cells come by millions
        made.template = template
        made.values = values
        return made
    return template if isinstance(template, Said) else Said(template, template, values)


def together(template: str, /, **values: Any) -> Said:
    """Put texts together with a template that has no words of its own, such as `{first} {second}`."""
    return Said(template.format(**values), template, values)


def joined(parts: Iterable[str], by: str = " ") -> Said:
    """Put texts one after the other, leaving out empty ones."""
    there = [part for part in parts if part]
    if len(there) == 1 and isinstance(there[0], Said):
        return there[0]
    values = {f"p{number}": part for number, part in enumerate(there)}
    return Said(by.join(there), by.join(f"{{{name}}}" for name in values), values)


def said_by(error: BaseException) -> str:
    """Give the text of an error as it was said; `str(error)` is its English text only."""
    first = error.args[0] if error.args else ""
    return first if isinstance(first, Said) else str(error)


def begin(text: str) -> str:
    """Begin a plain text as a sentence; one that begins with a name, such as that of a file, stays as it is."""
    is_word = text.partition(" ")[0].translate(_APOSTROPHES).isalpha()
    return text[:1].upper() + text[1:] if is_word else text


def in_language(text: str, words: Words) -> str:
    """Tell a text in a language: in English where it has no translation, or one that does not fit its values."""
    if not isinstance(text, Said):
        return text
    template = words.gettext(text.template) if text.template else ""
    if not text.values:
        return template
    if template == text.template and _would_be_mixed(text):
        return str(text)
    values = {name: _in_language(value, words) for name, value in text.values.items()}
    try:
        return _Formatter(words).vformat(template, (), values)
    except (LookupError, ValueError, TypeError, AttributeError):
        return str(text)


def _would_be_mixed(text: Said) -> bool:
    """Tell whether a text without a translation has words of its own around others: these stay English as well."""
    return any(isinstance(one, Said) for one in text.values.values()) and bool(
        _LETTER.search(_PLACES.sub("", text.template))
    )


def _in_language(value: Any, words: Words) -> Any:
    if not isinstance(value, Said):
        return value
    told = in_language(value, words)
    return Said(told, told, {})


class _Formatter(Formatter):
    """Formats as `str.format` does, with `,` and `.` in numbers as the words of a language say."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> Any:
        return self.get_value(field_name, args, kwargs), field_name

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec == _CAPITAL:
            return begin(str(value))
        text: str = format(value, format_spec)
        if not format_spec or isinstance(value, str):
            return text
        return text.translate({ord(","): self._words.gettext(","), ord("."): self._words.gettext(".")})


def masked(text: Said, mask: Callable[[Any], Any]) -> str:
    """Give a Said without secrets: plain text where one stands in no value, nor in the template."""
    template, values = mask(text.template), mask(dict(text.values))
    plain: str = mask(str(text))
    if plain == str(text) and values == text.values:
        return text
    made = _remade(template, values)
    return made if made == plain else plain


def expressed(text: Said) -> dict[str, Any]:
    """Give a Said as it is kept as JSON; `understood` makes it again."""
    values = {name: str(one) if one in _ENDLESS else one for name, one in text.values.items()}
    return {"said": text.template, "with": values}


def understood(data: Any) -> Any:
    """Make texts again, anywhere in what was read from JSON, of what `expressed` kept; plain texts stay as they are."""
    if isinstance(data, list):
        return [understood(one) for one in data]
    if not isinstance(data, dict):
        return data
    values = {name: understood(value) for name, value in data.items()}
    template, given = values.get("said"), values.get("with")
    if len(data) == 2 and isinstance(template, str) and isinstance(given, dict):
        return _remade(template, given)
    return values


def _remade(template: str, values: dict[str, Any]) -> str:
    """Make a Said of parts that came out of a file; parts that do not fit give the template as plain text."""
    if not values:
        return said(template)
    if _REACHES_IN.search(template):
        return template
    try:
        return Said(template.format(**values), template, values)
    except (LookupError, ValueError, TypeError):
        return template
