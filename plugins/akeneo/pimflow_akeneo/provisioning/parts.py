"""The parts of a checked file -> wishes: which column each value is, and where it stands. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import BaseModel

from pimflow import Problem, ProblemKind, Who, said
from pimflow_akeneo.provisioning.form import LABEL_MARK, READ_ONLY, Category, Family, FamilyVariant, Provision
from pimflow_akeneo.provisioning.labels import chosen, unknown_languages
from pimflow_akeneo.provisioning.wish import ATTRIBUTES, Surroundings, Trail, Wish
from pimflow_akeneo.structure import resources
from pimflow_akeneo.structure.description import Resource
from pimflow_akeneo.structure.resources import LOCALE


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns of one record, as they are found."""

    cells: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Trail] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def wish(self, resource: Resource, code: str, trail: Trail, owner: str = "") -> Wish:
        return Wish(resource, code, trail, self.cells, self.places, owner, tuple(self.problems))


@dataclass(frozen=True, slots=True)
class Reading:
    """Makes wishes of the parts of a file."""

    file: Provision
    surroundings: Surroundings

    def wish(self, resource: Resource, code: str, part: BaseModel, trail: Trail) -> Wish:
        """Take the properties that are columns of the resource."""
        found = _Columns()
        has_switch = self.surroundings.has_read_only
        is_marked = resource is ATTRIBUTES and getattr(part, READ_ONLY, False) and not has_switch
        for column in resource.columns:
            name = column.api_name if column.per else column.name
            if name not in part.model_fields_set or (name == READ_ONLY and not has_switch):
                continue
            value, at = getattr(part, name), (*trail, name)
            if column.per == LOCALE:
                self._take(found, column.name, value, at, is_marked=is_marked and name == "labels")
            else:
                found.cells[column.name], found.places[column.name] = value, at
        return found.wish(resource, code, trail)

    def labelled(
        self, resource: Resource, code: str, labels: Mapping[str, str], trail: Trail, at: Trail, owner: str = ""
    ) -> Wish:
        """Make a record that has nothing but labels, which stand at `at`."""
        found = _Columns()
        self._take(found, "label", labels, at)
        return found.wish(resource, code, trail, owner)

    def categories(self, found: Mapping[str, Category], trail: Trail, parent: str | None) -> Iterator[Wish]:
        """Give a tree, parents first; the parent of those at the top is left as it is."""
        for code, category in found.items():
            at = (*trail, code)
            wish = self.wish(resources.CATEGORIES, code, category, at)
            above = {} if parent is None else {"parent": parent}
            yield replace(wish, cells={**above, **wish.cells}, places={"parent": at, **wish.places})
            yield from self.categories(category.children, (*at, "children"), code)

    def family(self, code: str, family: Family, trail: Trail) -> Wish:
        """Take a family with its requirements by channel."""
        wish = self.wish(resources.FAMILIES, code, family, trail)
        required = {f"requirements-{channel}": list(codes) for channel, codes in family.requirements.items()}
        places = {f"requirements-{channel}": (*trail, "requirements", channel) for channel in family.requirements}
        return replace(wish, cells={**wish.cells, **required}, places={**wish.places, **places})

    def variant(self, code: str, variant: FamilyVariant, trail: Trail, family: str) -> Wish:
        """Take a family variant with its levels."""
        wish = self.labelled(resources.FAMILY_VARIANTS, code, variant.labels, trail, (*trail, "labels"), family)
        cells, places = dict(wish.cells), dict(wish.places)
        for number, level in enumerate(variant.levels, 1):
            at = (*trail, "levels", number - 1)
            cells[f"variant-axes_{number}"], places[f"variant-axes_{number}"] = list(level.axes), (*at, "axes")
            if level.attributes:
                cells[f"variant-attributes_{number}"] = list(level.attributes)
                places[f"variant-attributes_{number}"] = (*at, "attributes")
        return replace(wish, cells=cells, places=places)

    def _take(
        self, found: _Columns, column: str, labels: Mapping[str, str], at: Trail, *, is_marked: bool = False
    ) -> None:
        """Take the texts of a column that has one for each locale."""
        texts = self._texts(labels)
        forms = self._texts(self.file.read_only_label) if is_marked else {}
        for locale, (key, text) in texts.items():
            form = forms[locale][1] if locale in forms else LABEL_MARK
            found.cells[f"{column}-{locale}"] = form.replace(LABEL_MARK, text)
            found.places[f"{column}-{locale}"] = (*at, key)
        for key in unknown_languages(labels, self.surroundings.locales):
            found.places[f"{column}-{key}"] = (*at, key)
            found.problems.append(_no_language(f"{column}-{key}"))

    def _texts(self, labels: Mapping[str, str]) -> dict[str, tuple[str, str]]:
        """Give by locale the key in the file, and its text."""
        keys = chosen(labels, self.surroundings.locales)
        return {locale: (key, labels[key]) for locale, key in keys.items()}


def _no_language(field: str) -> Problem:
    reason = said("the PIM knows no locale of this language")
    remedy = said("Write the code of a language, such as de, or of a locale, such as de_DE.")
    return Problem(reason, ProblemKind.REFERENCE, field, None, remedy, Who.ADMINISTRATOR)
