"""What is wished of one record of the PIM. Plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pimflow import Problem, said
from pimflow_akeneo.provisioning.form import READ_ONLY
from pimflow_akeneo.structure import resources
from pimflow_akeneo.structure.codecs import FLAG
from pimflow_akeneo.structure.description import Column, Resource

Trail = tuple[str | int, ...]

ATTRIBUTES = replace(
    resources.ATTRIBUTES, columns=(*resources.ATTRIBUTES.columns, Column(READ_ONLY, FLAG, said("Read only")))
)
"""Attributes with the switch of the Enterprise edition, which is no column of Akeneo's CSV files."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One record as the file has it: cells by column, and for each the `place` in the file.

    `owner` is the attribute of an option, or the family of a variant.
    """

    resource: Resource
    code: str
    trail: Trail
    cells: Mapping[str, Any]
    places: Mapping[str, Trail]
    owner: str = ""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a file is read against: the locales that the PIM knows and whether each is active, and its switch."""

    locales: Mapping[str, bool]
    has_read_only: bool
