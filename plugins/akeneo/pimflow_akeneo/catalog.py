"""The PIM's model, read from it once, piece by piece, when somebody asks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Protocol, TypeVar, cast
from urllib.parse import quote

from pimflow import RemoteError, said
from pimflow_akeneo.model import IDENTIFIER, Attribute, Channel, Family, FamilyVariant, Model
from pimflow_akeneo.planned import Planned

T = TypeVar("T")

_AT_ONCE = 4
_CONCERNED: Mapping[str, tuple[str, ...]] = {
    "attributes": ("model",),
    "association-types": ("model",),
    "channels": ("model", "locales"),
}
"""List -> what else a write to it changes: a channel activates its locales."""


class Reads(Protocol):
    """What the catalogue needs of a session."""

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """Give one decoded answer."""

    def pages(self, path: str, params: Mapping[str, str] | None = None) -> Iterator[dict[str, Any]]:
        """Give the items of a list."""


class Catalog:
    """Grows with the PIM's model, never with its products. Safe for several threads.

    In a plan it is the model as a run would have it by then.
    """

    def __init__(self, session: Reads) -> None:
        self._session = session
        self._lock = threading.RLock()
        self._loaded: dict[str, Any] = {}
        self._reading: dict[str, threading.RLock] = {}
        """Each part is read by one thread; others that ask for it wait, and those that ask for other parts do not."""
        self._written = 0
        """Counts what made known parts old: what was read meanwhile may be old as well, and is not kept."""
        self._planned = Planned()

    def read(self, *parts: Callable[[], Any]) -> list[Any]:
        """Read several parts at the same time, as far as the PIM takes it. Raises FlowError as the first of them."""
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="pimflow-model") as pool:
            reading = [pool.submit(part) for part in parts]
        return [one.result() for one in reading]

    @property
    def model(self) -> Model:
        """Attributes, channels, association types and active currencies."""
        return self._once("model", self._read_model)

    @property
    def attributes(self) -> Mapping[str, Attribute]:
        """All attributes by code, of whatever type."""
        return self._once("attributes", self._read_attributes)

    @property
    def channels(self) -> Mapping[str, Channel]:
        """All channels by code."""
        return self._once("channels", self._read_channels)

    @property
    def locales(self) -> Mapping[str, bool]:
        """All locales that the PIM knows, by code: whether a channel uses them."""
        return self._once("locales", self._read_locales)

    @property
    def families(self) -> Mapping[str, str]:
        """Codes of all families by their lower-case form."""
        return {lower: family.code for lower, family in self._families().items()}

    def family_attributes(self, code: str) -> frozenset[str]:
        """Codes of the attributes of a family, in whatever case it is written; none where there is no such family."""
        family = self._families().get(code.lower())
        return family.attributes if family else frozenset()

    def family_variants(self, family: str) -> Mapping[str, FamilyVariant]:
        """Give the variants of a family by their lower-case code; none where there is no such family."""
        known = self._families().get(family.lower())
        if known is None:
            return {}
        path = f"families/{quote(known.code, safe='')}/variants"
        return self._once(path, partial(self._read_variants, path, known.code))

    def family_variant(self, code: str, family: str | None = None) -> FamilyVariant | None:
        """Find a family variant by its code in whatever case; one call per family unless `family` is told."""
        families = [family] if family else [one.code for one in self._families().values()]
        found = (self.family_variants(one).get(code.lower()) for one in families)
        return next((variant for variant in found if variant), None)

    @property
    def categories(self) -> Mapping[str, str]:
        """Codes of all categories by their lower-case form."""
        return self._once("categories/codes", lambda: {lower: code for lower, (code, _) in self.parents.items()})

    @property
    def parents(self) -> Mapping[str, tuple[str, str | None]]:
        """Code and parent of each category, by the lower-case form of its code; roots have no parent."""
        return self._once("categories", self._read_categories)

    def tree(self, category: str) -> str | None:
        """Give the code of the tree that a category stands in, in whatever case it is written; None for none."""
        known, code = self.parents, category.lower()
        while (found := known.get(code)) is not None:
            if found[1] is None:
                return found[0]
            code = found[1].lower()
        return None

    @property
    def attribute_groups(self) -> frozenset[str]:
        """Codes of all attribute groups."""
        return self._once("attribute-groups", self._read_groups)

    @property
    def measurement_families(self) -> frozenset[str]:
        """Codes of all measurement families."""
        return frozenset(self._once("measurement-families", self._read_units))

    def options(self, attribute: str) -> Mapping[str, str]:
        """Codes of the attribute's options by their lower-case form."""
        path = f"attributes/{quote(attribute, safe='')}/options"
        return self._once(path, partial(self._read_codes, path))

    def units(self, metric_family: str) -> Mapping[str, str]:
        """Codes of the measurement family's units by their lower-case form."""
        return self._once("measurement-families", self._read_units).get(metric_family, {})

    def know_options(self, attribute: str, codes: Mapping[str, str]) -> None:
        """Take these for all options of an attribute, by their lower-case form: some were made just now."""
        with self._lock:
            self._written += 1
            self._loaded[f"attributes/{quote(attribute, safe='')}/options"] = codes

    def know_categories(self, categories: Mapping[str, tuple[str, str | None]]) -> None:
        """Take these for all categories, as `parents` gives them: some were made just now."""
        with self._lock:
            self._written += 1
            self._loaded["categories"] = categories
            self._loaded.pop("categories/codes", None)

    def forget(self, path: str) -> None:
        """Read anew what a write to this list may have changed, as soon as somebody asks for it."""
        old = {path, *_CONCERNED.get(path, ())}
        with self._lock:
            self._written += 1
            for name in [name for name in self._loaded if name in old or name.partition("/")[0] in old]:
                del self._loaded[name]

    def plan(self, path: str, records: Mapping[str, Mapping[str, Any]], new: Collection[str]) -> None:
        """Take these of a list as if they were written, by their codes; `new` are those that the PIM does not have."""
        with self._lock:
            self._planned.put(path, records, new)
            self.forget(path)

    def has_list(self, path: str) -> bool:
        """Tell whether the PIM has such a list; it has none below what is only planned."""
        return not self._planned.is_below_new(path)

    def _pages(self, path: str) -> Iterator[Mapping[str, Any]]:
        """Give a list of the PIM, with what is planned of it."""
        return self._planned.over(path, self._session.pages(path) if self.has_list(path) else ())

    def _once(self, name: str, read: Callable[[], T]) -> T:
        found = self._loaded.get(name)
        if found is not None:
            return cast("T", found)
        with self._lock:
            reading = self._reading.setdefault(name, threading.RLock())
        with reading:
            found = self._loaded.get(name)
            if found is not None:
                return cast("T", found)
            before = self._written
            found = read()
            with self._lock:
                if self._written == before:
                    self._loaded[name] = found
            return found

    def _read_model(self) -> Model:
        attributes, channels, types, currencies = self.read(
            lambda: self.attributes,
            lambda: self.channels,
            lambda: list(self._pages("association-types")),
            lambda: list(self._pages("currencies")),
        )
        if not any(one.type == IDENTIFIER for one in attributes.values()):
            raise RemoteError(
                said("The PIM has no identifier attribute; set it up, or load a catalogue into it, first")
            )
        return Model(
            attributes,
            channels,
            {one["code"]: bool(one.get("is_quantified")) for one in types},
            tuple(sorted(one["code"] for one in currencies if one.get("enabled"))),
        )

    def _read_attributes(self) -> Mapping[str, Attribute]:
        return {one["code"]: Attribute.of(one) for one in self._pages("attributes")}

    def _read_groups(self) -> frozenset[str]:
        return frozenset(one["code"] for one in self._pages("attribute-groups"))

    def _read_channels(self) -> Mapping[str, Channel]:
        channels = self._pages("channels")
        return {
            one["code"]: Channel(one["code"], tuple(one.get("locales") or ()), tuple(one.get("currencies") or ()))
            for one in channels
        }

    def _read_locales(self) -> Mapping[str, bool]:
        return {one["code"]: bool(one.get("enabled", one.get("enable"))) for one in self._pages("locales")}

    def _families(self) -> Mapping[str, Family]:
        return self._once("families", self._read_families)

    def _read_families(self) -> Mapping[str, Family]:
        families = self._pages("families")
        return {one["code"].lower(): Family(one["code"], frozenset(one.get("attributes") or ())) for one in families}

    def _read_variants(self, path: str, family: str) -> Mapping[str, FamilyVariant]:
        variants = (FamilyVariant.of(one, family) for one in self._pages(path))
        return {one.code.lower(): one for one in variants}

    def _read_categories(self) -> Mapping[str, tuple[str, str | None]]:
        return {one["code"].lower(): (one["code"], one.get("parent")) for one in self._pages("categories")}

    def _read_codes(self, path: str) -> Mapping[str, str]:
        return {one["code"].lower(): one["code"] for one in self._pages(path)}

    def _read_units(self) -> Mapping[str, Mapping[str, str]]:
        families = self._planned.over("measurement-families", self._session.get("measurement-families"))
        return {family["code"]: {unit.lower(): unit for unit in family["units"]} for family in families}
