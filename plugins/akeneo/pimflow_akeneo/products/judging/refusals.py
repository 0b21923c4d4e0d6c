"""What the PIM's refusals of whole records mean, in the product manager's words. No I/O.

The PIM's own texts are those of its community edition; a text that is not known here is told as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pimflow import Lead, Problem, ProblemKind, Who, said
from pimflow_akeneo.kinds import Kind
from pimflow_akeneo.products.judging.missing_references import about, shown
from pimflow_akeneo.statuses import sentence
from pimflow_akeneo.wording import filled

TAKEN = re.compile(r"\balready\b|\bsame\b", re.IGNORECASE)
_CHANGE_ONE = said("Decide with the product manager which of the two is right, and change the other.")
_CORRECT = said("Correct it at the source, or ask your administrator to change the mapping; it will then arrive.")


@dataclass(frozen=True, slots=True)
class Rule:
    """How to tell one kind of refusal. Texts may name groups of the pattern, and `{noun}`."""

    pattern: str
    field: str
    reason: str
    remedy: str
    kind: ProblemKind = ProblemKind.VALUE
    who: Who = Who.SOURCE_TEAM
    lead: Lead = Lead.COLUMN


_RULES: tuple[Rule, ...] = (
    Rule(
        r'for the attribute axis "(?P<axes>[^"]+)" .*as the (?:variant )?(?P<level>product model|product) '
        r'"(?P<sibling>[^"]+)" already has',
        "{axes}",
        said("{level} {sibling} of the same model already has this option"),
        said("Decide with the ERP team which one is right."),
        ProblemKind.DUPLICATE,
        Who.PRODUCT_MANAGER,
        Lead.RECORD,
    ),
    Rule(
        r'Attribute "(?P<axis>\w+)" cannot be empty, as it is defined as an axis',
        "{axis}",
        said("the {noun} has none, and it is what tells the variants of a model apart"),
        said("Fill it in the source; the {noun} then goes by itself."),
        ProblemKind.MISSING,
    ),
    Rule(
        r"cannot have product model \"(?P<parent>.+)\" as parent",
        "parent",
        said("that product model has further product models below it, and no products"),
        said("Name the product model of the lowest level."),
    ),
    Rule(
        r'product model "(?P<code>.+)" cannot have a parent',
        "parent",
        said("its family variant has one level, so no product model stands below another"),
        said("Name no product model above it, or choose a family variant with two levels."),
    ),
    Rule(
        r"The new parent of the product model must be of the same family variant",
        "parent",
        said("that product model has another family variant"),
        said("Name a product model of the same family variant."),
    ),
    Rule(
        r"The new parent of the product model must be a root product model",
        "parent",
        said("that product model stands below another one itself"),
        said("Name a product model of the highest level."),
    ),
    Rule(
        r"The parent is not a product model of the family variant \"(?P<variant>[^\"]+)\" "
        r"but belongs to the family \"(?P<other>[^\"]+)\"",
        "parent",
        said("that product model has family variant '{other}', and this one should have '{variant}'"),
        said("Correct the family variant, or name another product model."),
    ),
    Rule(
        r'Property "parent" cannot be modified, "NULL" given',
        "parent",
        said("the PIM never takes a product model out of the one above it"),
        said("Name the product model above it, or create it anew under another code."),
    ),
    Rule(
        r'Property "parent" cannot be modified',
        "parent",
        said("the PIM never puts a product model of the highest level below another one"),
        said("Name no product model above it, or create it anew under another code."),
    ),
    Rule(
        r'Property "family_variant" cannot be modified',
        "family_variant",
        said("the product model has another one, and the PIM never changes it"),
        said(
            "Go on with the family variant that it has in the PIM; or create a product model under another code "
            "and move its variants there."
        ),
        who=Who.PRODUCT_MANAGER,
    ),
    Rule(
        r"family variant must not be empty|\"family_variant\" does not expect an empty value",
        "family_variant",
        said("a product model needs one"),
        said("Fill it in the source, or have your administrator map one; it will then arrive by itself."),
        ProblemKind.MISSING,
    ),
    Rule(
        r"variant product family must be the same than its parent",
        "family",
        said("a variant has the family of its product model, which is another one"),
        said("Correct the family, or name another product model."),
    ),
    Rule(
        r"The family cannot be \"null\"",
        "family",
        said("a variant cannot be without family"),
        said("Give it the family of its product model."),
    ),
    Rule(
        r"The version of the uuid",
        "uuid",
        said("the PIM takes uuids of version 4 only"),
        said("Leave the uuid empty; the PIM then makes one."),
        who=Who.ADMINISTRATOR,
    ),
)


def refusal(error: Mapping[str, Any], payload: Mapping[str, Any], key: str, kind: Kind) -> Problem:
    """Tell why a record was refused as a whole."""
    message = str(error.get("message", ""))
    for rule in _RULES:
        if found := re.search(rule.pattern, message):
            return _told(rule, found, payload, kind)
    named = about(error)
    key = payload.get("identifier") or key  # a product that gets another identifier goes under its uuid
    if named in {"identifier", "code", "values"} and TAKEN.search(message):
        return taken("identifier" if kind.has_identifier else kind.key, key, message, kind)
    reason = said("the PIM says: {message}", message=sentence(message))
    value = key if named in {"identifier", "code"} else shown(payload.get(named))
    return Problem(reason, ProblemKind.VALUE, named or None, value, _CORRECT, detail=message)


def value_problem(error: Mapping[str, Any], name: str, payload: Mapping[str, Any], kind: Kind) -> Problem:
    """Tell why one value was not taken."""
    message, value = str(error["message"]), shown(payload[name])
    if TAKEN.search(message):
        return taken(name, value, message, kind)
    reason = said("the PIM does not take it: {message}", message=sentence(message))
    return Problem(reason, ProblemKind.VALUE, name, value, _CORRECT, detail=message)


def taken(field: str, value: Any, message: str, kind: Kind) -> Problem:
    """Tell that another record has a value which only one may have."""
    reason = said("another {noun} in the PIM already has this value", noun=kind.noun[0])
    return Problem(reason, ProblemKind.DUPLICATE, field, value, _CHANGE_ONE, detail=message)


def _told(rule: Rule, found: re.Match[str], payload: Mapping[str, Any], kind: Kind) -> Problem:
    words = {**found.groupdict(), "noun": kind.noun[0]}
    if "level" in words:
        words["level"] = said("variant") if words["level"] == "product" else said("product model")
    field = rule.field.format(**words)
    return Problem(
        filled(rule.reason, **words),
        rule.kind,
        field,
        shown(payload.get(field)),
        filled(rule.remedy, **words),
        rule.who,
        detail=found.string,
        lead=rule.lead,
    )
