"""Check digits, computed of the letters and digits that stand before them. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

_WITH_LETTERS = frozenset({"iso7064_mod_37_36", "iso7064_mod_97_10"})
_DIGITS_OF_EAN = frozenset({7, 11, 12, 13})


@dataclass(frozen=True, slots=True)
class CheckDigit:
    """One way to compute check digits. Where letters do not count, they are left out."""

    name: str

    def of(self, text: str) -> str:
        """Compute what follows a text: one digit, two, or one that may be a letter."""
        with_letters = self.name in _WITH_LETTERS
        return _computed(
            self.name, "".join(sign for sign in text.upper() if sign.isdigit() or (with_letters and sign.isalpha()))
        )

    def must_take(self, text: str | None) -> None:
        """See that such a text can have one; None is one that is not known yet. Raises ValueError."""
        digits = sum(sign.isdigit() for sign in text or "")
        if self.name == "ean" and text is not None and digits not in _DIGITS_OF_EAN:
            raise ValueError(f"{digits} digits stand before {{check}}; an EAN has 7, 11, 12 or 13 there")


def _computed(name: str, counted: str) -> str:
    from stdnum import damm, ean, luhn, verhoeff  # noqa: PLC0415 - with what it loads it takes a tenth of a second
    from stdnum.iso7064 import mod_11_10, mod_37_36, mod_97_10  # noqa: PLC0415

    ways: Mapping[str, Callable[[str], str]] = {
        "luhn": luhn.calc_check_digit,
        "damm": damm.calc_check_digit,
        "verhoeff": verhoeff.calc_check_digit,
        "ean": ean.calc_check_digit,
        "iso7064_mod_11_10": mod_11_10.calc_check_digit,
        "iso7064_mod_37_36": mod_37_36.calc_check_digit,
        "iso7064_mod_97_10": mod_97_10.calc_check_digits,
    }
    return ways[name](counted)
