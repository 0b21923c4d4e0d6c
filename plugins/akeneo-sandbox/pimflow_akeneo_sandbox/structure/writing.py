"""How structure entities are written: a payload put over an entity, checks, and what they say."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pimflow_akeneo_sandbox import php
from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.errors import UnknownPropertyError, Violation, expects, expects_valid_data
from pimflow_akeneo_sandbox.store import Store

BLANK = "This value should not be blank."
FIXED = "This property cannot be changed."
TAKEN = "This value is already used."
ONE_OR_MORE = "This collection should contain 1 element or more."
WORD = re.compile(r"^[a-zA-Z0-9_]+$")

# entity and data in, entity with the data out; raises PropertyError
Setter = Callable[[Store, Record, Any], Record]
Checks = Callable[[Store, Record, Record | None], Iterable[Violation]]
# keeps the entity and brings others in line with it
Keep = Callable[[Store, Record, Record | None], None]


@dataclass(frozen=True)
class Writing:
    """The properties of a kind, those that are ignored or fixed, the rule for codes and further checks.

    `before` are checks of the whole entity, `after` those of its properties behind the code; each of `later` runs
    only when nothing was found before it. `label_property` tells of a label too long `at` its place.
    """

    setters: Mapping[str, Setter]
    code_message: str
    keep: Keep
    code_pattern: re.Pattern[str] = WORD
    longest_code: int = 100
    ignored: frozenset[str] = frozenset()
    fixed: tuple[str, ...] = ("code",)
    before: tuple[Checks, ...] = ()
    after: tuple[Checks, ...] = field(default_factory=tuple)
    later: tuple[Checks, ...] = ()
    label_property: str = "translations[{at}].label"
    longest_label: int = 100


def put_over(writing: Writing, store: Store, record: Record, data: Mapping[str, Any]) -> Record:
    """Return the entity with the payload put over it. Raises PropertyError."""
    for name, value in data.items():
        if name in writing.ignored:
            continue
        setter = COMMON.get(name) if name not in writing.setters else writing.setters[name]
        if setter is None:
            raise UnknownPropertyError(name)
        record = setter(store, record, value)
    return record


def violations(
    writing: Writing, store: Store, record: Record, old: Record | None, *, taken: bool
) -> Iterator[Violation]:
    """All that is wrong: uniqueness, fixed properties, whole entity, code, then the properties."""
    found = list(_first_violations(writing, store, record, old, taken=taken))
    for check in writing.later:
        if found:
            break
        found += check(store, record, old)
    yield from found


def _first_violations(
    writing: Writing, store: Store, record: Record, old: Record | None, *, taken: bool
) -> Iterator[Violation]:
    if taken:
        yield Violation("code", TAKEN)
    for name in writing.fixed if old is not None else ():
        if old and old.get(name) is not None and old[name] != record.get(name):
            yield Violation(name, FIXED)
    for check in writing.before:
        yield from check(store, record, old)
    yield from _code_faults(writing, record.get("code"))
    for check in writing.after:
        yield from check(store, record, old)
    yield from _label_faults(writing, store, record)


def _code_faults(writing: Writing, code: Any) -> Iterator[Violation]:
    if code is None or code == "":
        yield Violation("code", BLANK)
        return
    if not writing.code_pattern.match(str(code)):
        yield Violation("code", writing.code_message)
    if len(str(code)) > writing.longest_code:
        yield Violation("code", f"This value is too long. It should have {writing.longest_code} characters or less.")


def _label_faults(writing: Writing, store: Store, record: Record) -> Iterator[Violation]:
    """Labels of locales that do not exist, and labels that are too long."""
    for at, (locale, label) in enumerate(record.get("labels", {}).items()):
        if store.get("locales", locale) is None:
            yield Violation("labels", f'The locale "{locale}" does not exist.')
        if len(label) > writing.longest_label:
            message = f"This value is too long. It should have {writing.longest_label} characters or less."
            yield Violation(writing.label_property.format(at=at), message)


def array(name: str, data: Any) -> list[Any]:
    """Return the members of a list or object of scalars. Raises PropertyError."""
    if not php.is_array(data):
        raise expects(name, "an array", php.type_name(data))
    for member in php.items_of(data):
        if member is not None and not php.is_scalar(member):
            raise expects_valid_data(name, f'one of the "{name}" values is not a scalar')
    return php.items_of(data)


def plain(name: str) -> Setter:
    """Return a setter that takes any scalar."""

    def put(_store: Store, record: Record, data: Any) -> Record:
        if data is not None and not php.is_scalar(data):
            raise expects(name, "a scalar", php.type_name(data))
        return {**record, name: data}

    return put


def texts_by_locale(name: str) -> Setter:
    """Return a setter that merges texts per locale; null and empty texts remove."""

    def put(store: Store, record: Record, data: Any) -> Record:
        array(name, data)
        kept = dict(record.get(name) or {})
        for locale, text in data.items() if isinstance(data, dict) else ():
            known = store.get("locales", locale)
            code = known["code"] if known else locale
            if text is None or text == "":
                kept.pop(code, None)
            else:
                kept[code] = php.to_text(text)
        return {**record, name: kept}

    return put


COMMON: dict[str, Setter] = {"code": plain("code"), "labels": texts_by_locale("labels")}


def type_fault(name: str, value: Any, kind: str) -> Iterator[Violation]:
    """Return a value that is not of the type `bool`, `numeric` or `string`."""
    fits = {"bool": isinstance(value, bool), "string": isinstance(value, str)}.get(kind, php.is_numeric(value))
    if value is None:
        yield Violation(name, "This value should not be null.")
    elif not fits:
        yield Violation(name, f"This value should be of type {kind}.")


def not_decimal(name: str, value: Any) -> Iterator[Violation]:
    """Return a number with a fraction."""
    if php.is_numeric(value) and float(value) != int(float(value)):
        yield Violation(name, "This value should not be a decimal.")
