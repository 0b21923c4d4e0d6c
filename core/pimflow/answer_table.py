"""The table of answers: a CSV file, one for each pipeline, that people read, edit and keep under version control."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import StringIO
from pathlib import Path

from pimflow.answers import Answer, as_text
from pimflow.errors import ConfigError, Mistake
from pimflow.table_files import DELIMITERS, csv_lines, delimiter_of, replaced
from pimflow.words import did_you_mean

USE, IGNORE = "use", "ignore"
_COLUMNS = ("flow", "column", "value", "answer", "becomes", "given", "by")
_NEEDED = frozenset(_COLUMNS) - {"given", "by"}
Line = dict[str, str]


def table_of(root: Path, pipeline: str) -> Path:
    """Give the table of a pipeline."""
    return root / "answers" / f"{pipeline}.csv"


def read_answers(file: Path, flows: Sequence[str]) -> tuple[list[Answer], list[Mistake]]:
    """Read a table: its answers and what is wrong in it. A table that is not there has neither."""
    if not file.exists():
        return [], []
    answers: dict[tuple[str, str, str], Answer] = {}
    mistakes: list[Mistake] = []
    try:
        for number, line in _lines(file):
            found = _understood(line, number, flows)
            if isinstance(found, Answer):
                first = answers.setdefault((found.flow, found.column, found.value), found)
                found = found if first is found else f"line {first.line} already answers this value; keep one of them"
            if isinstance(found, str):
                mistakes.append(Mistake(found, str(file), number))
    except ConfigError as error:
        mistakes += error.mistakes
    return list(answers.values()), mistakes


def add_answer(file: Path, answer: Answer) -> None:
    """Put an answer into the table, in place of an earlier one to the same. Raises ConfigError."""
    word = IGNORE if answer.becomes is None else USE
    cells = (answer.flow, answer.column, answer.value, word, answer.becomes or "", answer.given, answer.by)
    new = dict(zip(_COLUMNS, cells, strict=True))

    def changed(lines: list[Line]) -> list[Line]:
        same = next((number for number, line in enumerate(lines) if _is_about(line, answer)), None)
        if same is None:
            return [*lines, new]
        return [*lines[:same], lines[same] | new, *lines[same + 1 :]]

    _rewrite(file, changed)


def remove_answer(file: Path, answer: Answer) -> None:
    """Take an answer out of the table. Raises ConfigError."""
    _rewrite(file, lambda lines: [line for line in lines if not _is_about(line, answer)])


def _is_about(line: Line, answer: Answer) -> bool:
    about = (line["flow"].strip(), line["column"].strip(), as_text(line["value"]))
    return about == (answer.flow, answer.column, answer.value)


def _understood(line: Line, number: int, flows: Sequence[str]) -> Answer | str:
    """Make an answer of a line, or tell what is wrong with it."""
    flow, column, value, answer, becomes = (line[name].strip() for name in _COLUMNS[:5])
    if flow not in flows:
        return f"no flow is called {flow!r}{did_you_mean(flow, flows)}"
    if not column or not value:
        return f"`{'value' if column else 'column'}` is empty"
    if answer not in {USE, IGNORE}:
        return f"`answer` is {USE} or {IGNORE}; found {answer!r}"
    if (answer == USE) != bool(becomes):
        return "`use` needs a value under `becomes`" if answer == USE else "`ignore` wants `becomes` empty"
    given, by = (line.get(name, "").strip() for name in _COLUMNS[5:])
    return Answer(flow, column, value, becomes or None, given, by, number)


def _lines(file: Path) -> Iterator[tuple[int, Line]]:
    """Give the lines with their numbers. Raises ConfigError."""
    header, rows = _read(file)
    for number, row in rows:
        if len(row) > len(header):
            raise ConfigError(Mistake(f"has {len(row)} cells, and the table {len(header)} columns", str(file), number))
        yield number, dict(zip(header, [*row, *[""] * (len(header) - len(row))], strict=True))


def _read(file: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    rows = [(number, row) for number, row in csv_lines(file) if any(cell.strip() for cell in row)]
    header = [name.strip() for name in rows[0][1]] if rows else list(_COLUMNS)
    missing = sorted(_NEEDED - set(header))
    if missing or len(set(header)) < len(header):
        wrong = f"has no column {', '.join(missing)}" if missing else "has two columns of one name"
        raise ConfigError(Mistake(f"{wrong}; its columns are {', '.join(_COLUMNS)}", str(file), rows[0][0]))
    return header, rows[1:]


def _rewrite(file: Path, change: Callable[[list[Line]], Iterable[Line]]) -> None:
    """Write the table anew: in one step, with its own delimiter and the columns that people added."""
    lines = [line for _, line in _lines(file)] if file.exists() else []
    names = _read(file)[0] if file.exists() else list(_COLUMNS)
    names += [name for name in _COLUMNS if name not in names]
    delimiter = delimiter_of(file) if lines else DELIMITERS[0]
    text = StringIO(newline="")
    writer = csv.DictWriter(text, names, delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(change(lines))
    _write(file, text.getvalue())


def _write(file: Path, text: str) -> None:
    """Write what is more than ASCII with the mark by which Excel knows UTF-8."""
    with replaced(file) as beside:
        beside.parent.mkdir(exist_ok=True)
        beside.write_text(text, "utf-8" if text.isascii() else "utf-8-sig", newline="")
