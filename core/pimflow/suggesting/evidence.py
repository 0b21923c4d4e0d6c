"""Why a column of the source belongs to one of the target, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from pimflow.model import Field
from pimflow.outlook import Offer
from pimflow.suggesting.names import bare, holds, is_short_for, plain, speaks_of, spelt
from pimflow.suggesting.samples import Sample

_KEYS = frozenset(
    {"sku", "code", "defaultcode", "itemcode", "ref", "itemno", "no", "number", "articlenumber", "identifier"}
    | {"artnr", "artikelnr", "artikelnummer", "artikel", "matnr", "materialnummer", "articleno", "itemnumber", "itemid"}
    | {"partnumber", "partno", "productcode", "productnumber", "reference", "referencia", "codearticle", "codigo"}
)
_GTINS = frozenset({"ean", "ean13", "gtin", "barcode", "upc"})
_FEWEST, _ALIKE, _LONG = 3, 0.85, 4
_FOREIGN = -0.3
_NUMBERS = frozenset({"integer", "number"})
_TAKES: Mapping[str, frozenset[str]] = {
    "number": frozenset({"integer", "number", "text"}),
    "boolean": frozenset({"boolean", "integer", "text"}),
    "date": frozenset({"date", "date and time", "text"}),
    "list": frozenset({"list", "selection", "text"}),
    "selection": frozenset({"selection", "text", "integer", "boolean"}),
    "text": frozenset({"text", "selection", "integer", "number", "list"}),
    "file": frozenset({"text", "list"}),
}
"""Type of a target's column: the types that can go there."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason; `weight` is the chance that it is right, from 0 to 1; below 0 what it takes from the others."""

    reason: str
    weight: float


def evidence(one: Field, offer: Offer, sample: Sample) -> Iterator[Evidence]:
    """Give the reasons to bring a column of the source into one of the target; none where their types forbid it."""
    if not _fits(one, offer) or not sample.can_be(one.name, offer.type):
        return
    if plain(one.name) == plain(offer.column):
        yield Evidence("same code" if one.name == offer.column else f"code {offer.column!r} is nearly the same", 0.95)
    else:
        name, named = sample.parted(one.name)
        if not speaks_of(named, offer, sample.places):
            return
        yield from _named(name, one.label, offer)
    yield from _valued(one.name, offer, sample)


def sureness(reasons: list[Evidence]) -> float:
    """Give the chance that at least one of the reasons is right, less what speaks against all of them."""
    wrong, left = 1.0, 1.0
    for one in reasons:
        wrong *= 1 - max(one.weight, 0)
        left *= 1 + min(one.weight, 0)
    return (1 - wrong) * left


def looks_like_key(name: str) -> bool:
    """Tell whether a column is called as keys are."""
    return plain(name.partition("@")[0]) in _KEYS


def _named(name: str, label: str, offer: Offer) -> Iterator[Evidence]:
    """Compare what the two are called."""
    code = offer.column.partition("-")[0]
    own, theirs = plain(name.rpartition(".")[2]), plain(code)
    labels = {form: text for text in offer.labels.values() if text for form in spelt(text)}
    called = {plain(text.rpartition(" (")[0] or text): text for text in (label,) if text} | {own: name}
    same = next((text for text in called if text in labels), None)
    if own == theirs:
        yield Evidence("same code" if name == code else f"code {code!r} is nearly the same", 0.9)
    elif bare(name) == theirs:
        yield Evidence(f"code {code!r} with something before it", 0.8)
    elif offer.is_key and own in _KEYS:
        yield Evidence("called as keys are", 0.6)
    elif {own, theirs} <= _GTINS:
        yield Evidence("both are article numbers", 0.8)
    elif same is not None:
        yield Evidence(f"same label {labels[same]!r}", 0.8)
    elif is_short_for(name, code):
        yield Evidence(f"short for {code!r}", 0.45)
    elif any(_alike(mine, text) for mine in called for text in (*labels, theirs)):
        yield Evidence("similar name", 0.4)
    elif len(theirs) >= _LONG and holds(name, code):
        yield Evidence(f"{code!r} is in its name", 0.4)


def _alike(one: str, other: str) -> bool:
    longer, shorter = max(len(one), len(other)), min(len(one), len(other))
    if 2 * shorter < _ALIKE * (longer + shorter):
        return False
    found = SequenceMatcher(None, one, other)
    return found.quick_ratio() >= _ALIKE and found.ratio() >= _ALIKE


def _valued(name: str, offer: Offer, sample: Sample) -> Iterator[Evidence]:
    """Compare values: of the same records, else of any; then with the options that the target knows."""
    if offer.is_key and name == sample.key:
        yield Evidence(f"{len(sample.pairs)} of its values are keys there", 0.95)
        return
    mine = sample.mine(name, offer.type)
    beside = sample.beside(offer)
    both = [(mine[at], theirs) for at, theirs in beside if mine[at] and theirs]
    same = [one for one, other in both if one == other]
    if len(both) >= _FEWEST and len(same) * 2 >= len(both):
        telling = 0.9 if len(set(same)) > 1 else 0.4  # what is the same everywhere says little
        yield Evidence(f"{len(same)} of {len(both)} values are the same", telling * len(same) / len(both))
        return
    values = frozenset(filter(None, mine))
    yield from _shared(values, sample.anywhere(offer))
    yield from _known(values, offer)


def _shared(mine: frozenset[str], theirs: frozenset[str]) -> Iterator[Evidence]:
    """Compare values of any records: those that are long enough to be no chance."""
    mine, theirs = (frozenset(text for text in side if len(text) >= _LONG) for side in (mine, theirs))
    shared = len(mine & theirs)
    if shared >= _FEWEST and shared * 2 >= min(len(mine), len(theirs)):
        yield Evidence(f"{shared} values are on both sides", 0.7)


def _known(mine: frozenset[str], offer: Offer) -> Iterator[Evidence]:
    """Hold values against options by what their codes would be: `Ash wood` is `ash_wood`."""
    if offer.type == "list":
        mine = frozenset(part for text in mine for part in text.split(","))
    options = {plain(code) for code in offer.options}
    known = len({plain(text) for text in mine} & options)
    if known >= 2 and known * 2 >= len(mine):
        weight = 0.4 + 0.25 * known / len(mine) + 0.1 * known / len(options)
        yield Evidence(f"{known} of {len(mine)} values are options there", weight)
    elif options and len(mine) > 1:
        told = f"only {known}" if known else "none"
        yield Evidence(f"{told} of {len(mine)} values is an option there", _FOREIGN * (1 - known / len(mine)))


def _fits(one: Field, offer: Offer) -> bool:
    takes = _TAKES.get(offer.type)
    return takes is None or one.type in takes or one.type not in {kind for kinds in _TAKES.values() for kind in kinds}
