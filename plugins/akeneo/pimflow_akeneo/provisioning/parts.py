"""The parts of a checked file -> wishes: which column each value is, and where it stands. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel

from pimflow import Problem, ProblemKind, Who
from pimflow_akeneo.provisioning.form import LABEL_MARK, READ_ONLY, Category, Family, FamilyVariant, Provision
from pimflow_akeneo.provisioning.labels import chosen, unknown_languages
from pimflow_akeneo.provisioning.wish import ATTRIBUTES, Surroundings, Trail, Wish
from pimflow_akeneo.structure import resources
from pimflow_akeneo.structure.description import Resource
from pimflow_akeneo.structure.resources import LOCALE


@dataclass(frozen=True, slots=True)
class Reading:
    """Makes wishes of the parts of a file. No I/O."""

    file: Provision
    surroundings: Surroundings

    def wish(self, resource: Resource, code: str, part: BaseModel, trail: Trail) -> Wish:
        """Take the properties that are columns of the resource."""
        cells: dict[str, Any] = {}
        places: dict[str, Trail] = {}
        problems: list[Problem] = []
        is_marked = resource is ATTRIBUTES and getattr(part, READ_ONLY, False) and not self.surroundings.has_read_only
        for column in resource.columns:
            name = column.api_name if column.per else column.name
            if name not in part.model_fields_set or (column.name == READ_ONLY and not self.surroundings.has_read_only):
                continue
            value, at = getattr(part, name), (*trail, name)
            if column.per == LOCALE:
                texts = self._marked(value) if is_marked and name == "labels" else self._texts(value)
                cells |= {f"{column.name}-{locale}": text for locale, (text, _) in texts.items()}
                places |= {f"{column.name}-{locale}": (*at, key) for locale, (_, key) in texts.items()}
                problems += [_no_language(f"{column.name}-{key}") for key in self._unknown(value)]
                places |= {f"{column.name}-{key}": (*at, key) for key in self._unknown(value)}
            else:
                cells[column.name], places[column.name] = value, at
        return Wish(resource, code, trail, cells, places, problems=tuple(problems))

    def labelled(
        self, resource: Resource, code: str, labels: Mapping[str, str], trail: Trail, at: Trail, owner: str = ""
    ) -> Wish:
        """Make a record that has nothing but labels, which stand at `at`."""
        texts = self._texts(labels)
        unknown = self._unknown(labels)
        cells = {f"label-{locale}": text for locale, (text, _) in texts.items()}
        places = {f"label-{locale}": (*at, key) for locale, (_, key) in texts.items()}
        places |= {f"label-{key}": (*at, key) for key in unknown}
        return Wish(resource, code, trail, cells, places, owner, tuple(_no_language(f"label-{key}") for key in unknown))

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

    def _texts(self, labels: Mapping[str, str]) -> dict[str, tuple[str, str]]:
        """Give text and key in the file by locale."""
        keys = chosen(labels, self.surroundings.locales)
        return {locale: (labels[key], key) for locale, key in keys.items()}

    def _marked(self, labels: Mapping[str, str]) -> dict[str, tuple[str, str]]:
        """Give labels that tell what the PIM cannot: that the value comes from elsewhere."""
        forms = {locale: form for locale, (form, _) in self._texts(self.file.read_only_label).items()}
        return {
            locale: (forms.get(locale, LABEL_MARK).replace(LABEL_MARK, text), key)
            for locale, (text, key) in self._texts(labels).items()
        }

    def _unknown(self, labels: Mapping[str, str]) -> list[str]:
        return unknown_languages(labels, self.surroundings.locales)


def _no_language(field: str) -> Problem:
    reason = "the PIM knows no locale of this language"
    remedy = "Write the code of a language, such as de, or of a locale, such as de_DE."
    return Problem(reason, ProblemKind.REFERENCE, field, None, remedy, Who.ADMINISTRATOR)
