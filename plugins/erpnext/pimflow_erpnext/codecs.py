"""Cells for ERPNext -> canonical values -> what it takes, and back. No calls of its own.

ERPNext stores bad values without a word: text for a number becomes 0. So each is checked here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from pimflow import said
from pimflow_erp.codecs import BOOLEAN, DAY, INTEGER, NUMBER, Codec, absent, listed, selection
from pimflow_erp.markup import HTML
from pimflow_erpnext.answers import TITLE
from pimflow_erpnext.catalog import Attribute, Catalog, FieldInfo, folded

_LONGEST = 140
_DECIMALS = 9


def short(longest: int = _LONGEST) -> Codec:
    """Make the codec of a text of so many characters at most."""

    def accept(cell: Any) -> str:
        text = str(cell)
        if len(text) > longest:
            raise ValueError(
                said("which has {number} characters; {title} takes {most}", number=len(text), title=TITLE, most=longest)
            )
        return text

    return Codec(accept)


def _amount(cell: Any) -> str:
    """Read a number with as many decimals as ERPNext keeps."""
    text: str = NUMBER.accept(cell)
    return text if len(text.partition(".")[2]) <= _DECIMALS else NUMBER.accept(round(Decimal(text), _DECIMALS))


TEXT = Codec(str)
SHORT = short()
CHECK = Codec(BOOLEAN.accept, int, bool)
AMOUNT = Codec(_amount, float, NUMBER.read)
WHOLE = Codec(INTEGER.accept, int, NUMBER.read)
DATE = Codec(DAY.accept)
IN_USE = Codec(BOOLEAN.accept, lambda value: int(not value), lambda value: not value)
_SHORT = frozenset({"Data", "Attach", "Attach Image", "Read Only", "Color", "Phone"})
_OF_TYPE: Mapping[str, Codec] = {
    **dict.fromkeys(("Small Text", "Text", "Long Text", "Markdown Editor", "Code"), TEXT),
    **dict.fromkeys(("Text Editor", "HTML Editor"), HTML),
    **dict.fromkeys(("Float", "Currency", "Percent", "Rating", "Duration"), AMOUNT),
    "Int": WHOLE,
    "Check": CHECK,
    "Date": DATE,
}


def of_field(info: FieldInfo, catalog: Catalog) -> Codec | None:
    """Find the codec of a field by its type; None for what cannot be written in one cell."""
    if info.type == "Link":
        label = info.label or info.name
        return link(catalog, info.options, label if info.custom else in_a_sentence(label))
    if info.type == "Select":
        return selection({key: key for key in info.options.split("\n") if key}, TITLE)
    if info.type in _SHORT:
        return short(info.length or _LONGEST)
    return _OF_TYPE.get(info.type)


def in_a_sentence(label: str) -> str:
    """Give a label such as `Customs Tariff Number` as it stands within a sentence."""
    found = " ".join(word if word.isupper() else word.lower() for word in label.split())
    return _NOUNS.get(found, found)


_NOUNS: Mapping[str, str] = {
    str(one): one
    for one in (
        said("brand"),
        said("country of origin"),
        said("customs tariff number"),
        said("default unit of measure"),
        said("default purchase unit of measure"),
        said("default sales unit of measure"),
        said("item group"),
        said("weight UOM"),
    )
}
"""Labels of ERPNext's own fields that lead to other documents."""


def link(catalog: Catalog, doctype: str, noun: str) -> Codec:
    """Make the codec of the name of another document, found as ERPNext would: without regard to case and accents."""

    def accept(cell: Any) -> str:
        found = catalog.names(doctype).get(folded(str(cell)))
        if found is None:
            raise absent(noun, str(cell).strip(), TITLE)
        return found

    return Codec(accept)


def category(catalog: Catalog) -> Codec:
    """Make the codec of an item group, by path or name; canonical is the path."""

    def accept(cell: Any) -> str:
        text = folded(str(cell[0] if isinstance(cell, list) and cell else cell))
        for group in catalog.groups.values():
            if text in {folded(group.path), folded(group.name)}:
                return group.path
        raise absent(said("item group"), str(cell), TITLE)

    def write(path: str) -> str:
        return next(group.name for group in catalog.groups.values() if group.path == path)

    def read(name: str) -> str:
        return catalog.groups[name].path if name in catalog.groups else name

    return Codec(accept, write, read)


def attribute_value(attribute: Attribute) -> Codec:
    """Make the codec of the value of an item attribute: one of a list, or a number within its range."""
    return Codec(_number_within(attribute)) if attribute.numeric else Codec(_one_of(attribute))


def attribute_names(catalog: Catalog) -> Codec:
    """Make the codec of several item attributes, in their order."""

    def accept(cell: Any) -> list[str]:
        names = {folded(name): name for name in catalog.attributes}
        unknown = [name for name in listed(cell) if folded(name) not in names]
        if unknown:
            raise absent(said("item attribute"), ", ".join(unknown), TITLE)
        return [names[folded(name)] for name in listed(cell)]

    return Codec(accept)


NAMES = Codec(lambda cell: sorted(dict.fromkeys(listed(cell))), read=sorted)


def picture(url: str) -> Codec:
    """Make the codec of the address of a picture: one of this site is kept by its path."""
    return Codec(lambda cell: str(cell).strip().removeprefix(url))


def _one_of(attribute: Attribute) -> Callable[[Any], str]:
    by_form = {folded(form): value for value, abbr in attribute.values.items() for form in (abbr, value) if form}

    def accept(cell: Any) -> str:
        found = by_form.get(folded(str(cell)))
        if found is None:
            known = ", ".join(attribute.values) or said("no value at all")
            raise ValueError(said("{title} knows: {values}", title=TITLE, values=known))
        return found

    return accept


def _number_within(attribute: Attribute) -> Callable[[Any], str]:
    lowest, highest, step = (Decimal(str(one)) for one in (attribute.lowest, attribute.highest, attribute.increment))

    def accept(cell: Any) -> str:
        text: str = NUMBER.accept(cell)
        value = Decimal(text)
        if not lowest <= value <= highest or (step and (value - lowest) % step):
            raise ValueError(_range(lowest, highest, step))
        return text

    return accept


def _range(lowest: Decimal, highest: Decimal, step: Decimal) -> str:
    ends = {"lowest": f"{lowest.normalize():f}", "highest": f"{highest.normalize():f}"}
    if not step:
        return said("{title} takes numbers from {lowest} to {highest}", title=TITLE, **ends)
    return said(
        "{title} takes numbers from {lowest} to {highest} in steps of {step}",
        title=TITLE,
        step=f"{step.normalize():f}",
        **ends,
    )
