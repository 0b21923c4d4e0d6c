"""The kinds of values that only Dolibarr has: references, plain texts, units, categories, extra fields. No calls.

The rest are those of all ERPs, in `pimflow_erp.codecs`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from pimflow import ProblemKind, RowProblem, said
from pimflow_dolibarr.answers import TITLE
from pimflow_dolibarr.catalog import Attribute, Category, ExtraField
from pimflow_dolibarr.fields import UNITS, flag
from pimflow_erp import markup
from pimflow_erp.codecs import BOOLEAN, DAY, FLOAT, INTEGER, TEXT, Codec, absent, labelled, listed, selection, several

_LONGEST_REF = 128
_FORBIDDEN = re.compile(r"[ '/\\:*?\"<>|\[\],;=°$`]|--+")
_MARKUP = re.compile(r"<[^>]*>")
_TYPES = {"product": 0, "service": 1}


_ACCENTED = "ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖŠÙÚÛÜÝàáâãäåçèéêëìíîïñòóôõöšùúûüýÿ"
_BARE = str.maketrans({letter: unicodedata.normalize("NFD", letter)[0] for letter in _ACCENTED} | {"Ÿ": "y"})
"""The accents that `dol_string_unaccent` takes away; it leaves those of other letters, such as Polish and Russian."""


def stored_ref(ref: str) -> str:
    """Give a reference as Dolibarr would store it: without accents, and with `_` for what a file name cannot hold."""
    return _FORBIDDEN.sub("_", ref.strip().translate(_BARE)).replace("..", "")


def check_ref(column: str, ref: str) -> None:
    """Raise RowProblem for a reference that Dolibarr would change, so that it would not be found again."""
    stored = stored_ref(ref)
    if ref == "0":
        raise RowProblem(column, ref, said("which {title} takes for no reference at all", title=TITLE))
    if len(ref) > _LONGEST_REF:
        raise RowProblem(column, f"{ref[:40]}…", _too_long(len(ref), _LONGEST_REF))
    if stored != ref:
        raise RowProblem(
            column,
            ref,
            said("and {title} would store it as {stored!r}", title=TITLE, stored=stored),
            kind=ProblemKind.VALUE,
            remedy=said("Take out accents, blanks, slashes and quotes in the source; it will then arrive by itself."),
        )


def _plain(cell: Any) -> str:
    found = _MARKUP.sub("", str(cell)).replace('"', "").strip()
    if not found:
        raise ValueError(said("which {title} takes for empty", title=TITLE))
    return found


def _too_long(number: int, most: int) -> str:
    return said("which has {number:,} characters; {title} takes {most:,}", number=number, title=TITLE, most=most)


def at_most(longest: int, codec: Codec = TEXT) -> Codec:
    """Make the codec of a text with so many characters at most."""

    def accept(cell: Any) -> Any:
        found = codec.accept(cell)
        if len(found) > longest:
            raise ValueError(_too_long(len(found), longest))
        return found

    return Codec(accept, codec.write, codec.read)


def _measure(cell: Any) -> str:
    """Read a number with as many digits as MariaDB gives back of a `float`."""
    text: str = FLOAT.accept(f"{float(FLOAT.accept(cell)):.6g}")
    return text


PLAIN = at_most(255, Codec(_plain))
"""A text in one line: Dolibarr takes markup and double quotes out of it, so that they are not sent."""
HTML = at_most(16_000, markup.HTML)
"""A column of 65,535 bytes; a letter may take four of them."""
YES_NO = Codec(BOOLEAN.accept, int, flag)
ID = Codec(lambda cell: int(INTEGER.accept(cell)), read=int)
AMOUNT = FLOAT
MEASURE = Codec(_measure, float, _measure)
TYPE = Codec(
    selection({name: name.capitalize() for name in _TYPES}, TITLE).accept,
    lambda name: _TYPES[name],
    lambda value: {str(number): name for name, number in _TYPES.items()}.get(str(value), str(value)),
)
BASE = selection({"HT": "without tax", "TTC": "with tax"}, TITLE)


def unit(measure: str) -> Codec:
    """Make the codec of the unit of a measure such as `weight`, by its symbol."""
    symbols = UNITS[measure]
    numbers = {symbol: number for number, symbol in symbols.items()}
    known = selection({symbol: symbol for symbol in numbers}, TITLE)
    return Codec(known.accept, lambda symbol: numbers[symbol], lambda value: symbols.get(int(value)))


def categories(known: Mapping[int, Category]) -> Codec:
    """Make the codec of categories, found by code or path, and told by their codes."""
    names = {one.path: one.code for one in known.values()} | {one.code: one.code for one in known.values()}

    def accept(cell: Any) -> list[str]:
        asked = listed(cell)
        unknown = [name for name in asked if name not in names]
        if unknown:
            raise absent(said("category"), ", ".join(unknown), TITLE)
        return sorted({names[name] for name in asked})

    return Codec(accept)


def feature(attribute: Attribute) -> Codec:
    """Make the codec of a value of an attribute of variants: its reference, or its label."""
    return selection({ref: attribute.labels[number] for number, ref in attribute.values.items()}, TITLE)


def extra_field(one: ExtraField) -> Codec | None:
    """Make the codec of an extra field; None for a kind that cannot be written."""
    if one.type in {"select", "radio"} and one.options:
        return selection(one.options, TITLE)
    if one.type == "checkbox" and one.options:
        keys = several(one.options, TITLE)
        return Codec(keys.accept, ",".join, lambda value: sorted(listed(value)))
    return _EXTRA.get(one.type)


_EXTRA: Mapping[str, Codec] = {
    **dict.fromkeys(("varchar", "text", "html", "phone", "mail", "url", "link", "sellist", "select", "radio"), TEXT),
    "int": INTEGER,
    "double": FLOAT,
    "price": FLOAT,
    "boolean": YES_NO,
    "date": Codec(DAY.accept, read=str),
}  # fmt: skip
VALUES = Codec(labelled)
"""Values of an attribute."""
