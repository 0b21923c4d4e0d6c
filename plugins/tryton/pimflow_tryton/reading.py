"""Records of one model as rows, page by page: one call for the records, one for each further language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pimflow_erp.columns import Column
from pimflow_tryton.session import Record, Session


def pages(
    session: Session, model: str, domain: Sequence[Any], columns: Sequence[Column], size: int
) -> Iterator[list[tuple[Any, ...]]]:
    """Give the rows of the records that the domain finds."""
    here = {"", session.language}
    names = sorted({ask for column in columns if column.language in here for ask in column.asks})
    others = sorted({column.language for column in columns} - here)
    for page in session.pages(model, domain, names, size):
        records = _without_shadowed(session, model, page)
        texts = {language: _texts(session, model, records, columns, language) for language in others}
        yield [tuple(_cell(column, record, texts) for column in columns) for record in records]


def _cell(column: Column, record: Record, texts: dict[str, dict[int, Record]]) -> Any:
    if column.language not in texts:
        return column.read(record)
    translated = texts[column.language].get(record["id"])
    return None if translated is None else column.read(translated)


def _texts(
    session: Session, model: str, records: Sequence[Record], columns: Sequence[Column], language: str
) -> dict[int, Record]:
    """Read a page in another language; by a search, because a record may have been deleted meanwhile."""
    names = sorted({ask for column in columns if column.language == language for ask in column.asks})
    domain: list[Any] = [["id", "in", [record["id"] for record in records]]]
    found = session.call(f"{model}.search_read", domain, 0, None, None, names, language=language)
    return {record["id"]: record for record in found}


def _without_shadowed(session: Session, model: str, page: list[Record]) -> list[Record]:
    """Leave out archived records whose code an active one has: Tryton wants codes unique among active ones only."""
    codes = sorted({record["code"] for record in page if record.get("code") and not _is_active(record)})
    if not codes:
        return page
    domain: list[Any] = [["code", "in", codes], ["active", "=", True]]
    if model == "product.product":
        domain.append(["template.active", "=", True])
    found = session.call(f"{model}.search_read", domain, 0, None, None, ["code"])
    active = {record["code"] for record in found}
    return [record for record in page if _is_active(record) or record["code"] not in active]


def _is_active(record: Record) -> bool:
    return bool(record.get("active", True) and (record.get("template.") or {}).get("active", True))
