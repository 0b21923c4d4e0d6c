"""Short lists that a sink writes: categories by their path, attributes of variants by their reference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

from pimflow import Problem, ProblemKind, Who, said
from pimflow_dolibarr.answers import TITLE
from pimflow_dolibarr.catalog import Attribute
from pimflow_dolibarr.codecs import HTML, PLAIN, VALUES
from pimflow_dolibarr.fields import text
from pimflow_dolibarr.session import Session
from pimflow_dolibarr.variants import WaitingError
from pimflow_erp.codecs import TEXT, Codec

_BETWEEN = " / "
Row = Mapping[str, Any]


class ShortList(Protocol):
    """One kind of record that is known as a whole."""

    resource: ClassVar[str]
    noun: ClassVar[tuple[str, str]]
    key: ClassVar[str]
    codecs: ClassVar[Mapping[str, Codec]]
    needed: ClassVar[tuple[str, ...]]

    def current(self, key: str) -> Row | None:
        """Give what is there under a key, in canonical values."""

    def write(self, key: str, row: Row) -> None:
        """Make or change a record. Raises WaitingError, RefusedError."""


class Categories:
    """Categories of products; a label is unique below its parent, so that the path tells them apart."""

    resource: ClassVar[str] = "categories"
    noun: ClassVar[tuple[str, str]] = (said("category"), said("categories"))
    key: ClassVar[str] = "path"
    codecs: ClassVar[Mapping[str, Codec]] = {"path": TEXT, "description": HTML, "color": TEXT, "ref_ext": TEXT}
    needed: ClassVar[tuple[str, ...]] = ()

    def __init__(self, session: Session) -> None:
        self._session = session

    def current(self, key: str) -> Row | None:
        """Give what is there under a path."""
        found = self._find(key)
        if found is None:
            return None
        return {"path": key, **{name: text(found.record.get(name)) for name in self.codecs if name != "path"}}

    def write(self, key: str, row: Row) -> None:
        """Make a category below its parent, or change one."""
        body = {name: value or "" for name, value in row.items() if name in self.codecs and name != "path"}
        found = self._find(key)
        if found is not None:
            if body:
                self._session.write("PUT", f"categories/{found.id}", body)
        else:
            above, _, label = key.rpartition(_BETWEEN)
            body |= {"label": PLAIN.accept(label), "type": "product", "fk_parent": self._parent(above)}
            self._session.write("POST", "categories", body)
        self._session.catalog.forget("categories")

    def _parent(self, path: str) -> int:
        found = self._find(path) if path else None
        if path and found is None:
            raise WaitingError(_awaited(path))
        return found.id if found else 0

    def _find(self, path: str) -> Any:
        return next((one for one in self._session.catalog.categories.values() if one.path == path), None)


class Attributes:
    """Attributes of variants with their values; a value that a row does not name stays."""

    resource: ClassVar[str] = "attributes"
    noun: ClassVar[tuple[str, str]] = (said("attribute"), said("attributes"))
    key: ClassVar[str] = "ref"
    codecs: ClassVar[Mapping[str, Codec]] = {"ref": TEXT, "label": PLAIN, "values": VALUES}
    needed: ClassVar[tuple[str, ...]] = ("label",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def current(self, key: str) -> Row | None:
        """Give what is there under a reference."""
        found = self._find(key)
        if found is None:
            return None
        lines = [f"{ref}:{found.labels[number]}" for number, ref in found.values.items()]
        return {"ref": key, "label": found.label, "values": "\n".join(lines)}

    def write(self, key: str, row: Row) -> None:
        """Make an attribute or change its label, then its values."""
        label, found = row.get("label"), self._find(key)
        if found is None:
            number = int(self._session.write("POST", "products/attributes", {"ref": key, "label": label or key}))
        else:
            number = found.id
            if label and label != found.label:
                self._session.write("PUT", f"products/attributes/{number}", {"label": label})
        for line in str(row.get("values") or "").splitlines():
            ref, _, text_ = line.partition(":")
            self._value(number, found, ref, text_)
        self._session.catalog.forget("attributes")

    def _value(self, attribute: int, found: Attribute | None, ref: str, label: str) -> None:
        there = {known: number for number, known in found.values.items()} if found else {}
        if ref not in there:
            self._session.write("POST", f"products/attributes/{attribute}/values", {"ref": ref, "value": label})
        elif found is not None and found.labels[there[ref]] != label:
            self._session.write("PUT", f"products/attributes/values/{there[ref]}", {"ref": ref, "value": label})

    def _find(self, ref: str) -> Attribute | None:
        return next((one for one in self._session.catalog.attributes.values() if one.ref == ref), None)


def _awaited(path: str) -> Problem:
    return Problem(
        said("{title} has no category {path!r}, and it did not come in this run", title=TITLE, path=path),
        ProblemKind.REFERENCE,
        "path",
        remedy=said("Send that one too, or have it made in {title}; this one then goes by itself.", title=TITLE),
        who=Who.SOURCE_TEAM,
    )
