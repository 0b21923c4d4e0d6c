"""What columns are called: names without signs, and the locale, channel or currency that a name ends with."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from pimflow.outlook import Offer

_ABBREVIATED = 3
"""Letters of a word that an abbreviation keeps at least."""


_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_OWN = re.compile(r"(?i)^(options|custom|x_studio|x|z|zz|attr|attribute|field)_")


@lru_cache(maxsize=10_000)
def plain(text: str) -> str:
    """Give a name without case, accents and signs: `Prix (H.T.)` and `prix_ht` are the same."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(sign for sign in decomposed if sign.isalnum())


def spelt(text: str) -> frozenset[str]:
    """Give the ways to write a name plainly: `Größe` is `grosse`, and `groesse` where systems know no umlauts."""
    return frozenset((plain(text), plain(text.casefold().translate(_UMLAUTS))))


def places(offers: Iterable[Offer]) -> frozenset[str]:
    """Name the locales, their languages, channels and currencies that columns of a target end with."""
    found = {place for offer in offers for place in offer.column.split("-")[1:]}
    return frozenset(found | {offer.locale.partition("_")[0] for offer in offers if "_" in offer.locale})


def parted(name: str, known: frozenset[str]) -> tuple[str, frozenset[str]]:
    """Part `Beschreibung print@de_DE` into `Beschreibung`, and the places that it ends with as `plain` gives them."""
    found: set[str] = set()
    text, _, language = name.partition("@")
    if language:
        found.add(plain(language))
    forms = "|".join(re.escape(place).replace("_", "[-_]?") for place in sorted(known, key=len, reverse=True))
    ending = re.compile(rf"(.*[^\W_])[\W_]+({forms})\W*", re.IGNORECASE) if known else None
    while ending is not None and (match := ending.fullmatch(text)):
        text = match[1]
        found.add(plain(match[2]))
    return text, frozenset(found)


def speaks_of(named: frozenset[str], offer: Offer, known: frozenset[str]) -> bool:
    """Tell whether a name with these places can mean a column: none of them may be another one than its own."""
    own = {plain(place) for place in offer.column.split("-")[1:]} - {plain(offer.locale)}
    others = {plain(place) for place in known}
    for place in named:
        if place in own or (offer.locale and plain(offer.locale).startswith(place[:4])):
            continue
        if own or place not in others or _is_language(place, known):
            return False
    return True


def is_short_for(name: str, code: str) -> bool:
    """Tell whether a name is an abbreviation of a code, as `Z_CAREINST` is of `care_instructions`."""
    words = [plain(word) for word in code.split("_") if plain(word)]
    parts = [rf"{re.escape(word[:_ABBREVIATED])}[a-z]*" for word in words]
    bare = plain(re.sub(r"^[A-Za-z]{1,2}[\W_]+", "", name))
    if len(bare) <= _ABBREVIATED or not words or not re.fullmatch("".join(parts), bare):
        return False
    return _spelt(bare, words)


def bare(name: str) -> str:
    """Give a name as `plain` does, without what systems put before fields of the user's own: `options_`, `custom_`."""
    return plain(_OWN.sub("", name.rpartition(".")[2]))


def holds(name: str, code: str) -> bool:
    """Tell whether a name begins or ends with the words of a code, as `item_name` and `Name of the article` do."""
    words, wanted = (re.findall(r"[^\W_]+", text.casefold()) for text in (name, code))
    return 0 < len(wanted) < len(words) and wanted in (words[: len(wanted)], words[-len(wanted) :])


def _spelt(text: str, words: list[str]) -> bool:
    """Tell whether a text is made of beginnings of these words, each of some letters."""
    if not words:
        return not text
    least = min(_ABBREVIATED, len(words[0]))
    lengths = range(least, len(words[0]) + 1)
    return any(text.startswith(words[0][:length]) and _spelt(text[length:], words[1:]) for length in lengths)


def _is_language(place: str, known: frozenset[str]) -> bool:
    return any("_" in one and plain(one).startswith(place) for one in known)
