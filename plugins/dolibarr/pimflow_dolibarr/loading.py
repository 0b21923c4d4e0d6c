"""Writes a batch of products: what is there is looked up first, so that nothing is made twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pimflow import Change, Outcome, Problem, ProblemKind, RowProblem, Status, Who, said
from pimflow_dolibarr import documents, existing, payloads
from pimflow_dolibarr.answers import TITLE, RefusedError
from pimflow_dolibarr.codecs import check_ref, stored_ref
from pimflow_dolibarr.families import Families
from pimflow_dolibarr.identity import Identity
from pimflow_dolibarr.payloads import Body, PlaceOf
from pimflow_dolibarr.pictures import Uploads
from pimflow_dolibarr.places import ATTRIBUTES, IMAGE, TEMPLATE
from pimflow_dolibarr.renaming import NewRefs
from pimflow_dolibarr.session import Record, Session
from pimflow_dolibarr.variants import WaitingError, make_variant, must_differ

_ASKS = ("label", "multilangs", "barcode")


class Loading:
    """Writes products into one session: bulk look-ups, then one call or a few for each product.

    `makes_templates`: a template that lacks is made with the first of its variants.
    """

    def __init__(
        self,
        session: Session,
        place_of: PlaceOf,
        identity: Identity,
        uploads: Uploads | None = None,
        *,
        makes_templates: bool = False,
    ) -> None:
        self._session = session
        self._place_of = place_of
        self._identity = identity
        self._uploads = uploads
        self._makes_templates = makes_templates
        self._making = threading.Lock()

    def load(self, batch: Sequence[Change]) -> Iterator[Outcome]:
        """Write a batch and tell one outcome a change."""
        there = self._identity.find(batch, _ASKS)
        variants = [change.key for change in batch if change.key in there and _of_variant(change)]
        there |= existing.with_members({key: there[key] for key in variants}, Families(self._session))
        batch = self._identity.with_templates(batch, there)
        writing = _Writing(
            self._templates(batch, there),
            NewRefs(self._session, batch, there),
            _Barcodes(self._session, self._place_of, batch),
        )
        for change in batch:
            record = there.get(change.key)
            try:
                writing.barcodes.must_be_free(change, record)
                left = list(self._write(change, record, writing))
            except WaitingError as error:
                yield Outcome(change.resource, change.key, Status.WAITING, (error.problem,))
            except RowProblem as error:
                yield Outcome(change.resource, change.key, Status.REFUSED, (error.problem,))
            except RefusedError as error:
                yield Outcome(change.resource, change.key, Status.REFUSED, (told(error),))
            else:
                status = Status.UPDATED if record else Status.CREATED
                yield Outcome(change.resource, change.key, status, tuple(left))
        self._identity.known.keep(writing.ids)

    def _templates(self, batch: Sequence[Change], there: Mapping[str, Record]) -> dict[str, Record]:
        """Find the templates of new variants."""
        refs = {str(one.payload[TEMPLATE]) for one in batch if one.payload.get(TEMPLATE) and one.key not in there}
        return existing.find(self._session, sorted(refs))

    def _write(self, change: Change, record: Record | None, writing: _Writing) -> Iterator[Problem]:
        if record is None:
            number, ref = self._create(change, writing), change.key
        else:
            number = int(record["id"])
            yield from self._change(change, number, record, writing.refs)
            ref = str(record["ref"])
        writing.ids |= {change.key: number, ref: number}
        if "categories" in change.payload:
            self._link(number, set(change.payload["categories"] or ()), new=record is None)
        if self._uploads is not None and change.payload.get(IMAGE):
            self._uploads.send(self._session, ref, change.payload[IMAGE])
        if record is not None:
            yield from self._fixed(change, record)

    def _create(self, change: Change, writing: _Writing) -> int:
        if change.payload.get(TEMPLATE):
            number = make_variant(self._session, change, self._template(change, writing))
            self._update(change, number, self._session.get(f"products/{number}", includetrans="true"))
            return number
        return self._make(change, payloads.of_new(change, self._place_of))

    def _template(self, change: Change, writing: _Writing) -> Record | None:
        """Give the template of a new variant; several batches may lack the same at a time."""
        ref = str(change.payload[TEMPLATE])
        if ref not in writing.templates and self._makes_templates:
            must_differ(change)
            check_ref(TEMPLATE, ref)
            with self._making:
                found = existing.find(self._session, [ref])
                body = payloads.of_template(change, self._place_of, ref, self._identity.field)
                writing.templates[ref] = found.get(ref) or {"id": self._make(change, body), "ref": ref}
        template = writing.templates.get(ref)
        writing.ids |= {ref: int(template["id"])} if template else {}
        return template

    def _make(self, change: Change, body: Body) -> int:
        if not body.get("label"):
            raise RowProblem(
                "label",
                None,
                said("is empty, and {title} needs one for a new product", title=TITLE),
                kind=ProblemKind.MISSING,
            )
        number = int(self._session.write("POST", "products", body))
        texts = payloads.texts(change, self._place_of, body)
        if texts:
            self._session.write("PUT", f"products/{number}", texts)
        return number

    def _change(self, change: Change, number: int, record: Record, refs: NewRefs) -> Iterator[Problem]:
        """Write a product that is there; where it gets another reference, its files go along."""
        ref, was = refs.of(change), str(record["ref"])
        files = documents.names(self._session, number) if ref else []
        self._update(change, number, record, ref)
        if ref:
            stored = stored_ref(ref)
            refs.given(stored, record)
            problem = documents.carry(self._session, was, stored, files)
            yield from [problem] if problem else []

    def _update(self, change: Change, number: int, record: Record, ref: str = "") -> None:
        body = payloads.of_existing(change, self._place_of, record, ref)
        if body:
            self._session.write("PUT", f"products/{number}", body)

    def _link(self, number: int, wanted: set[str], *, new: bool) -> None:
        """Put a product into categories and take it out of the others."""
        by_code = {one.code: one.id for one in self._session.catalog.categories.values()}
        now = set() if new else set(existing.codes(self._session, number))
        for code in sorted(wanted - now):
            self._session.write("POST", f"categories/{by_code[code]}/objects/product/{number}")
        for code in sorted(now - wanted):
            self._session.write("DELETE", f"categories/{by_code[code]}/objects/product/{number}")

    def _fixed(self, change: Change, record: Record) -> Iterator[Problem]:
        """Tell what is given when a variant is made and would be another one now."""
        for column, wanted in _of_variant(change).items():
            place = self._place_of(column)
            if place is not None and place.value(record) != wanted:
                yield Problem(
                    said("{title} has another one, and it cannot be changed once the variant is made", title=TITLE),
                    ProblemKind.VALUE,
                    column,
                    wanted,
                    said(
                        "Correct it in the source, or take the variant out of use in {title} and have it made anew.",
                        title=TITLE,
                    ),
                    Who.SOURCE_TEAM,
                )


@dataclass(slots=True)
class _Writing:
    """What is known while a batch is written: templates by reference, references and barcodes in use.

    `ids` are those of the products that are there by now, by their references.
    """

    templates: dict[str, Record]
    refs: NewRefs
    barcodes: _Barcodes
    ids: dict[str, int] = field(default_factory=dict)


class _Barcodes:
    """Tells whose a barcode is: Dolibarr takes one twice when a product is changed."""

    def __init__(self, session: Session, place_of: PlaceOf, batch: Sequence[Change]) -> None:
        self._columns = [name for name in ("ean", "barcode") if place_of(name)]
        asked = sorted({code for change in batch if (code := self._of(change))})
        self._owners = existing.owners(session, asked) if asked else {}
        self._new: dict[str, str] = {}

    def must_be_free(self, change: Change, record: Record | None) -> None:
        """Raise RowProblem where another product has the barcode of this one."""
        code = self._of(change)
        if not code:
            return
        own = int(record["id"]) if record else 0
        others = [one for one in self._owners.get(code, ()) if int(one["id"]) != own]
        first = f"{others[0]['ref']} {str(others[0].get('label'))!r}" if others else self._new.get(code)
        if first:
            raise RowProblem(
                "ean" if change.payload.get("ean") else "barcode",
                code,
                said("and in {title} this barcode already belongs to {owner}", title=TITLE, owner=first),
                kind=ProblemKind.DUPLICATE,
                remedy=said("Correct the barcode of one of the two; this one then goes by itself."),
                who=Who.PRODUCT_MANAGER,
            )
        self._new[code] = change.key

    def _of(self, change: Change) -> str:
        return next((str(code) for name in self._columns if (code := change.payload.get(name))), "")


def told(error: RefusedError) -> Problem:
    """Tell a refusal in Dolibarr's words, or in better ones."""
    words = error.said.rstrip(". ")
    reason = said("{title} says: {words}", title=TITLE, words=words)
    if _TWICE in words:
        reason = said("another product has this reference already")
    remedy = said("Correct it in the source; it will then arrive by itself.")
    return Problem(reason, ProblemKind.VALUE, remedy=remedy, who=Who.PRODUCT_MANAGER, detail=error.detail)


_TWICE = "ErrorProductAlreadyExists"


def _of_variant(change: Change) -> dict[str, object]:
    """Give what tells a variant apart."""
    return {
        name: value
        for name, value in change.payload.items()
        if value and (name == TEMPLATE or name.startswith(ATTRIBUTES))
    }
