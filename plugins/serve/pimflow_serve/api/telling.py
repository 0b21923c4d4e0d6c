"""Answers of the API in the language of whoever asks: their own, else what `Accept-Language` wants, else English."""

from __future__ import annotations

from dataclasses import dataclass
from gettext import NullTranslations
from typing import Annotated, TypeVar

from fastapi import Depends, Request

from pimflow_serve.access.guard import Viewer
from pimflow_serve.languages import spoken, words

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Telling:
    """Tells the sentences in what a call gives."""

    words: NullTranslations

    def __call__(self, thing: T) -> T:
        """Give the same, told in a language."""
        return spoken(thing, self.words)


def _telling(request: Request, person: Viewer) -> Telling:
    return Telling(words(request, person))


Tell = Annotated[Telling, Depends(_telling)]
