"""Records of one model as rows, page by page.

A page costs one call for the records, one for each further language, one for each kind of list in which a record of
the page has anything, and one for the codes of templates where there may be any.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pimflow_erp.columns import Column
from pimflow_odoo.fields import filled, number_of
from pimflow_odoo.kinds import Kind
from pimflow_odoo.session import SOURCE_LANGUAGE, Record, Session

Below = Mapping[str, set[str]]
"""What is asked of the records that a list names: field -> their fields."""
Texts = Mapping[str, Mapping[int, Record]]


def pages(
    session: Session, kind: Kind, domain: Sequence[Any], columns: Sequence[Column], size: int, *, copies: bool
) -> Iterator[list[tuple[Any, ...]]]:
    """Give the rows of the records that the domain finds; with `copies` texts that stand for missing ones too."""
    model = kind.model
    here = {"", session.language}
    asked = {ask for column in columns if column.language in here for ask in column.asks}
    names, below = _parted(asked)
    others = {column.language for column in columns} - here
    if others and session.language != SOURCE_LANGUAGE:
        others.add(SOURCE_LANGUAGE)
    for page in session.pages(model, domain, names, size):
        records = _without_shadowed(session, model, page)
        _fill_lists(session, model, records, below)
        _tell_templates(session, kind.template, records)
        texts = {language: _texts(session, model, records, columns, language) for language in sorted(others)}
        yield [tuple(_cell(column, record, texts, copies=copies) for column in columns) for record in records]


def _parted(asked: set[str]) -> tuple[list[str], Below]:
    below: dict[str, set[str]] = {}
    for ask in asked:
        field, dot, name = ask.partition(".")
        if dot:
            below.setdefault(field, set()).add(name)
    return sorted({ask.partition(".")[0] for ask in asked}), below


def _cell(column: Column, record: Record, texts: Texts, *, copies: bool) -> Any:
    if column.language not in texts:
        return column.read(record)
    translated = texts[column.language].get(record["id"])
    if translated is None:
        return None
    found, field = column.read(translated), column.asks[0]
    # Odoo shows the source text where there is no translation, and nothing tells the two apart.
    source = record if column.language == SOURCE_LANGUAGE else texts.get(SOURCE_LANGUAGE, {}).get(record["id"], record)
    return found if copies or found != filled(source[field]) else None


def _texts(
    session: Session, model: str, records: Sequence[Record], columns: Sequence[Column], language: str
) -> dict[int, Record]:
    """Read a page in another language; a record that was deleted meanwhile is left out.

    Source texts are read of all fields: where a translation is missing, they stand for it.
    """
    wanted = [column for column in columns if column.language and language in {column.language, SOURCE_LANGUAGE}]
    names = sorted({ask for column in wanted for ask in column.asks})
    ids = [record["id"] for record in records]
    found: list[Record] = session.call(model, "read", ids, language=language, fields=names) if ids else []
    return {record["id"]: record for record in found}


def _fill_lists(session: Session, model: str, records: Sequence[Record], below: Below) -> None:
    """Put records in place of ids, one call for a whole page; what the user may not see is left out."""
    for field, names in sorted(below.items()):
        relation = session.catalog.fields(model)[field]["relation"]
        ids = sorted({number for record in records for number in record[field] or ()})
        found = session.call(relation, "read", ids, fields=sorted(names)) if ids else []
        known = {one["id"]: one for one in found}
        for record in records:
            record[field] = [known[number] for number in record[field] or () if number in known]


def _tell_templates(session: Session, field: str, records: Sequence[Record]) -> None:
    """Add the codes of templates, in one call; nothing where records have none."""
    numbers = {record["id"]: number_of(record[field]) or 0 for record in records} if field else {}
    codes = session.codes.of(sorted(set(numbers.values())))
    for record in records if field else ():
        record["template_code"] = codes[numbers[record["id"]]]


def _without_shadowed(session: Session, model: str, page: list[Record]) -> list[Record]:
    """Leave out archived products whose reference an active one has: the reference is that one's now."""
    codes = sorted({record["default_code"] for record in page if record.get("default_code") and not record["active"]})
    if not codes:
        return page
    asked = [["default_code", "in", codes]]
    found = session.call(model, "search_read", domain=asked, fields=["default_code"])
    active = {record["default_code"] for record in found}
    return [record for record in page if record["active"] or record["default_code"] not in active]
