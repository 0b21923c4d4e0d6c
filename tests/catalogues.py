"""Reads what is to be translated out of the packages, and what their catalogues say, as `make words` does."""

import configparser
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

from pimflow.languages import LANGUAGES

ROOT = Path(__file__).parents[1]
KEYWORDS = {**DEFAULT_KEYWORDS, "said": None, "N_": None, "not_found": None, "say": None}
PACKAGES = {
    path.name: path
    for path in [ROOT / "core" / "pimflow", *ROOT.glob("plugins/*/pimflow_*")]
    if not path.name.endswith(("_sandbox", "_testkit"))
}
TRANSLATED = sorted(set(LANGUAGES) - {"en"})
PERCENT = re.compile(r"%\(\w+\)s|%s")


@cache
def words(package: str) -> set[str | tuple[str, ...]]:
    """Find what is to be translated in a package."""
    mapping = configparser.ConfigParser()
    mapping.read(ROOT / "babel.cfg", "utf-8")
    methods = [tuple(section.split(": ")[::-1]) for section in mapping.sections()]
    options = {pattern: dict(mapping[f"{method}: {pattern}"]) for pattern, method in methods}
    return {message for _, _, message, _, _ in extract_from_dir(PACKAGES[package], methods, options, KEYWORDS)}


def translated(package: str, language: str) -> Iterator[Message]:
    """Read the catalogue of a package."""
    file = PACKAGES[package] / "locale" / language / "LC_MESSAGES" / "messages.po"
    if file.is_file():
        with file.open("rb") as lines:
            yield from (message for message in read_po(lines, locale=language) if message.id)


def texts(of: str | tuple[str, ...]) -> tuple[str, ...]:
    """Give singular and plural, or the one text."""
    return (of,) if isinstance(of, str) else tuple(of)


def fields(of: str | tuple[str, ...]) -> set[str]:
    """Give what is put into a text. Raises ValueError for one that cannot be formatted."""
    text = " ".join(texts(of))
    return {*PERCENT.findall(text), *(name for _, name, _, _ in Formatter().parse(text) if name is not None)}
