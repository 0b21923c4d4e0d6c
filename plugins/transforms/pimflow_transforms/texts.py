"""The transforms `html_to_text` and `slug`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import unescape
from typing import Any, ClassVar, Literal

from pydantic import Field
from slugify import slugify

from pimflow import BadValue, Expected, Header, Knows, Problem, Row, RowStep, Transform, said
from pimflow_transforms.cells import changing, making, matching, told
from pimflow_transforms.options import OneOrMore, Rule, positions
from pimflow_transforms.values import as_text, carrying, is_empty


class HtmlToText(Transform):
    """Turns HTML into text that people read: paragraphs and items on lines of their own, no tags, no entities."""

    type = "html_to_text"
    root: ClassVar[str | None] = "columns"

    columns: OneOrMore = Field(
        min_length=1, description="Column, or list of columns; `description@*` means all that begin so."
    )

    def compile(self, header: Header, knows: Knows) -> tuple[Header, RowStep]:  # noqa: ARG002 - the target is not asked
        """Keep the header. Raises ConfigError for a column that is not there."""
        read = _reading()

        def text_of(value: Any) -> Any:
            return [read(as_text(one)) for one in value] if isinstance(value, list | tuple) else read(as_text(value))

        changes = {name: carrying(told(name, text_of, _REMEDY)) for name in matching(self.columns, header)}
        return header, changing(header, changes)

    def expected(self, columns: Mapping[str, Expected]) -> Mapping[str, Expected]:
        """Know that texts come out; nothing stays known of their values."""
        named = matching([name for name in self.columns if "*" in name or name in columns], tuple(columns))
        return {**columns, **{name: Expected("text") for name in named}}


_TAG = re.compile(r"<[a-zA-Z/!]")
_SILENT = re.compile(r"(?is)<!--.*?(?:-->|$)|<(script|style|head|title|template)\b.*?(?:</\1\s*>|$)|<[^>]*>?")
_REMEDY = said("Shorten or clean its HTML there.")
_NO_CODE = said("of which no code can be made: it has neither letters nor digits")
_CORRECT = said("Correct it there.")


def _reading() -> Callable[[str], str]:
    """Give the function that reads HTML; text without any tag keeps its lines. What it needs is loaded here.

    It raises ValueError for HTML of which the parser gives nothing: it stops at some hundred elements in each other.
    """
    from inscriptis import get_text  # noqa: PLC0415 - with lxml it takes longer than all of pimflow
    from inscriptis.css_profiles import CSS_PROFILES  # noqa: PLC0415
    from inscriptis.model.config import ParserConfig  # noqa: PLC0415

    config = ParserConfig(css=CSS_PROFILES["strict"])

    def read(html: str) -> str:
        if not _TAG.search(html):
            return unescape(html).strip()
        lines = (" ".join(line.split()) for line in get_text(html, config).splitlines())
        text = "\n".join(_without_runs_of_blanks(lines)).strip()
        if not text and unescape(_SILENT.sub("", html)).strip():
            raise ValueError(said("whose HTML cannot be read: its elements are nested too deeply, or it is damaged"))
        return text

    return read


def _without_runs_of_blanks(lines: Iterable[str]) -> list[str]:
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return kept


class Slugging(Rule):
    """Of which column a code is made, and how."""

    short: ClassVar[str] = "from"

    from_: str = Field(alias="from", description="The source column.")
    separator: Literal["_", "-", ""] = Field("_", description="What stands for blanks and signs: `_`, `-` or nothing.")
    max_length: int = Field(100, ge=1, le=255, description="Signs at most; what is longer is cut between words.")
    lower: bool = Field(True, description="Whether capitals become small letters.")
    replace: dict[str, str] = Field(default_factory=dict, description="Text found: what it becomes, before all else.")


class Slug(Transform):
    """Makes codes of texts: letters without accents, digits, `_` for all else. `Grün & Blau` becomes `grun_blau`."""

    type = "slug"
    root: ClassVar[str | None] = "columns"

    columns: dict[str, Slugging] = Field(min_length=1, description="Column: source column, or a mapping of options.")

    def compile(self, header: Header, knows: Knows) -> tuple[Header, RowStep]:  # noqa: ARG002 - the target is not asked
        """Keep the header and add the columns that are new. Raises ConfigError for a column that is not there."""
        places = positions([one.from_ for one in self.columns.values()], header)
        made = {name: _slugged(at, one) for at, (name, one) in zip(places, self.columns.items(), strict=True)}
        return making(header, made)

    def expected(self, columns: Mapping[str, Expected]) -> Mapping[str, Expected]:
        """Know that texts come out."""
        return {**columns, **{name: Expected("text") for name in self.columns}}

    def made_from(self, column: str, header: Header) -> Sequence[str]:
        """Name the source column."""
        return (self.columns[column].from_,) if column in self.columns else super().made_from(column, header)


def _slugged(at: int, rule: Slugging) -> Callable[[Row], Any]:
    def code(value: Any) -> Any:
        found = slugify(
            as_text(value),
            separator=rule.separator,
            max_length=rule.max_length,
            word_boundary=True,
            lowercase=rule.lower,
            replacements=tuple(rule.replace.items()),
        )
        if not found:
            return BadValue(Problem(_NO_CODE, field=rule.from_, value=value, remedy=_CORRECT))
        return found

    def slugged(row: Row) -> Any:
        value = row[at]
        if is_empty(value) or isinstance(value, BadValue):
            return value
        return [code(one) for one in value] if isinstance(value, list | tuple) else code(value)

    return slugged
