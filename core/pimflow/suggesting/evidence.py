"""Why a column of the source belongs to one of the target, and how sure that is."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from pimflow.model import Field
from pimflow.outlook import Offer
from pimflow.suggesting.samples import Sample, compared

_KEYS = frozenset(
    {"sku", "code", "defaultcode", "itemcode", "ref", "itemno", "no", "number", "articlenumber", "identifier"}
)
_GTINS = frozenset({"ean", "ean13", "gtin", "barcode", "upc"})
_FEWEST, _ALIKE = 3, 0.85
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
    """One reason; `weight` is the chance that it is right, from 0 to 1."""

    reason: str
    weight: float


def evidence(one: Field, offer: Offer, sample: Sample) -> Iterator[Evidence]:
    """Give the reasons to bring a column of the source into one of the target; none where their types forbid it."""
    name, _, language = one.name.partition("@")
    if not _fits(one, offer) or not _speaks(language, offer.locale):
        return
    yield from _named(name, one.label, offer)
    yield from _valued(one.name, offer, sample)


def sureness(reasons: list[Evidence]) -> float:
    """Give the chance that at least one of the reasons is right."""
    wrong = 1.0
    for one in reasons:
        wrong *= 1 - one.weight
    return 1 - wrong


def plain(text: str) -> str:
    """Give a name without case, accents and signs: `Prix (H.T.)` and `prix_ht` are the same."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(sign for sign in decomposed if sign.isalnum())


def looks_like_key(name: str) -> bool:
    """Tell whether a column is called as keys are."""
    return plain(name.partition("@")[0]) in _KEYS


def _named(name: str, label: str, offer: Offer) -> Iterator[Evidence]:
    """Compare what the two are called."""
    code = offer.column.partition("-")[0]
    own, theirs = plain(name.rpartition(".")[2]), plain(code)
    labels = {plain(text): text for text in offer.labels.values() if text}
    called = {plain(text.rpartition(" (")[0] or text): text for text in (label,) if text} | {own: name}
    same = next((text for text in called if text in labels), None)
    if own == theirs:
        yield Evidence("same code" if name == code else f"code {code!r} is nearly the same", 0.9)
    elif offer.is_key and own in _KEYS:
        yield Evidence("called as keys are", 0.6)
    elif {own, theirs} <= _GTINS:
        yield Evidence("both are article numbers", 0.8)
    elif same is not None:
        yield Evidence(f"same label {labels[same]!r}", 0.8)
    else:
        nearest = max(
            (SequenceMatcher(None, mine, text).ratio() for mine in called for text in (*labels, theirs)), default=0
        )
        if nearest >= _ALIKE:
            yield Evidence("similar name", 0.4)


def _valued(name: str, offer: Offer, sample: Sample) -> Iterator[Evidence]:
    """Compare values: of the same records, else of any; then with the options that the target knows."""
    if offer.is_key and name == sample.key:
        yield Evidence(f"{len(sample.pairs)} of its values are keys there", 0.95)
        return
    same, met = 0, 0
    for at, values in sample.pairs:
        mine, theirs = compared(sample.rows[at].get(name)), compared(values.get(offer.column))
        met += bool(mine and theirs)
        same += bool(mine) and mine == theirs
    if met >= _FEWEST and same * 2 >= met:
        yield Evidence(f"{same} of {met} values are the same", 0.9 * same / met)
        return
    mine_all = sample.values(name)
    if sample.others and len(mine_all) >= _FEWEST:
        theirs_all = {text for values in sample.others if (text := compared(values.get(offer.column)))}
        shared = len(mine_all & theirs_all)
        if shared >= _FEWEST and shared * 2 >= min(len(mine_all), len(theirs_all)):
            yield Evidence(f"{shared} values are on both sides", 0.7)
    options = {compared(code) for code in offer.options}
    known = len(mine_all & options)
    if known >= 2 and known * 2 >= len(mine_all):
        yield Evidence(f"{known} of {len(mine_all)} values are options there", 0.6)


def _fits(one: Field, offer: Offer) -> bool:
    takes = _TAKES.get(offer.type)
    return takes is None or one.type in takes or one.type not in {kind for kinds in _TAKES.values() for kind in kinds}


def _speaks(language: str, locale: str) -> bool:
    """Tell whether a column in a language can go into one of a locale; one without a language can go into any."""
    if not language:
        return True
    return bool(locale) and locale.replace("-", "_").casefold().startswith(language.replace("-", "_").casefold()[:5])
