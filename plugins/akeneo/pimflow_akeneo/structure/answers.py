"""What the PIM's answer to one line means: a status, and problems in plain words naming column and value. No I/O."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pimflow import Problem, ProblemKind, Status, Who, said
from pimflow_akeneo.bulk import Answer
from pimflow_akeneo.statuses import NO_ANSWER, Meaning, sentence, settled
from pimflow_akeneo.structure.description import Column, Place, Resource

_PROPERTY = re.compile(r"^Property [\"'`“](\w+)[\"'`”]")
_ABSENT = re.compile(r"The (?:given )?([a-z ]+?) does not exist[^\"“]*(?:[\"“](.*)[\"”] given)?")
_LOCALE = re.compile(r"^The locale [\"“](.+)[\"”] does not exist")
_ABSENT_ATTRIBUTE = re.compile(r"^The attribute [\"“](.+)[\"”] does not exist")
_MEMBERSHIP = re.compile(
    r"^[\"“](\w+)[\"”] attribute cannot be added .* not an attribute of the [\"“](\w+)[\"”] family"
)
_TOO_LONG = re.compile(r"too long\. It should have (\d+) characters? or less")
_CHANNEL = re.compile(r"channel [\"“](\w+)[\"”]")
_LEVEL = re.compile(r"attribute_set_(\d)")
_ATTRIBUTE = re.compile(r"[Aa]ttribute [\"“](\w+)[\"”]|[\"“](\w+)[\"”] attribute")
_COMING = frozenset({"attribute", "attribute group", "category", "channel", "family", "measurement family"})
"""What another record of the same pipeline may bring; locales, currencies and types of attributes are the PIM's own."""

_NOUNS: Mapping[str, str] = {
    str(noun): noun
    for noun in (
        said("attribute"),
        said("attribute group"),
        said("category"),
        said("channel"),
        said("family"),
        said("measurement family"),
        said("locale"),
        said("currency"),
    )
}
"""What the PIM names in its answers, as it is told in other languages."""

_CORRECT = said("Correct it in the source; it will then arrive by itself.")
_CREATE = said("The PIM's API creates none: choose one that exists, or ask your administrator.")
Payload = Mapping[str, Any]
Verdict = tuple[Status, tuple[Problem, ...]]


@dataclass(frozen=True, slots=True)
class _Told:
    """One of the errors of a line: its message without advice, the columns that it is about, their first value."""

    message: str
    places: tuple[Place, ...]
    payload: Payload

    @property
    def name(self) -> str | None:
        """Give the column that a person has to look at."""
        return self.places[0].name if self.places else None

    def value(self) -> Any:
        """Give what the source says there."""
        return shown(self.places[0].column, self.payload.get(self.places[0].name)) if self.places else None


def judge(answer: Answer | None, payload: Payload, resource: Resource) -> Verdict:
    """Understand the answer to one line that carried `payload`."""
    if answer is None:
        return NO_ANSWER
    known = settled(answer, resource.noun[0], _MEANINGS)
    if known is not None:
        return known
    if answer.status == 404 and resource.owner:
        return Status.WAITING, (absent(resource.owner.name, None, resource.owner.words.lower(), answer.message),)
    errors = answer.errors or ({"message": answer.message},)
    found = [_problem(error, payload, resource) for error in errors]
    waiting = all(_may_come(problem) for problem in found)
    return (Status.WAITING if waiting else Status.REFUSED), tuple(dict.fromkeys(found))


_MEANINGS: Mapping[int, Meaning] = {
    403: Meaning(
        Status.REFUSED,
        ProblemKind.PERMISSION,
        said("the user of the connection may not write this {noun}"),
        said("Your administrator can grant the right under System > Roles > Web API permissions."),
    ),
}


def absent(column: str, code: str | None, noun: str, message: str = "") -> Problem:
    """Tell that the PIM does not have what a column names."""
    noun = _NOUNS.get(noun, noun)
    remedy = said("It goes by itself once that {noun} is there.", noun=noun) if noun in _COMING else _CREATE
    who = Who.PRODUCT_MANAGER if noun in _COMING else Who.ADMINISTRATOR
    return Problem(
        said("the PIM has no such {noun}", noun=noun), ProblemKind.REFERENCE, column, code, remedy, who, message
    )


def shown(column: Column, value: Any) -> Any:
    """Give a value as the source would write it."""
    return None if value is None else column.codec.cell(value)


def _may_come(problem: Problem) -> bool:
    return problem.kind is ProblemKind.REFERENCE and problem.who is Who.PRODUCT_MANAGER


def _problem(error: Mapping[str, Any], payload: Payload, resource: Resource) -> Problem:
    message = str(error.get("message", ""))
    told = _Told(sentence(message), tuple(_places(error, message, payload, resource)), payload)
    for understand in _UNDERSTANDING:
        problem = understand(told)
        if problem is not None:
            return problem
    return Problem(
        said("the PIM says: {message}", message=told.message),
        ProblemKind.VALUE,
        told.name,
        told.value(),
        _CORRECT,
        Who.PRODUCT_MANAGER,
        message,
    )


def _places(error: Mapping[str, Any], message: str, payload: Payload, resource: Resource) -> Iterator[Place]:
    """Give the columns that an error is about: of several with one property those that its text names, if any."""
    quoted = _PROPERTY.match(message)
    about = str(error.get("property") or (quoted[1] if quoted else ""))
    level = _LEVEL.match(about)
    about = "variant_attribute_sets" if level else "labels" if about.startswith("translations[") else about
    if about == "code":
        yield Place(resource.KEY)
        return
    places = [place for name in payload if (place := resource.place(name)) and place.column.api_name == about]
    if not places and about in resource.by_name:
        places = [Place(resource.by_name[about])]
    named = [place for place in places if _is_named(place, message, payload, level[1] if level else "")]
    yield from named or places


def _is_named(place: Place, message: str, payload: Payload, level: str) -> bool:
    """Tell whether the text of an error names the locale, the channel, the level or the member of a column."""
    longest, channel, locale = _TOO_LONG.search(message), _CHANNEL.search(message), _LOCALE.match(message)
    value = payload.get(place.name)
    if place.column.api_name == "labels" and longest:
        return len(str(value or "")) > int(longest[1])
    if channel or locale:
        return place.part in {found[1] for found in (channel, locale) if found}
    absent_code = _ABSENT.search(message)
    codes = {code for pair in _ATTRIBUTE.findall(message) for code in pair if code}
    codes |= {absent_code[2]} if absent_code and absent_code[2] else set()
    at_level = not level or level == str(place.column.level)
    is_member = isinstance(value, list) and bool(codes.intersection(value))
    return at_level and (is_member or place.part in codes)


def _absent_thing(told: _Told) -> Problem | None:
    found = _ABSENT.search(told.message)
    if found is None or _LOCALE.match(told.message):
        return None
    value = found[2] or told.value()
    return absent(told.name or found[1], value, found[1], told.message)


def _absent_locale(told: _Told) -> Problem | None:
    found = _LOCALE.match(told.message)
    return absent(told.name or "label", found[1], "locale", told.message) if found else None


def _absent_attribute(told: _Told) -> Problem | None:
    found = _ABSENT_ATTRIBUTE.match(told.message)
    return absent(told.name, found[1], "attribute", told.message) if found and told.name else None


def _metric_family(told: _Told) -> Problem | None:
    if "valid metric family" not in told.message:
        return None
    return absent("metric_family", told.payload.get("metric_family"), "measurement family", told.message)


def _outside_the_family(told: _Told) -> Problem | None:
    found = _MEMBERSHIP.match(told.message)
    if found is None:
        return None
    remedy = said("Add it to the family, or take it out of the family variant; it goes by itself then.")
    reason = said("family '{family}' does not have this attribute", family=found[2])
    who = Who.PRODUCT_MANAGER
    return Problem(reason, ProblemKind.REFERENCE, told.name, found[1], remedy, who, told.message)


def _unchangeable(told: _Told) -> Problem | None:
    if "cannot be changed" not in told.message:
        return None
    reason = said("the PIM keeps this for ever as it was created")
    if told.name == "code":
        reason = said("the PIM has this code in other letter case, and keeps it for ever")
    return Problem(reason, ProblemKind.VALUE, told.name, told.value(), _CORRECT, Who.PRODUCT_MANAGER, told.message)


def _below_itself(told: _Told) -> Problem | None:
    if "child as parent" not in told.message:
        return None
    reason = said("this category is below the record itself, and so cannot be its parent")
    parent = told.payload.get("parent")
    return Problem(reason, ProblemKind.VALUE, "parent", parent, _CORRECT, Who.PRODUCT_MANAGER, told.message)


def _missing(told: _Told) -> Problem | None:
    if "should not be blank" not in told.message and "should not be null" not in told.message:
        return None
    reason = said("the record has none, and the PIM needs one")
    remedy = said("Fill it in the source; it will then arrive by itself.")
    return Problem(reason, ProblemKind.MISSING, told.name, None, remedy, Who.PRODUCT_MANAGER, told.message)


def _too_long(told: _Told) -> Problem | None:
    found = _TOO_LONG.search(told.message)
    if found is None:
        return None
    value = told.value()
    reason = said("the PIM takes {most}", most=found[1])
    if value:
        number = len(str(value))
        reason = said("the text has {number} characters; the PIM takes {most}", number=number, most=found[1])
    remedy = said("Shorten it in the source.")
    return Problem(reason, ProblemKind.TOO_LARGE, told.name, value, remedy, Who.PRODUCT_MANAGER, told.message)


_UNDERSTANDING: tuple[Callable[[_Told], Problem | None], ...] = (
    _absent_locale,
    _absent_thing,
    _absent_attribute,
    _metric_family,
    _outside_the_family,
    _unchangeable,
    _below_itself,
    _missing,
    _too_long,
)
