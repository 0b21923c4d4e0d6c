"""Finds out how a CSV file is written: its encoding and its delimiter."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import charset_normalizer

DELIMITERS = (";", ",", "\t", "|")
UNDECODED = re.compile("[\udc80-\udcff]")
"""What `errors="surrogateescape"` makes of a byte that the encoding does not have."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like the one of UTF-16, so it is asked first
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WESTERN = "cp1252"
_PLAUSIBLE = [_WESTERN, "cp1250", "cp1251", "cp1253", "cp1254", "big5", "gb18030", "shift_jis", "euc_kr"]
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
_TOLD = re.compile(r"sep=(.)\s*$")  # a first line that Excel understands
_CHUNK = 1 << 15
_SAMPLE = 1 << 15


def find_encoding(path: Path) -> str:
    """Tell the encoding: a byte order mark decides, then UTF-8, then what charset-normalizer makes of the bytes.

    The file is read once. One that is UTF-8 save for a few bytes stays UTF-8: those cells are told as unreadable,
    where a guess would spoil every accented letter of the file.
    """
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
        for bom, name in _BOMS:
            if head.startswith(bom):
                return name
        if wide := _without_mark(head):
            return wide
        return "utf-8" if _decodes(file) else _mostly(file)


def _decodes(file: BinaryIO) -> bool:
    file.seek(0)
    decode = codecs.getincrementaldecoder("utf-8")().decode
    try:
        while chunk := file.read(_CHUNK):
            decode(chunk)
        decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _mostly(file: BinaryIO) -> str:
    """Tell UTF-8 where it explains more letters than it leaves bytes unexplained."""
    file.seek(0)
    good = bad = 0
    sample = b""
    decode = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode
    while chunk := file.read(_CHUNK):
        text = decode(chunk)
        broken = len(UNDECODED.findall(text))
        bad += broken
        good += len(_BEYOND_ASCII.findall(text)) - broken
        sample = sample or (_around_the_first(chunk) if broken else b"")
    return "utf-8" if good >= bad else _guess(sample)


def _without_mark(head: bytes) -> str | None:
    """Tell UTF-16 without a byte order mark by its zero bytes."""
    quarter = len(head) // 4
    if head[1::2].count(0) > quarter:
        return "utf-16-le"
    return "utf-16-be" if head[::2].count(0) > quarter else None


def _around_the_first(chunk: bytes) -> bytes:
    found = re.search(rb"[\x80-\xff]", chunk)
    start = max(0, found.start() - _SAMPLE // 2) if found else 0
    return chunk[start : start + _SAMPLE]


def _guess(sample: bytes) -> str:
    """Prefer the Windows encoding of western Europe where others fit no better."""
    matches = list(charset_normalizer.from_bytes(sample, cp_isolation=_PLAUSIBLE))
    best = max((match.coherence - match.chaos for match in matches), default=0.0)
    equal = [name for match in matches if match.coherence - match.chaos >= best for name in match.could_be_from_charset]
    return _WESTERN if _WESTERN in equal or not equal else equal[0]


def find_delimiter(path: Path, encoding: str, quotechar: str) -> str:
    """Tell the delimiter: the one that cuts the first rows into most often the same number of cells as the header.

    A file whose name ends in `.tsv` or `.tab` has tabs. A single column has no delimiter to find; `;` is given then.
    """
    if path.suffix.lower() in {".tsv", ".tab"}:
        return "\t"
    lines = _first_lines(path, encoding)
    if lines and (told := _TOLD.match(lines[0])):
        return told[1]
    return max(DELIMITERS, key=lambda sign: _fit(lines, sign, quotechar))


def find_quotechar(path: Path, encoding: str) -> str:
    """Tell the quote: a single one where the file begins with it, else the double one."""
    first = next(iter(_first_lines(path, encoding)), "")
    return "'" if first.startswith("'") and '"' not in first else '"'


def _first_lines(path: Path, encoding: str) -> Sequence[str]:
    with path.open(encoding=encoding, errors="surrogateescape", newline="") as file:
        sample = file.read(_SAMPLE)
    lines = list(io.StringIO(sample, newline=""))
    return lines[:-1] if len(sample) == _SAMPLE and len(lines) > 1 else lines


def _fit(lines: Sequence[str], delimiter: str, quotechar: str) -> tuple[float, int]:
    rows = islice(csv.reader(lines, delimiter=delimiter, quotechar=quotechar), 100)
    widths = [len(row) for row in rows if row]
    if not widths or widths[0] < 2:
        return (0, 0)
    return (sum(width == widths[0] for width in widths) / len(widths), widths[0])
