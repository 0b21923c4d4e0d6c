"""When two keys are nearly equal: how they differ, and the form in which they are equal. No I/O."""

from __future__ import annotations

import unicodedata

KINDS = ("case", "blanks", "separators", "zeros", "code")
"""How keys of one record can differ: letter case, or the form of a letter; blanks; `- _ . /` and the like; zeros at the
beginning. Or they differ wholly, and both records have the same GTIN or other code."""

_SEPARATORS = frozenset("-_./\\:|")
_DROPPED = dict.fromkeys((*range(33), 127, *map(ord, _SEPARATORS)))
_BLANKS = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})
_CODES = frozenset({"gtin", "gtin8", "gtin12", "gtin13", "gtin14", "ean", "ean8", "ean13", "upc", "barcode", "isbn"})
_NAMES = frozenset({"name", "label", "title", "designation", "description"})
_SHORTEST_CODE = 6


def near_form(key: str) -> str:
    """Give the form in which nearly equal keys are equal; empty for a key without any letter, digit or sign."""
    if key.isascii():  # nearly all are, and this takes a tenth of the time
        bare = key.lower().translate(_DROPPED)
        return bare.lstrip("0") or bare[:1]
    found = _form(key)
    return found if found == key else near_form(found)  # without a sign between them, two letters may become one


def code_form(value: object) -> str:
    """Give the form in which equal codes are equal: a GTIN has 8 to 14 digits, zeros before it count for nothing.

    Empty for what is too short, or nothing but zeros, which stands for many products.
    """
    found = near_form(str(value)) if value is not None else ""
    return found if len(found) >= _SHORTEST_CODE else ""


def differences(one: str, other: str) -> tuple[str, ...]:
    """Name how two nearly equal keys differ, in the order of `KINDS`; nothing for equal ones.

    Keys that are not nearly equal differ by `code`: they were brought together by that.
    """
    if one == other:
        return ()
    if near_form(one) != near_form(other):
        return ("code",)
    found = tuple(kind for kind in KINDS[:-1] if _form(one, kind) != _form(other, kind))
    return found or ("blanks", "separators")  # the same ones, in another order


def is_code(column: str) -> bool:
    """Tell whether a column seems to hold a GTIN, by its name."""
    return not _CODES.isdisjoint(_words(column))


def is_name(column: str) -> bool:
    """Tell whether a column seems to hold what people call a record."""
    return not _NAMES.isdisjoint(_words(column)[:1])


def _words(column: str) -> list[str]:
    return column.lower().replace("-", "_").split("_")


def _form(key: str, kept: str = "") -> str:
    """Give a key without what nearly equal ones differ by, save for one kind."""
    text = key if kept == "case" else _folded(key)
    letters = []
    begun = False
    for sign in text:
        if (_is_blank(sign) and kept != "blanks") or (_is_separator(sign) and kept != "separators"):
            continue
        if sign == "0" and not begun and kept != "zeros":
            continue
        begun = begun or not (_is_blank(sign) or _is_separator(sign))
        letters.append(sign)
    if not begun and "0" in text:
        letters.append("0")
    return "".join(letters)


def _folded(key: str) -> str:
    """Fold letter case and forms of letters, until nothing changes any more."""
    folded = unicodedata.normalize("NFKC", key.casefold())
    return folded if folded == key else _folded(folded)


def _is_blank(sign: str) -> bool:
    return sign.isspace() or unicodedata.category(sign) in _BLANKS


def _is_separator(sign: str) -> bool:
    return sign in _SEPARATORS or unicodedata.category(sign) == "Pd"
