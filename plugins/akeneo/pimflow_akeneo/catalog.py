"""The PIM's model, read from it once, piece by piece, when somebody asks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Protocol, TypeVar, cast
from urllib.parse import quote

from pimflow import RemoteError
from pimflow_akeneo.model import IDENTIFIER, Attribute, Channel, Model

T = TypeVar("T")


class Reads(Protocol):
    """What the catalogue needs of a session."""

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """Give one decoded answer."""

    def pages(self, path: str, params: Mapping[str, str] | None = None) -> Iterator[dict[str, Any]]:
        """Give the items of a list."""


class Catalog:
    """Grows with the PIM's model, never with its products. Safe for several threads."""

    def __init__(self, session: Reads) -> None:
        self._session = session
        self._lock = threading.RLock()
        self._loaded: dict[str, Any] = {}

    @property
    def model(self) -> Model:
        """Attributes, channels, association types and active currencies."""
        return self._once("model", self._read_model)

    @property
    def families(self) -> Mapping[str, str]:
        """Codes of all families by their lower-case form."""
        return self._once("families", partial(self._read_codes, "families"))

    @property
    def categories(self) -> Mapping[str, str]:
        """Codes of all categories by their lower-case form."""
        return self._once("categories", partial(self._read_codes, "categories"))

    def options(self, attribute: str) -> Mapping[str, str]:
        """Codes of the attribute's options by their lower-case form."""
        path = f"attributes/{quote(attribute, safe='')}/options"
        return self._once(path, partial(self._read_codes, path))

    def units(self, metric_family: str) -> Mapping[str, str]:
        """Codes of the measurement family's units by their lower-case form."""
        return self._once("measurement-families", self._read_units).get(metric_family, {})

    def _once(self, name: str, read: Callable[[], T]) -> T:
        with self._lock:
            if name not in self._loaded:
                self._loaded[name] = read()
            return cast("T", self._loaded[name])

    def _read_model(self) -> Model:
        attributes = {one["code"]: Attribute.of(one) for one in self._session.pages("attributes")}
        if not any(one.type == IDENTIFIER for one in attributes.values()):
            raise RemoteError("The PIM has no identifier attribute; set it up, or load a catalogue into it, first")
        channels = self._session.pages("channels")
        types = self._session.pages("association-types")
        currencies = self._session.pages("currencies")
        return Model(
            attributes,
            {one["code"]: Channel(one["code"], tuple(one["locales"]), tuple(one["currencies"])) for one in channels},
            {one["code"]: bool(one.get("is_quantified")) for one in types},
            tuple(sorted(one["code"] for one in currencies if one.get("enabled"))),
        )

    def _read_codes(self, path: str) -> Mapping[str, str]:
        return {one["code"].lower(): one["code"] for one in self._session.pages(path)}

    def _read_units(self) -> Mapping[str, Mapping[str, str]]:
        families = self._session.get("measurement-families")
        return {family["code"]: {unit.lower(): unit for unit in family["units"]} for family in families}
