"""Makes new records: a product becomes a template with one variant, or a further variant of a template."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pimflow import Change, Problem, ProblemKind, Who, said
from pimflow_erp.jobs import Job, Values
from pimflow_tryton import calls, marks, payloads
from pimflow_tryton.catalog import TITLE
from pimflow_tryton.existing import TEMPLATES, PlaceOf, find
from pimflow_tryton.places import PRODUCT, TEMPLATE, TEMPLATE_CODE
from pimflow_tryton.session import Session

Create = Callable[[Session, PlaceOf, Sequence[Change]], dict[str, Problem]]
"""Makes records that are not there yet, and gives those that were refused."""


def creator(model: str, key: str, needs: Sequence[str], default_unit: str | None = None) -> Create:
    """Give what makes records of one model."""

    def create(session: Session, place_of: PlaceOf, new: Sequence[Change]) -> dict[str, Problem]:
        unit = _unit(place_of, default_unit)
        refused = _lacking(new, needs, unit)
        jobs = [
            Job(change.key, {key: change.key, **unit, **payloads.of_new(change, place_of, model)})
            for change in new
            if change.key not in refused
        ]
        return refused | calls.create(session, model, jobs)

    return create


def creator_of_products(default_unit: str | None) -> Create:
    """Give what makes products. One with a `template_code` becomes a variant of that template, made where it lacks."""

    def create(session: Session, place_of: PlaceOf, new: Sequence[Change]) -> dict[str, Problem]:
        unit = _unit(place_of, default_unit)
        alone = [change for change in new if not _template_code(change)]
        refused = _with_template(session, place_of, alone, unit)
        waiting = [change for change in new if _template_code(change)]
        wrong = {change.key: _not_its_code(change) for change in waiting if not _fits(change)}
        return refused | wrong | _variants(session, place_of, [one for one in waiting if one.key not in wrong], unit)

    return create


def _lacking(new: Sequence[Change], needs: Sequence[str], given: Values) -> dict[str, Problem]:
    """Tell what Tryton needs for new records and some of these do not bring."""
    refused: dict[str, Problem] = {}
    for change in new:
        lacks = [field for field in needs if field not in given and change.payload.get(field) is None]
        if lacks:
            refused[change.key] = _needed(change, lacks[0])
    return refused


def _needed(change: Change, field: str) -> Problem:
    is_unit = field == "default_uom"
    return Problem(
        said(
            "{title} needs a {label} for a new {noun}, and this one has none",
            title=TITLE,
            label=_NEEDED[field],
            noun=_NOUNS[change.resource],
        ),
        ProblemKind.MISSING,
        field,
        remedy=said("Map it, or give the target a `default_unit`.") if is_unit else said("Fill it in the source."),
        who=Who.ADMINISTRATOR if is_unit else Who.SOURCE_TEAM,
    )


_NEEDED = {"name": said("name"), "default_uom": said("default unit"), "string": said("label"), "type_": said("type")}
_NOUNS = {
    "products": said("product"),
    "templates": said("template"),
    "categories": said("category"),
    "attributes": said("attribute"),
}


def _unit(place_of: PlaceOf, default_unit: str | None) -> Values:
    place = place_of("default_uom") if default_unit is not None else None
    return {"default_uom": place.codec.write(place.codec.accept(default_unit))} if place else {}


def _with_template(session: Session, place_of: PlaceOf, new: Sequence[Change], unit: Values) -> dict[str, Problem]:
    """Make templates with one variant each."""
    refused = _lacking(new, ("name", "default_uom"), unit)
    jobs = [Job(one.key, _template(one, place_of, unit)) for one in new if one.key not in refused]
    return refused | calls.create(session, TEMPLATE, jobs)


def _variants(session: Session, place_of: PlaceOf, new: Sequence[Change], unit: Values) -> dict[str, Problem]:
    """Make variants; of those whose template lacks, the first that Tryton takes makes it."""
    refused: dict[str, Problem] = {}
    while new:
        found = find(session, TEMPLATES, sorted({_template_code(change) for change in new}))
        refused |= {
            one.key: _closed(one) for one in new if not found.get(_template_code(one), {"active": True})["active"]
        }
        first = {_template_code(one): one for one in reversed(new) if _template_code(one) not in found}
        refused |= _with_template(session, place_of, list(first.values()), unit)
        jobs = [
            Job(one.key, {"template": found[code]["id"], **_variant(one, place_of)})
            for one in new
            if (code := _template_code(one)) in found and one.key not in refused
        ]
        refused |= calls.create(session, PRODUCT, jobs)
        new = [one for one in new if _template_code(one) not in found and one not in first.values()]
    return refused


def _template(change: Change, place_of: PlaceOf, unit: Values) -> Values:
    values = payloads.of_new(change, place_of, TEMPLATE)
    code = _template_code(change) or ("" if change.mark else change.key)
    own = {"code": code} if code else {}
    return {**own, **unit, **values, "products": [["create", [_variant(change, place_of)]]]}


def _variant(change: Change, place_of: PlaceOf) -> Values:
    joins = bool(_template_code(change)) and not change.mark
    suffix = change.key.removeprefix(_template_code(change)) if joins else ""
    values = marks.put(change, payloads.of_new(change, place_of, PRODUCT))
    values.pop("code", None)
    return {**values, **({"suffix_code": suffix} if suffix else {})}


def _template_code(change: Change) -> str:
    return str(change.payload.get(TEMPLATE_CODE) or "")


def _fits(change: Change) -> bool:
    return bool(change.mark) or change.key.startswith(_template_code(change))


def _not_its_code(change: Change) -> Problem:
    return Problem(
        said("a variant's code begins with the code of its template in Tryton, and this one's does not"),
        ProblemKind.VALUE,
        TEMPLATE_CODE,
        _template_code(change),
        said("Correct one of the two codes in the source, or leave the template's code empty."),
        Who.SOURCE_TEAM,
    )


def _closed(change: Change) -> Problem:
    return Problem(
        said("its template is archived in Tryton, and takes no new variants"),
        ProblemKind.VALUE,
        TEMPLATE_CODE,
        _template_code(change),
        said("Have the template taken back into use in Tryton; the variant then goes by itself."),
        Who.SOURCE_TEAM,
    )
