"""The words of other languages: the gettext catalogues of pimflow and of every plugin, read as they are written (.po).

A distribution brings `<package>/locale/<language>/LC_MESSAGES/messages.po`. Its package is known by its entry points; a
library that plugins share names itself in the group `pimflow.words`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from gettext import NullTranslations
from importlib.metadata import entry_points
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from loguru import logger

if TYPE_CHECKING:
    from babel.support import Translations

LANGUAGES = {"en": "English", "fr": "Français", "de": "Deutsch"}
"""The languages by code, each in its own words; English is what the code itself says."""
ENGLISH = NullTranslations()
_GROUPS = ("pimflow", "pimflow.commands", "pimflow.words")


@cache
def words_of(language: str) -> NullTranslations:
    """Give the words of a language, of all that is installed; a catalogue that is broken is logged and left out."""
    files = (folder / language / "LC_MESSAGES" / "messages.po" for folder in _folders())
    found = [file for file in files if file.is_file()]
    return _merged(found, language) if found else ENGLISH


def _folders() -> Iterator[Path]:
    """Give the folder of catalogues of each package, without importing it."""
    points = (point for group in _GROUPS for point in entry_points(group=group))
    for package in sorted({point.module.partition(".")[0] for point in points}):
        spec = find_spec(package)
        for place in (spec.submodule_search_locations or ()) if spec else ():
            yield Path(place) / "locale"


def _merged(files: list[Path], language: str) -> NullTranslations:
    from babel.support import Translations

    merged = Translations()
    for file in files:
        try:
            merged.merge(_read(file, language))
        except (OSError, ValueError) as error:
            logger.warning("the words in {} cannot be read: {}. What they are for is told in English", file, error)
    return merged


def _read(file: Path, language: str) -> Translations:
    """Read one catalogue. Raises ValueError where its lines are none of one."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import PoFileError, read_po
    from babel.support import Translations

    compiled = BytesIO()
    with file.open("rb") as lines:
        try:
            write_mo(compiled, read_po(lines, locale=language, abort_invalid=True))
        except PoFileError as error:
            raise ValueError(str(error)) from None
    compiled.seek(0)
    return Translations(compiled)
