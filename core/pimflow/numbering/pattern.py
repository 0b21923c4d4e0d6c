"""Patterns of numbers such as `{family:3|upper}-{sequence:06d}`: read, and written for one record. No I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pimflow.numbering.check_digits import CheckDigit

_FIELD = re.compile(r"\{([^{}]*)\}")
_PLACEHOLDER = re.compile(r"(?P<name>[^:|]+)(:(?P<size>[^|]*))?(\|(?P<case>.*))?")
_WIDTH = re.compile(r"0?([1-9]\d?)d")
_UNFIT = re.compile(r"[,;\s\x00-\x1f\x7f]")
_LONGEST = 255
_CASES = {"upper": str.upper, "lower": str.lower}
SEQUENCE, CHECK, YEAR, MONTH = "sequence", "check", "year", "month"
_OF_THE_DAY = {YEAR: "%Y", MONTH: "%m"}
_OWN = frozenset({SEQUENCE, CHECK, *_OF_THE_DAY})


class EmptyColumnError(ValueError):
    """A column of the pattern gives nothing for this record: neither a letter nor a digit."""

    def __init__(self, column: str) -> None:
        super().__init__(column)
        self.column = column


@dataclass(frozen=True, slots=True)
class Column:
    """The letters and digits of a cell: the first `size` of them where that is given, in `case` where that is."""

    name: str
    size: int | None = None
    case: str = ""

    def written(self, cells: Mapping[str, Any]) -> str:
        """Give what it puts into the number. Raises EmptyColumnError."""
        cell = cells.get(self.name)
        plain = _plain("" if cell is None else str(cell))[: self.size]
        if not plain:
            raise EmptyColumnError(self.name)
        return _CASES[self.case](plain) if self.case else plain


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern that was read. `parts` are texts, columns, and the names of what is pimflow's own.

    `width` is the number of digits of the sequence, None where it may grow.
    """

    text: str
    parts: tuple[str | Column, ...]
    width: int | None
    check: CheckDigit | None = None

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that it names."""
        return tuple(part for part in self.parts if isinstance(part, Column))

    @property
    def last(self) -> int | None:
        """The largest number that its sequence has room for."""
        return None if self.width is None else 10**self.width - 1

    def for_record(self, cells: Mapping[str, Any], day: date) -> RecordPattern:
        """Give what is left to be written of it once all but the sequence is known. Raises EmptyColumnError."""
        written: list[str] = []
        for part in self.parts:
            if isinstance(part, Column):
                written.append(part.written(cells))
            else:
                written.append(day.strftime(_OF_THE_DAY[part[1:-1]]) if part[1:-1] in _OF_THE_DAY else part)
        return RecordPattern(tuple(written), self.width or 1, self.check)


@dataclass(frozen=True, slots=True)
class RecordPattern:
    """A pattern for one record: only the sequence, and its check digit, are missing."""

    parts: tuple[str, ...]
    width: int
    check: CheckDigit | None

    def number(self, place: int) -> str:
        """Write the number with this place in the sequence."""
        written = ""
        for part in self.parts:
            if part == f"{{{SEQUENCE}}}":
                written += f"{place:0{self.width}d}"
            elif part == f"{{{CHECK}}}" and self.check is not None:
                written += self.check.of(written)
            else:
                written += part
        return written


def read_pattern(text: str, check_digit: str | None = None) -> Pattern:
    """Read a pattern. Raises ValueError with a sentence that says what is wrong with it."""
    parts: list[str | Column] = []
    width: int | None = None
    end = 0
    for found in _FIELD.finditer(text):
        parts += _literal(text[end : found.start()])
        part, size = _placeholder(found[1])
        parts.append(part)
        width = size if part == f"{{{SEQUENCE}}}" else width
        end = found.end()
    parts += _literal(text[end:])
    check = None if check_digit is None else CheckDigit(check_digit)
    _must_fit(parts, check)
    pattern = Pattern(text, tuple(parts), width, check)
    _must_be_short(pattern)
    if check is not None:
        check.must_take(_before_check(pattern))
    return pattern


def _plain(text: str) -> str:
    """Keep the letters and digits of a text, those of other alphabets in Latin ones."""
    if not text.isascii():
        from text_unidecode import unidecode  # noqa: PLC0415 - 40 ms that who has plain texts need not wait for

        text = unidecode(text)
    return "".join(sign for sign in text if sign.isalnum())


def _literal(text: str) -> list[str]:
    unfit = _UNFIT.search(text)
    if unfit or "{" in text or "}" in text:
        found = "a brace that belongs to no pair" if not unfit else _named(unfit[0])
        raise ValueError(f"{found} cannot stand in a SKU: no comma, semicolon, blank or brace")
    return [text] if text else []


def _named(sign: str) -> str:
    return {",": "a comma", ";": "a semicolon", " ": "a blank"}.get(sign, repr(sign))


def _placeholder(text: str) -> tuple[str | Column, int | None]:
    found = _PLACEHOLDER.fullmatch(text)
    if found is None:
        raise ValueError(f"{{{text}}} names nothing: a column, `sequence`, `check`, `year` or `month` was expected")
    name, size, case = found["name"], found["size"], found["case"]
    if name == SEQUENCE:
        return "{sequence}", _width(size, case, text)
    if name in _OWN:
        if size is not None or case is not None:
            raise ValueError(f"{{{text}}} takes nothing behind its name: write {{{name}}}")
        return f"{{{name}}}", None
    if size is not None and not re.fullmatch(r"[1-9]\d{0,2}", size):
        raise ValueError(f"{{{text}}}: how many letters was expected behind the colon, as in {{{name}:3}}")
    if case is not None and case not in _CASES:
        raise ValueError(f"{{{text}}}: `upper` or `lower` was expected behind the |, as in {{{name}:3|upper}}")
    return Column(name, int(size) if size else None, case or ""), None


def _width(size: str | None, case: str | None, text: str) -> int | None:
    if size is None and case is None:
        return None
    found = _WIDTH.fullmatch(size or "")
    if found is None or case is not None or int(found[1]) > 18:
        raise ValueError(f"{{{text}}}: the number of digits was expected, up to 18, as in {{sequence:06d}}")
    return int(found[1])


def _must_fit(parts: list[str | Column], check: CheckDigit | None) -> None:
    """See that the pattern has one sequence, and a check digit where it is to have one, behind what it is made of."""
    if parts.count("{sequence}") != 1:
        raise ValueError("{sequence} must stand in it once: it is what tells the numbers apart")
    has_check = parts.count("{check}")
    if has_check > 1 or (has_check and parts.index("{check}") < parts.index("{sequence}")):
        raise ValueError("{check} stands in it once, behind {sequence}: it is computed of what stands before it")
    if has_check and check is None:
        raise ValueError("{check} needs `check_digit`: how it is computed")
    if check is not None and not has_check:
        raise ValueError("`check_digit` needs {check} in the pattern: the place where it stands")


def _must_be_short(pattern: Pattern) -> None:
    shortest = sum(len(part) if isinstance(part, str) and part[:1] != "{" else 1 for part in pattern.parts)
    sized = sum((column.size or 1) - 1 for column in pattern.columns) + (pattern.width or 1) - 1
    if shortest + sized > _LONGEST:
        raise ValueError(f"it gives SKUs of {shortest + sized} characters; a SKU has no more than {_LONGEST}")


def _before_check(pattern: Pattern) -> str | None:
    """Give what a number has before its check digit, were it the first; None where that differs by record."""
    if pattern.columns or pattern.width is None:
        return None
    written = pattern.for_record({}, date(2000, 1, 1)).parts
    return RecordPattern(written[: written.index("{check}")], pattern.width, None).number(0)
