"""What the sinks write, each with how its keys are looked up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pimflow_odoo.existing import Found, Sought, Target, by_field, known
from pimflow_odoo.fields import label_of, number_of
from pimflow_odoo.kinds import ATTRIBUTES, CATEGORIES, OPTIONS, PRODUCTS, TEMPLATES
from pimflow_odoo.places import (
    ATTRIBUTES as ATTRIBUTE,
)
from pimflow_odoo.places import (
    TEMPLATE_CODE,
    of_attribute,
    of_category,
    of_option,
    of_product,
    of_template,
)
from pimflow_odoo.session import Record, Session
from pimflow_odoo.shapes import VALUE, VALUES

_OWNER = "attributes/"


def _products(session: Session, target: Target, sought: Sought) -> Found:
    """Look products up by their reference; two calls more where templates and attributes are asked for."""
    asked = set(sought.fields)
    told = {field for field in asked if field == TEMPLATE_CODE or field.startswith(ATTRIBUTE)}
    more = ("product_tmpl_id", VALUES) if told else ()
    found = by_field(session, target, replace(sought, fields=sorted({*asked, *more})))
    if told:
        _tell_variants(session, list(found.by_key.values()), told)
    return found


def _tell_variants(session: Session, records: Sequence[Record], told: set[str]) -> None:
    """Add to variants the code of their template, and the name of each attribute's value."""
    ids = sorted({number for record in records for number in record[VALUES]})
    asked = ["name", "attribute_id"]
    found = session.call(VALUE, "read", ids, fields=asked) if ids else []
    values: Mapping[int, Record] = {one["id"]: one for one in found}
    codes = session.codes.of(sorted({number_of(one["product_tmpl_id"]) or 0 for one in records}))
    for record in records:
        record.update(dict.fromkeys(told, False))
        record[TEMPLATE_CODE] = codes[number_of(record["product_tmpl_id"]) or 0]
        for number in record[VALUES]:
            if number in values:
                record[f"{ATTRIBUTE}{label_of(values[number]['attribute_id'])}"] = values[number]["name"]


def _templates(session: Session, target: Target, sought: Sought) -> Found:
    """Look templates up by their code."""
    ids = session.codes.ids(sought.keys)
    names = [name for name in known(session, target, sought.fields) if name != "code"]
    found = session.call(target.model, "read", sorted(ids.values()), fields=names) if ids else []
    there: Mapping[int, Record] = {one["id"]: one for one in found}
    return Found({key: {**there[number], "code": key} for key, number in ids.items() if number in there})


def options_of(attribute: str) -> Target:
    """Give the values of one attribute: what another attribute has under the same name is another one."""

    def look(session: Session, target: Target, sought: Sought) -> Found:
        return by_field(session, target, sought, [["attribute_id.name", "=", attribute]])

    return Target(OPTIONS, "name", "name", of_option, look, ("name",))


def resource_of(attribute: str) -> str:
    """Give what the core calls the values of an attribute, whose names are keys within it."""
    return f"{_OWNER}{attribute}/options"


def owner_in(resource: str) -> str:
    """Give the attribute whose values a resource is."""
    return resource.removeprefix(_OWNER).removesuffix("/options")


PRODUCTS_TARGET = Target(
    PRODUCTS,
    "default_code",
    "default_code",
    of_product,
    _products,
    ("name", "barcode", "active", "company_id"),
    archives=True,
)
TEMPLATES_TARGET = Target(TEMPLATES, "code", "code", of_template, _templates, ("name", "active"), archives=True)
CATEGORIES_TARGET = Target(CATEGORIES, "path", "complete_name", of_category, by_field)
ATTRIBUTES_TARGET = Target(ATTRIBUTES, "name", "name", of_attribute, by_field)
