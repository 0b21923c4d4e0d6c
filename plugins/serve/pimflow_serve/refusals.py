"""What a person or program is told when a page or a call cannot be answered: what happened, and what now."""

from __future__ import annotations

from collections.abc import Mapping
from gettext import NullTranslations

from starlette.exceptions import HTTPException

from pimflow.sentences import Said, in_language
from pimflow.words import capital, full_stop


def N_(text: str) -> str:  # noqa: N802 - by this name the tools of gettext find what is to be translated
    """Mark a sentence that is translated when it is shown."""
    return text


def _in(words: NullTranslations, text: str) -> str:
    """Tell a text in a language: one of pimflow's own sentences, or of those that are marked here."""
    if isinstance(text, Said):
        return in_language(text, words)
    return words.gettext(text) if text else ""


class Refused(HTTPException):
    """A page or a call that is not answered; `remedy` says what to do, in whole sentences.

    Both may hold `%(name)s`, for which `fields` stand.
    """

    def __init__(
        self,
        status: int,
        message: str,
        remedy: str = "",
        headers: dict[str, str] | None = None,
        fields: Mapping[str, object] | None = None,
    ) -> None:
        self._said = (message, remedy)
        self._fields = fields
        super().__init__(status, self.said(NullTranslations())[0], headers)

    def said(self, words: NullTranslations) -> tuple[str, str]:
        """Give message and remedy in a language."""
        message, remedy = (_in(words, text) for text in self._said)
        if not self._fields:
            return message, remedy
        fields = {name: _in(words, one) if isinstance(one, str) else one for name, one in self._fields.items()}
        return message % fields, remedy % fields

    def sentences(self, words: NullTranslations) -> str:
        """Give both as one text for people."""
        message, remedy = self.said(words)
        return f"{full_stop(capital(message))} {remedy}".strip()


class NotSignedIn(Refused):
    """Nobody is signed in: a page leads to the one where that is done."""

    def __init__(self) -> None:
        remedy = "Sign in, or send a token: `Authorization: Bearer ...`."
        super().__init__(401, "you are not signed in", remedy, {"WWW-Authenticate": "Bearer"})


def not_found(what: str) -> Refused:
    """Tell that something is not there: a `page of this name`, which the tools of gettext find here too."""
    remedy = N_("It may have been removed, or the address is wrong.")
    return Refused(404, N_("there is no %(what)s"), remedy, fields={"what": what})
