"""Writes texts in other languages. ERPNext keeps one translation for each text, whatever items have that text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pimflow import Change, Problem, ProblemKind, Who, said
from pimflow_erp.jobs import Job
from pimflow_erpnext import calls, refusals
from pimflow_erpnext.answers import TITLE
from pimflow_erpnext.existing import PlaceOf
from pimflow_erpnext.session import Record, Session
from pimflow_erpnext.translations import forms, portions, source_of

_DOCTYPE = "Translation"


@dataclass(frozen=True, slots=True)
class Wish:
    """One text in one language, wanted by a record; `source` is what it translates, `whole` that with tags."""

    key: str
    column: str
    language: str
    source: str
    text: str
    whole: str


def write(
    session: Session, batch: Sequence[Change], there: Mapping[str, Record], place_of: PlaceOf
) -> tuple[set[str], dict[str, list[Problem]]]:
    """Write the translations of a batch; give the keys of records that got some, and what could not be written."""
    wishes = [wish for change in batch for wish in _wishes(change, there.get(change.key, {}), place_of)]
    if not wishes:
        return set(), {}
    first = {(one.language, one.source): one for one in reversed(wishes)}
    problems: dict[str, list[Problem]] = {}
    for one in wishes:
        if first[one.language, one.source].text != one.text:
            problems.setdefault(one.key, []).append(_other(one))
    known = _known(session, list(first.values()))
    changed = [one for one in first.values() if known.get((one.language, one.source), ("", ""))[1] != one.text]
    new = [one for one in changed if (one.language, one.source) not in known]
    jobs = [Job(_id(one), {**_values(one), "source_text": one.source, "language": one.language}) for one in new]
    refused = calls.create(session, _DOCTYPE, jobs)
    old = [one for one in changed if one not in new]
    jobs = [Job(_id(one), {**_values(one), "docname": known[one.language, one.source][0]}) for one in old]
    refused |= {key: refusals.of_trace(trace) for key, trace in calls.update(session, _DOCTYPE, jobs).items()}
    for one in changed:
        if _id(one) in refused:
            problems.setdefault(one.key, []).append(refused[_id(one)])
    return {one.key for one in changed if _id(one) not in refused}, problems


def _wishes(change: Change, record: Record, place_of: PlaceOf) -> list[Wish]:
    """Give what a record wants; an empty text takes nothing away, as other items may share it."""
    found = []
    for column, text in change.payload.items():
        place = place_of(column)
        if place is None or not place.language or text is None:
            continue
        usual = change.key if place.field == "item_name" else ""
        whole = str(change.payload.get(place.field) or record.get(place.field) or usual)
        source = source_of(whole)
        if source and text != source:
            found.append(Wish(change.key, column, place.language, source, str(text), whole))
    return found


def _known(session: Session, wishes: Sequence[Wish]) -> dict[tuple[str, str], tuple[str, str]]:
    """Give name and text of the translations that are there, by language and source."""
    languages, sources = sorted({one.language for one in wishes}), forms(one.whole for one in wishes)
    found = [
        one
        for some in portions(sources)
        for one in session.listed(
            _DOCTYPE,
            ["name", "language", "source_text", "translated_text"],
            [["language", "in", languages], ["source_text", "in", some]],
            order="modified asc, name asc",
        )
    ]
    return {
        (one["language"], source_of(one["source_text"] or "")): (one["name"], one["translated_text"]) for one in found
    }


def _values(wish: Wish) -> dict[str, str]:
    return {"translated_text": wish.text}


def _id(wish: Wish) -> str:
    return f"{wish.language} {wish.source}"


def _other(wish: Wish) -> Problem:
    return Problem(
        said(
            "{title} keeps one translation for each text, and another record with the same text has another one",
            title=TITLE,
        ),
        ProblemKind.DUPLICATE,
        wish.column,
        wish.text,
        said("Give both records the same translation, or names that differ."),
        Who.PRODUCT_MANAGER,
    )
