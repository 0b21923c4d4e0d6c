"""Writing of family variants."""

from collections.abc import Iterator
from typing import Any

from pimflow_akeneo_sandbox import php
from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.errors import PropertyError, Violation, expects, expects_entity, expects_valid_data
from pimflow_akeneo_sandbox.store import Store
from pimflow_akeneo_sandbox.structure.writing import COMMON, Writing
from pimflow_akeneo_sandbox.values import kinds

SETS = "variant_attribute_sets"
AXIS_TYPES = frozenset({kinds.METRIC, kinds.SELECT, kinds.BOOLEAN, kinds.REFERENCE})
MOST_LEVELS, MOST_AXES = 2, 5


def _code(_store: Store, record: Record, data: Any) -> Record:
    if not isinstance(data, str):
        raise expects("code", "a string", php.type_name(data))
    return {**record, "code": data}


def _labels(store: Store, record: Record, data: Any) -> Record:
    if php.is_array(data) and any(label is not None and not php.is_scalar(label) for label in php.items_of(data)):
        raise expects_valid_data("labels", "one of the labels is not a scalar")
    return COMMON["labels"](store, record, data)


def _sets(store: Store, record: Record, data: Any) -> Record:
    objects = PropertyError(f'Property "{SETS}" expects an array of objects as data.')
    if not php.is_array(data):
        raise objects
    given = php.items_of(data)
    if not all(php.is_array(one) for one in given):
        raise objects
    numbers = [one["level"] for one in given if isinstance(one, dict) and isinstance(one.get("level"), int)]
    if record.get("is_old") and max(numbers, default=0) != len(record[SETS]):
        raise PropertyError("The number of variant attribute sets cannot be changed.")
    levels = {one["level"]: one for one in record[SETS]}
    for one in given:
        if not isinstance(one, dict) or one.get("level") is None:
            continue
        level = one["level"]
        for name in ("axes", "attributes"):
            if one.get(name) is not None and not php.is_array(one[name]):
                raise expects(f'{name}" in the property "{SETS}', "an array", php.type_name(one[name]))
        if not isinstance(level, int) or isinstance(level, bool):
            raise expects(f'level" in the property "{SETS}', "an integer", php.type_name(level))
        old = levels.get(level, {"level": level, "axes": [], "attributes": []})
        levels[level] = {
            "level": level,
            "axes": _codes(store, one["axes"], level) if one.get("axes") is not None else old["axes"],
            "attributes": _codes(store, one["attributes"], level)
            if one.get("attributes") is not None
            else old["attributes"],
        }
    return {**record, SETS: [_whole(levels[level]) for level in sorted(levels)]}


def _whole(level: Record) -> Record:
    """Axes are attributes of their level, behind those that are named."""
    return {**level, "attributes": list(dict.fromkeys([*level["attributes"], *level["axes"]]))}


def _codes(store: Store, codes: Any, level: int) -> list[str]:
    found = []
    for code in php.items_of(codes):
        attribute = store.get("attributes", code)
        if attribute is None:
            because = "The attribute does not exist"
            raise expects_entity(f"attribute_set_{level}", "attribute code", because, php.to_text(code))
        found.append(attribute["code"])
    return found


def _faults(store: Store, record: Record, old: Record | None) -> Iterator[Violation]:
    if not record[SETS]:
        yield Violation(SETS, "There should be at least one level defined in the family variant")
        return
    yield from _fixed_axes(record, old)
    yield from _axis_faults(store, record)
    yield from _attribute_faults(store, record)
    yield from _level_faults(record)


def _fixed_axes(record: Record, old: Record | None) -> Iterator[Violation]:
    before = {one["level"]: one["axes"] for one in old[SETS]} if old else {}
    for one in record[SETS]:
        if one["level"] in before and set(before[one["level"]]) != set(one["axes"]):
            yield Violation(SETS, f'Variant axes cannot be modified for the level "{one["level"]}"')


def _axis_faults(store: Store, record: Record) -> Iterator[Violation]:
    every = [axis for one in record[SETS] for axis in one["axes"]]
    for axis in every:
        attribute = store.need("attributes", axis)
        if attribute["localizable"] or attribute["scopable"] or attribute["available_locales"]:
            message = f'Variant axes "{axis}" cannot be localizable, not scopable and not locale specific'
            yield Violation(SETS, message, rule="localizable axis")
        if attribute["unique"]:
            message = f'Variant axes "{axis}" cannot be unique or an identifier'
            yield Violation(SETS, message, rule="unique axis")
        if attribute["type"] not in AXIS_TYPES:
            message = (
                f'Variant axes "{axis}" must be a boolean, a simple select, a simple reference data or a measurement'
            )
            yield Violation(SETS, message, rule="type of axis")
        if any(axis in one["attributes"] and axis not in one["axes"] for one in record[SETS]):
            message = (
                f'Attribute "{axis}" must be set as attribute in the same variant attribute set it was set as axis'
            )
            yield Violation(SETS, message, rule="level of axis")
    twice = _repeated(every)
    if twice:
        message = f'Variant axes must be unique, "{"".join(twice)}" are used several times in variant attributes sets'
        yield Violation(SETS, message)


def _attribute_faults(store: Store, record: Record) -> Iterator[Violation]:
    members = store.family_attributes(record["family"])
    every = [code for one in record[SETS] for code in one["attributes"]]
    last = record[SETS][-1]["attributes"]
    for code in every:
        if code not in members:
            message = (
                f'"{code}" attribute cannot be added to "{record["code"]}" family variant, '
                f'as it is not an attribute of the "{record["family"]}" family'
            )
            yield Violation(SETS, message, rule="not in family")
        if store.need("attributes", code)["unique"] and code not in last:
            message = f'Unique attribute "{code}" must be set at the product level'
            yield Violation(SETS, message, rule="unique above")
    twice = _repeated(every)
    if twice:
        message = f'Attributes must be unique, "{",".join(twice)}" are used several times in variant attributes sets'
        yield Violation(SETS, message)


def _repeated(codes: list[str]) -> list[str]:
    return [code for at, code in enumerate(codes) if code in codes[:at]]


def _level_faults(record: Record) -> Iterator[Violation]:
    by_level = {one["level"]: one for one in record[SETS]}
    highest = max(by_level)
    if highest > MOST_LEVELS:
        yield Violation(SETS, f'Family variant cannot have more than "{MOST_LEVELS}" level')
    for level in range(1, highest + 1):
        if level not in by_level:
            message = f'There is no variant attribute set for level "{level}"'
            yield Violation(SETS, message, rule="no level")
        elif len(by_level[level]["axes"]) > MOST_AXES:
            yield Violation(SETS, f"A variant attribute set cannot have more than {MOST_AXES} axes")
        elif not by_level[level]["axes"]:
            message = (
                f'There should be at least one attribute defined as axis for the attribute set for level "{level}"'
            )
            yield Violation(SETS, message, rule="no axis")


def with_unique_below(store: Store, record: Record) -> Record:
    """Return the variant with the unique attributes of its family on the lowest level, where the PIM puts them."""
    if not record[SETS]:
        return record
    named = {code for one in record[SETS] for code in one["attributes"]}
    missing = [
        code
        for code in sorted(store.family_attributes(record["family"]))
        if store.need("attributes", code)["unique"] and code not in named
    ]
    last = record[SETS][-1]
    return {**record, SETS: [*record[SETS][:-1], {**last, "attributes": [*last["attributes"], *missing]}]}


def _keep(store: Store, record: Record, _old: Record | None) -> None:
    kept = {name: value for name, value in record.items() if name != "is_old"}
    store.put("family_variants", kept)


FAMILY_VARIANT = Writing(
    setters={"code": _code, "labels": _labels, SETS: _sets},
    code_message="Family variant code may contain only letters, numbers and underscores",
    keep=_keep,
    before=(_faults,),
)
