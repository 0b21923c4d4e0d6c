"""What people see of the PIM where they look after problems: names, pictures, pages of records; options to choose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import orjson

from pimflow import Card, Choice, ProblemKind, RowProblem, Who, said
from pimflow_akeneo.columns import Column, Property, ValueColumn
from pimflow_akeneo.creating.codes import code_of
from pimflow_akeneo.kinds import PRODUCTS, Kind
from pimflow_akeneo.session import Session

_SELECTS = frozenset({"simpleselect", "multiselect"})
_PICTURES = 8_000_000
"""Bytes of a picture that is shown, at most."""


def cards(session: Session, kind: Kind, address: str, keys: Sequence[str], language: str) -> dict[str, Card]:
    """Show products or product models: a call for all of them, and one for each family that they are of."""
    searched = kind.searched or session.catalog.model.identifier.code
    search = orjson.dumps({searched: [{"operator": "IN", "value": [*keys]}]}).decode()
    found = {}
    asked = {key.lower(): key for key in keys}
    for record in session.pages(kind.path, {"search": search, "pagination_type": "search_after"}):
        key = asked.get(str(record.get(kind.key)).lower())
        if key is not None:
            found[key] = _card(session, kind, address, record, language)
    return found


def _card(session: Session, kind: Kind, address: str, record: Mapping[str, Any], language: str) -> Card:
    code, values = record.get("family"), record.get("values") or {}
    path = f"families/{quote(code, safe='')}" if code else ""
    family = session.shared(path, lambda: session.find(path) or {}) if path else {}
    label = _in(values.get(family.get("attribute_as_label") or "", ()), language)
    picture = _in(values.get(family.get("attribute_as_image") or "", ()), language)
    uuid = record.get("uuid") if kind.has_identifier else _variant_of(session, str(record["code"]))
    return Card(str(label or ""), page_of(address, uuid), str(picture or ""))


def page_of(address: str, uuid: Any) -> str:
    """Give the address of a product's page; empty without a uuid: PIMs before version 7 have none."""
    return f"{address}/#/enrich/product/{uuid}" if uuid else ""


def _variant_of(session: Session, code: str) -> str:
    """Give the uuid of a variant of a model, on whose page the model is chosen.

    The address of the model's own page ends in a number that the API does not tell.
    """
    search = orjson.dumps({"parent": [{"operator": "=", "value": code}]}).decode()
    found = session.get(PRODUCTS.path, {"search": search, "limit": "1"})["_embedded"]["items"]
    return str(found[0].get("uuid") or "") if found else ""


def _in(values: Sequence[Mapping[str, Any]], language: str) -> Any:
    """Give the value in a language, else in English, else any."""
    by_rank = sorted(values, key=lambda one: _rank(one.get("locale"), language))
    return by_rank[0].get("data") if by_rank else None


def _rank(locale: str | None, language: str) -> int:
    spoken = (locale or language).partition("_")[0]
    return 0 if spoken == language else 1 if spoken == "en" else 2


def picture(session: Session, code: str) -> tuple[str, bytes]:
    """Download a picture. Raises RowProblem for one that the PIM does not have, or that is too large to be shown."""
    if not {"", ".", ".."}.isdisjoint(code.split("/")):  # such a path would lead to something else of the PIM
        raise _no_picture(code)
    content = bytearray()
    kinds: list[str] = []

    def receive(response: Any) -> None:
        kinds.append(response.headers.get("content-type", ""))
        for chunk in response.iter_bytes():
            content.extend(chunk)
            if len(content) > _PICTURES:
                return

    path = f"media-files/{quote(code, safe='/')}/download"
    response = session.call("GET", path, receive=receive, handled={403, 404})
    if not response.is_success or len(content) > _PICTURES:
        raise _no_picture(code)
    return kinds[-1].partition(";")[0], bytes(content)


def _no_picture(code: str) -> RowProblem:
    return RowProblem(None, code, said("the PIM does not give this picture"), kind=ProblemKind.MISSING)


def choices(session: Session, column: Column | None, language: str) -> Sequence[Choice] | None:
    """List the options of a select attribute, the families or the categories, by what people call them."""
    path = _list_of(column)
    if path is None:
        return None
    found = (Choice(one["code"], _label(one.get("labels") or {}, language)) for one in session.pages(path))
    return sorted(found, key=lambda one: (one.label or one.code).casefold())


def takes_more(column: Column | None) -> bool:
    """Tell whether an option can be added."""
    return isinstance(column, ValueColumn) and column.attribute.kind in _SELECTS and column.part is None


def add(session: Session, column: Column | None, choice: Choice, language: str) -> str:
    """Make an option and give its code, made of its label unless told. Raises RowProblem where the PIM refuses it."""
    assert isinstance(column, ValueColumn)
    code, attribute = choice.code or code_of(choice.label), column.attribute.code
    locales = sorted(session.catalog.model.locales, key=lambda locale: _rank(locale, language))
    labels = {locales[0]: choice.label} if locales and choice.label else {}
    path = f"attributes/{quote(attribute, safe='')}/options"
    body = {"code": code, "attribute": attribute, "labels": labels}
    response = session.call("POST", path, json=body, handled={422})
    if not response.is_success:
        told = "; ".join(_told(response.json()))
        reason = said("the PIM does not take it as an option: {message}", message=told)
        raise RowProblem(attribute, code, reason, who=Who.PRODUCT_MANAGER, detail=told)
    session.catalog.forget(path)
    return code


def _list_of(column: Column | None) -> str | None:
    if takes_more(column):
        assert isinstance(column, ValueColumn)
        return f"attributes/{quote(column.attribute.code, safe='')}/options"
    if isinstance(column, Property) and column.name in {"family", "categories"}:
        return "families" if column.name == "family" else "categories"
    return None


def _label(labels: Mapping[str, str], language: str) -> str:
    by_rank = sorted((locale for locale, label in labels.items() if label), key=lambda one: _rank(one, language))
    return labels[by_rank[0]] if by_rank else ""


def _told(body: Mapping[str, Any]) -> Iterator[str]:
    errors = body.get("errors") or [body]
    yield from (str(one.get("message", "")).rstrip(".") for one in errors)
