"""Whether the families that products will have know the attributes of the mapping."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pimflow import Finding, Severity, Who, said
from pimflow_akeneo.checking.subject import Subject, attributes_of, finding, listed, origins


@dataclass(frozen=True, slots=True)
class Families:
    """The families that the mapping names and the PIM has; with `only` there can be no others."""

    named: tuple[str, ...]
    only: bool
    origin: str


def named_families(subject: Subject) -> Families:
    """Give the families of the mapping, as the PIM spells them."""
    expected = subject.expected("family")
    if expected is None:
        return Families((), only=False, origin="")
    there = subject.catalog.families
    found = dict.fromkeys(there.get(str(one.value).strip().lower(), "") for one in expected.known)
    return Families(tuple(filter(None, found)), expected.only_known, origins(expected.known))


def check(subject: Subject, families: Families) -> Iterator[Finding]:
    """Tell of attributes that some of the families, or none at all, have; together of those that few have."""
    special: list[str] = []
    for name, column in attributes_of(subject):
        code = column.attribute.code
        if families.named:
            lacking = [one for one in families.named if code not in subject.catalog.family_attributes(one)]
            if len(families.named) > 2 * (len(families.named) - len(lacking)) > 0:
                special.append(name)
            elif lacking:
                yield _lacking(name, lacking, families)
        elif not _is_anywhere(code, subject):
            remedy = said("Add the attribute to the families whose products shall have it, or leave the column out.")
            yield finding(Severity.WARNING, name, said("no family has this attribute"), remedy, who=Who.PRODUCT_MANAGER)
    if special:
        reason = said(
            "less than half of the {number} families that {origin} names have {names}",
            number=len(families.named),
            origin=families.origin,
            names=listed(special, 20),
        )
        remedy = said("Nothing to do if only their products have such values; others arrive without.")
        yield finding(Severity.NOTE, None, reason, remedy)


def _is_anywhere(code: str, subject: Subject) -> bool:
    there = subject.catalog.families.values()
    return not there or any(code in subject.catalog.family_attributes(one) for one in there)


def _lacking(name: str, lacking: list[str], families: Families) -> Finding:
    number, of = len(lacking), len(families.named)
    severity = Severity.ERROR if number == of and families.only else Severity.WARNING
    remedy = said("Add the attribute to the family, or leave the column out.")
    if of == 1:
        reason = said("family '{family}' does not have this attribute", family=lacking[0])
    else:
        if number == 1:
            reason = said(
                "of {all} families that {origin} names, 1 does not have it: {names}",
                all=of,
                origin=families.origin,
                names=listed(lacking),
            )
        else:
            reason = said(
                "of {all} families that {origin} names, {number} do not have it: {names}",
                all=of,
                origin=families.origin,
                number=number,
                names=listed(lacking),
            )
        remedy = said("Add the attribute to these families if their products shall have it.")
    return finding(severity, name, reason, remedy, who=Who.PRODUCT_MANAGER)
