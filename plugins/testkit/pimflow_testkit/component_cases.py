# ruff: noqa: D401 - the docstring of a case states the rule that it holds
"""Cases that hold for every component: its options, and what it says about itself."""

from __future__ import annotations

import json
import pickle
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr, ValidationError

from pimflow import Component, Connection, Notifier, Sink, Source, Transform
from pimflow_testkit.bench import Bench
from pimflow_testkit.leaks import assert_silent

_PART = "[a-z][a-z0-9_]*"
_TYPES: Mapping[type[Component], str] = {
    Connection: _PART,
    Transform: _PART,
    Source: rf"{_PART}\.{_PART}",
    Sink: rf"{_PART}\.{_PART}",
    Notifier: rf"{_PART}(\.{_PART})?",
}


def _kind(bench: Bench) -> type[Component]:
    return next(kind for kind in _TYPES if issubclass(bench.subject.component, kind))


def secrets_of(bench: Bench, component: BaseModel) -> list[str]:
    """Give the secrets that nothing may tell: those the author named and the component's own."""
    secrets = [*bench.subject.secrets, *(secret for _, value in component for secret in _secrets_in(value))]
    also_plain = [name for name, value in component if isinstance(value, str) and value in secrets]
    assert not also_plain, (
        f"choose other secrets for the suite: {', '.join(also_plain)} holds the same word in the open"
    )
    return secrets


def _secrets_in(value: Any) -> Iterator[str]:
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, Mapping):
        yield from (secret for one in value.values() for secret in _secrets_in(one))
    elif isinstance(value, list | tuple):
        yield from (secret for one in value for secret in _secrets_in(one))


def options_are_documented(bench: Bench) -> None:
    """Each option has a description: the reference and the editor's completion are made from it."""
    fields = bench.subject.component.model_fields
    missing = [name for name, field in fields.items() if not (field.description or "").strip()]
    assert not missing, f"options without `Field(description=…)`: {', '.join(missing)}"


def options_shadow_nothing(bench: Bench) -> None:
    """No option has the name of a method or attribute of pydantic's or pimflow's classes."""
    kind = _kind(bench)
    taken = (set(dir(BaseModel)) | set(dir(kind))) - set(kind.model_fields)
    shadowing = sorted(set(bench.subject.component.model_fields) & taken)
    assert not shadowing, f"options that hide something of {kind.__name__}: {', '.join(shadowing)}"


def options_are_frozen(bench: Bench) -> None:
    """A component cannot be changed: several threads and later runs share it."""
    component = bench.make()
    for name in type(component).model_fields:
        with pytest.raises(ValidationError):
            setattr(component, name, getattr(component, name))


def unknown_option_is_refused(bench: Bench) -> None:
    """A typo in the YAML is an error, not silence."""
    with pytest.raises(ValidationError) as caught:
        bench.make(no_such_option_anywhere="x")
    assert any(error["type"] == "extra_forbidden" for error in caught.value.errors())


def mistakes_hide_what_was_given(bench: Bench) -> None:
    """The text of a mistake does not repeat the value given, which may be a secret."""
    with pytest.raises(ValidationError) as caught:
        bench.make(no_such_option_anywhere="hush-hush-value")
    assert_silent(["hush-hush-value"], str(caught.value))


def type_has_its_form(bench: Bench) -> None:
    """`odoo` for a connection, `map` for a transform, `odoo.products` for a source or sink; both for a notifier."""
    kind, name = _kind(bench), bench.subject.component.type
    assert re.fullmatch(_TYPES[kind], name), f"type {name!r} of a {kind.__name__.lower()} does not match {_TYPES[kind]}"


def class_tells_what_it_is(bench: Bench) -> None:
    """The class has a docstring of its own: lists of plugins show its first line."""
    doc = bench.subject.component.__doc__ or ""
    assert doc.strip(), f"{bench.subject.component.__name__} has no docstring"
    assert doc not in {kind.__doc__ for kind in _TYPES}, "the docstring is the one of the class above"


def component_survives_pickling(bench: Bench) -> None:
    """Options travel to other processes; sessions and open files have no place in them."""
    component = bench.make()
    assert pickle.loads(pickle.dumps(component)) == component  # noqa: S301 - made here


def equal_options_make_equal_components(bench: Bench) -> None:
    """Two components of the same options are interchangeable."""
    assert bench.make() == bench.make()


def schema_describes_every_option(bench: Bench) -> None:
    """The JSON Schema can be made, and has every option under the name that the YAML uses."""
    component = bench.subject.component
    schema = component.model_json_schema()
    json.dumps(schema)
    expected = {field.alias or name for name, field in component.model_fields.items()}
    assert expected == set(schema.get("properties", {}))


def secrets_stay_secret(bench: Bench) -> None:
    """Neither repr nor title nor address tells a secret."""
    component = bench.make()
    said = [repr(component), str(component), component.title, component.address, component.model_dump_json()]
    assert_silent(secrets_of(bench, component), *said)


def title_reads_in_a_sentence(bench: Bench) -> None:
    """Reports write the title in the middle of a sentence."""
    title: Any = bench.make().title
    assert isinstance(title, str)
    assert title.strip() == title
    assert title, "the title is empty"
    assert "\n" not in title


CASES: Sequence[Callable[[Bench], None]] = (
    options_are_documented,
    options_shadow_nothing,
    options_are_frozen,
    unknown_option_is_refused,
    mistakes_hide_what_was_given,
    type_has_its_form,
    class_tells_what_it_is,
    component_survives_pickling,
    equal_options_make_equal_components,
    schema_describes_every_option,
    secrets_stay_secret,
    title_reads_in_a_sentence,
)
