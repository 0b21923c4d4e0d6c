"""Writes a batch of products: what is there is looked up first, so that nothing is made twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pimflow import Change, Outcome, Problem, ProblemKind, RowProblem, Status, Who
from pimflow_dolibarr import existing, payloads
from pimflow_dolibarr.answers import TITLE, RefusedError
from pimflow_dolibarr.families import Families
from pimflow_dolibarr.payloads import PlaceOf
from pimflow_dolibarr.pictures import Uploads
from pimflow_dolibarr.places import ATTRIBUTES, IMAGE, TEMPLATE
from pimflow_dolibarr.session import Record, Session
from pimflow_dolibarr.variants import WaitingError, make_variant

_ASKS = ("label", "multilangs", "barcode")


class Loading:
    """Writes products into one session: bulk look-ups, then one call or a few for each product."""

    def __init__(self, session: Session, place_of: PlaceOf, uploads: Uploads | None = None) -> None:
        self._session = session
        self._place_of = place_of
        self._uploads = uploads

    def load(self, batch: Sequence[Change]) -> Iterator[Outcome]:
        """Write a batch and tell one outcome a change."""
        there = existing.find(self._session, [change.key for change in batch], _ASKS)
        templates = self._templates(batch, there)
        variants = [change.key for change in batch if change.key in there and _of_variant(change)]
        there |= existing.with_members({key: there[key] for key in variants}, Families(self._session))
        taken = _Barcodes(self._session, self._place_of, batch)
        for change in batch:
            record = there.get(change.key)
            try:
                taken.must_be_free(change)
                left = list(self._write(change, record, templates))
            except WaitingError as error:
                yield Outcome(change.resource, change.key, Status.WAITING, (error.problem,))
            except RowProblem as error:
                yield Outcome(change.resource, change.key, Status.REFUSED, (error.problem,))
            except RefusedError as error:
                yield Outcome(change.resource, change.key, Status.REFUSED, (told(error),))
            else:
                status = Status.UPDATED if record else Status.CREATED
                yield Outcome(change.resource, change.key, status, tuple(left))

    def _templates(self, batch: Sequence[Change], there: Mapping[str, Record]) -> dict[str, Record]:
        """Find the templates of new variants."""
        refs = sorted({str(one.payload[TEMPLATE]) for one in batch if one.payload.get(TEMPLATE)})
        return existing.find(self._session, refs) if any(one.key not in there for one in batch) and refs else {}

    def _write(self, change: Change, record: Record | None, templates: Mapping[str, Record]) -> Iterator[Problem]:
        if record is None:
            number = self._create(change, templates)
        else:
            number = int(record["id"])
            self._update(change, number, record)
        if "categories" in change.payload:
            self._link(number, set(change.payload["categories"] or ()), new=record is None)
        if self._uploads is not None and change.payload.get(IMAGE):
            self._uploads.send(self._session, str(record["ref"] if record else change.key), change.payload[IMAGE])
        if record is not None:
            yield from self._fixed(change, record)

    def _create(self, change: Change, templates: Mapping[str, Record]) -> int:
        if change.payload.get(TEMPLATE):
            number = make_variant(self._session, change, templates)
            self._update(change, number, self._session.get(f"products/{number}", includetrans="true"))
            return number
        body = payloads.of_new(change, self._place_of)
        if not body.get("label"):
            raise RowProblem(
                "label", None, f"is empty, and {TITLE} needs one for a new product", kind=ProblemKind.MISSING
            )
        number = int(self._session.write("POST", "products", body))
        if payloads.has_texts(change, self._place_of):
            self._update(change, number, body)
        return number

    def _update(self, change: Change, number: int, record: Mapping[str, object]) -> None:
        body = payloads.of_existing(change, self._place_of, record)
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
                    f"{TITLE} has another one, and it cannot be changed once the variant is made",
                    ProblemKind.VALUE,
                    column,
                    wanted,
                    f"Correct it in the source, or take the variant out of use in {TITLE} and have it made anew.",
                    Who.SOURCE_TEAM,
                )


class _Barcodes:
    """Tells whose a barcode is: Dolibarr takes one twice when a product is changed."""

    def __init__(self, session: Session, place_of: PlaceOf, batch: Sequence[Change]) -> None:
        self._columns = [name for name in ("ean", "barcode") if place_of(name)]
        asked = sorted({code for change in batch if (code := self._of(change))})
        self._owners = existing.owners(session, asked) if asked else {}
        self._new: dict[str, str] = {}

    def must_be_free(self, change: Change) -> None:
        """Raise RowProblem where another product has the barcode of this one."""
        code = self._of(change)
        if not code:
            return
        others = [one for one in self._owners.get(code, ()) if str(one["ref"]).casefold() != change.key.casefold()]
        first = f"{others[0]['ref']} {str(others[0].get('label'))!r}" if others else self._new.get(code)
        if first:
            raise RowProblem(
                "ean" if change.payload.get("ean") else "barcode",
                code,
                f"and in {TITLE} this barcode already belongs to {first}",
                kind=ProblemKind.DUPLICATE,
                remedy="Correct the barcode of one of the two; this one then goes by itself.",
                who=Who.PRODUCT_MANAGER,
            )
        self._new[code] = change.key

    def _of(self, change: Change) -> str:
        return next((str(code) for name in self._columns if (code := change.payload.get(name))), "")


def told(error: RefusedError) -> Problem:
    """Tell a refusal in Dolibarr's words, or in better ones."""
    said = error.said.rstrip(". ")
    reason = "another product has this reference already" if _TWICE in said else f"{TITLE} says: {said}"
    remedy = "Correct it in the source; it will then arrive by itself."
    return Problem(reason, ProblemKind.VALUE, remedy=remedy, who=Who.PRODUCT_MANAGER, detail=error.detail)


_TWICE = "ErrorProductAlreadyExists"


def _of_variant(change: Change) -> dict[str, object]:
    """Give what tells a variant apart."""
    return {
        name: value
        for name, value in change.payload.items()
        if value and (name == TEMPLATE or name.startswith(ATTRIBUTES))
    }
