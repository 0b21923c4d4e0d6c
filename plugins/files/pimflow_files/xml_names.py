"""What may stand in an XML file: names of elements and attributes made of columns, and the signs of texts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pimflow import Header, Problem, ProblemKind, RowProblem, Who, said
from pimflow_files.unwritable import UnwritableError

MARK = "@"
"""What stands before the name of an attribute."""

_LETTERS = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u0131\u0134-\u013e\u0141-\u0148\u014a-\u017e\u038e-\u03a1\u03a3-\u03ce"
    "\u0401-\u040c\u040e-\u044f\u0451-\u045c\u045e-\u0481\u3041-\u3094\u30a1-\u30fa\u4e00-\u9fa5\uac00-\ud7a3"
)
"""Those of living alphabets that readers of XML of any age take in a name."""
_NAME = re.compile(f"[{_LETTERS}_][{_LETTERS}0-9_.-]*")
_ATTRIBUTE = re.compile(f"(xml:)?{_NAME.pattern}")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def is_record_path(text: str) -> bool:
    """Tell whether a text names the element of a record and at least one around it."""
    steps = text.split("/")
    return len(steps) > 1 and all(map(_NAME.fullmatch, steps))


def is_attribute(text: str) -> bool:
    """Tell whether a text can be the name of an attribute, such as `xml:lang`."""
    return _ATTRIBUTE.fullmatch(text) is not None


def unfit(header: Header, by: Sequence[str]) -> Mapping[str, RowProblem]:
    """Name the columns that are no names of elements or attributes, and texts where elements stand."""
    found = {name: problem for name in header if (problem := name_problem(name, by))}
    for name in header:
        inner = (other.removeprefix(f"{name}/") for other in header if other.startswith(f"{name}/"))
        within = next((step for step in inner if not step.startswith(MARK)), None)
        if within is not None and name not in found:
            found[name] = _mixed(name, f"{name}/{within}")
    return found


def name_problem(column: str, by: Sequence[str]) -> RowProblem | None:
    """Say why a column cannot be written; None where it can."""
    *outer, last = column.split("/")
    attribute = last.removeprefix(MARK) if last.startswith(MARK) else None
    steps = [split(step, by) for step in (*outer, last)[: None if attribute is None else -1]]
    if not all(_NAME.fullmatch(name) for name, _ in steps) or not (attribute is None or is_attribute(attribute)):
        return _no_name(column)
    if steps and attribute in steps[-1][1]:
        return _twice(column)
    return None


def split(step: str, by: Sequence[str]) -> tuple[str, Mapping[str, str]]:
    """Give the element of a step, and its attributes under `by`: `name-de_DE` is `name` with `lang` de_DE."""
    name, *values = step.split("-", len(by)) if by else (step,)
    return name, dict(zip(by, values, strict=False))


def allowed(text: str) -> str:
    """Give a text as it is. Raises UnwritableError for one with a sign that XML forbids."""
    if found := _FORBIDDEN.search(text):
        remedy = said("Have the sign, which nobody can see, taken out of the text.")
        raise UnwritableError(Problem(said("which no XML file can hold"), value=found[0], remedy=remedy))
    return text


def _no_name(column: str) -> RowProblem:
    remedy = said(
        "Give it a name of letters, digits and underscores in the mapping, as in `net_weight` or `size/width`."
    )
    reason = said("this is no name of an element in XML")
    return RowProblem(column, None, reason, remedy=remedy, who=Who.ADMINISTRATOR)


def _twice(column: str) -> RowProblem:
    reason = said("the name of its element gives this attribute a value already")
    remedy = said("Leave it out of the mapping, or change `by` of the target.")
    return RowProblem(column, None, reason, kind=ProblemKind.DUPLICATE, remedy=remedy, who=Who.ADMINISTRATOR)


def _mixed(column: str, within: str) -> RowProblem:
    reason = said("its element holds that of {within!r}, so it can hold no text", within=within)
    remedy = said("Give it another name in the mapping, or a place within, as in `{column}/text`.", column=column)
    return RowProblem(column, None, reason, kind=ProblemKind.DUPLICATE, remedy=remedy, who=Who.ADMINISTRATOR)
