"""The columns of a flow as the PIM understands them, and findings about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from pimflow import Expected, Finding, Known, Outlook, Problem, ProblemKind, Severity, Who, joined
from pimflow_akeneo.catalog import Catalog
from pimflow_akeneo.columns import Column, Property, ValueColumn
from pimflow_akeneo.kinds import Kind
from pimflow_akeneo.products.preparing.flow_columns import Columns
from pimflow_akeneo.products.preparing.rows import Preparation
from pimflow_akeneo.products.writing.owned_trees import OwnedTrees
from pimflow_akeneo.wording import enumerated


@dataclass(frozen=True)
class Subject:
    """What is checked: the columns of the outlook, `names` that understands them, and what prepares their cells.

    `trees` are those that the flow owns.
    """

    outlook: Outlook
    catalog: Catalog
    kind: Kind
    names: Columns
    preparation: Preparation
    trees: OwnedTrees

    @cached_property
    def columns(self) -> Mapping[str, Column]:
        """All columns that the PIM can take, by name."""
        return {name: column for name in self.outlook.columns if (column := self.names.known(name))}

    @cached_property
    def values(self) -> Mapping[str, ValueColumn]:
        """Those of attributes."""
        return {name: column for name, column in self.columns.items() if isinstance(column, ValueColumn)}

    def expected(self, property_name: str) -> Expected | None:
        """Give what is known of a property; None where no column is for it."""
        names = (
            name
            for name, column in self.columns.items()
            if isinstance(column, Property) and column.name == property_name
        )
        return next((self.outlook.columns[name] for name in names), None)

    def has(self, property_name: str) -> bool:
        """Tell whether there is a column for a property."""
        return self.expected(property_name) is not None


def finding(
    severity: Severity,
    field: str | None,
    reason: str,
    remedy: str,
    *,
    kind: ProblemKind = ProblemKind.REFERENCE,
    who: Who = Who.ADMINISTRATOR,
) -> Finding:
    """Make a finding that is about no value."""
    return Finding(severity, Problem(reason, kind, field, None, remedy, who))


def origins(known: Iterable[Known]) -> str:
    """Say where values stand: `the table families.csv and the default`."""
    return enumerated(dict.fromkeys(one.origin for one in known))


def listed(names: Iterable[str], most: int = 5) -> str:
    """Name the first of several."""
    found = sorted(names)
    return joined([*found[:most], *(["…"] if len(found) > most else [])], ", ") if found else ""


def attributes_of(subject: Subject) -> Iterator[tuple[str, ValueColumn]]:
    """Give one column of each attribute that the PIM has."""
    first: dict[str, tuple[str, ValueColumn]] = {}
    for name, column in subject.values.items():
        if column.attribute.code not in subject.catalog.attributes:  # it is still to be made
            continue
        first.setdefault(column.attribute.code, (name, column))
    return iter(first.values())
