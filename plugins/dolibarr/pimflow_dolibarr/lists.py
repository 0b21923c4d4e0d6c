"""Categories, attributes and options as records and columns: short lists that the catalog holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pimflow import AccessError, Field, said
from pimflow_dolibarr.answers import PERMISSIONS, TITLE
from pimflow_dolibarr.catalog import ExtraField
from pimflow_dolibarr.fields import flag, mapping, moment, text, whole
from pimflow_dolibarr.session import Session
from pimflow_erp.columns import Column, column

Record = dict[str, Any]
_TEXTS = {"label": "Label", "description": "Description"}


def of_categories(languages: Sequence[str]) -> Iterator[Column]:
    """Make the columns of categories."""
    yield column("id", "integer", "Id, which never changes", (), lambda one: one["id"])
    yield column("code", "text", "Code", (), lambda one: one["code"])
    yield column("label", "text", "Label", (), lambda one: one["label"])
    yield column("path", "text", "Labels from the root on", (), lambda one: one["path"])
    yield column("parent", "text", "Code of the parent", (), lambda one: one["parent"])
    yield column("parent_path", "text", "Path of the parent", (), lambda one: one["parent_path"])
    yield column("description", "text", "Description", (), lambda one: text(one["record"].get("description")))
    yield column("color", "text", "Colour", (), lambda one: text(one["record"].get("color")))
    yield column("position", "integer", "Position", (), lambda one: whole(one["record"].get("position")))
    yield column("visible", "boolean", "Visible", (), lambda one: flag(one["record"].get("visible")))
    yield column(
        "date_modification",
        "date and time",
        "Last change",
        (),
        lambda one: moment(one["record"].get("date_modification")),
    )
    for name, label in _TEXTS.items():
        for language in languages:
            yield _translated(name, label, language)


def categories(session: Session) -> Iterator[Record]:
    """Give the categories, parents first."""
    known = session.catalog.categories
    _must(session.catalog.reads_categories, said("categories"), said("Read categories"))
    for one in sorted(known.values(), key=lambda one: (one.path.count(" / "), one.path)):
        parent = known.get(one.parent)
        above = (parent.code, parent.path) if parent else (None, None)
        own = {"id": one.id, "code": one.code, "label": one.label, "path": one.path, "record": one.record}
        yield {**own, "parent": above[0], "parent_path": above[1]}


def of_attributes() -> Iterator[Column]:
    """Make the columns of attributes."""
    yield column("name", "text", "Column of products: attributes.COLOR, options_season", (), lambda one: one["name"])
    yield column("ref", "text", "Reference, or code of the extra field", (), lambda one: one["ref"])
    yield column("label", "text", "Label", (), lambda one: one["label"])
    yield column("type", "selection", "Type: variant, or that of the extra field", (), lambda one: one["type"])
    yield column("position", "integer", "Position", (), lambda one: one["position"])


def attributes(session: Session) -> Iterator[Record]:
    """Give attributes of variants, then extra fields."""
    catalog = session.catalog
    for number, attribute in enumerate(_of_variants(session), 1):
        told = {"ref": attribute.ref, "label": attribute.label, "type": "variant", "position": number}
        yield {"name": f"attributes.{attribute.ref}", **told}
    for number, one in enumerate(catalog.extra_fields.values(), 1):
        yield {"name": one.name, "ref": one.code, "label": one.label, "type": one.type, "position": number}


def of_options() -> Iterator[Column]:
    """Make the columns of options."""
    yield column("attribute", "text", "Reference, or code of the extra field", (), lambda one: one["attribute"])
    yield column("code", "text", "Reference of the value, or key", (), lambda one: one["code"])
    yield column("label", "text", "Label", (), lambda one: one["label"])
    yield column("position", "integer", "Position", (), lambda one: one["position"])


def options(session: Session) -> Iterator[Record]:
    """Give the values of attributes of variants, then the keys of extra fields that are selections."""
    for attribute in _of_variants(session):
        for position, (number, ref) in enumerate(attribute.values.items(), 1):
            label = attribute.labels[number]
            yield {"attribute": attribute.ref, "code": ref, "label": label, "position": position}
    for one in session.catalog.extra_fields.values():
        yield from _keys(one)


def _keys(one: ExtraField) -> Iterator[Record]:
    for position, (key, label) in enumerate(one.options.items(), 1):
        yield {"attribute": one.code, "code": key, "label": label, "position": position}


def _of_variants(session: Session) -> Sequence[Any]:
    _must(session.catalog.reads_attributes, said("attributes of variants"), said("Read variants"))
    return sorted(session.catalog.attributes.values(), key=lambda one: (one.position, one.ref))


def _must(may: bool, nouns: str, right: str) -> None:
    if not may:
        raise AccessError(
            said(
                "The user of the API key of {title} may not read {nouns}. Enable '{right}' under {menu}, and its "
                "module where it is off.",
                title=TITLE,
                nouns=nouns,
                right=right,
                menu=PERMISSIONS,
            )
        )


def _translated(name: str, label: str, language: str) -> Column:
    field = Field(f"{name}@{language}", "text", f"{label} ({language})", translatable=True)

    def read(one: Mapping[str, Any]) -> str | None:
        return text(mapping(mapping(one["record"].get("multilangs")).get(language)).get(name))

    return Column(field, (), read)
