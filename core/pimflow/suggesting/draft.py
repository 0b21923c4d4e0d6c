"""A suggested mapping as YAML that a person reads, corrects and keeps."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from pimflow.outlook import Structure
from pimflow.suggesting.mapping import Draft, Suggestion

_MOST = 5
_WIDTH = 44


def written(draft: Draft, source: str, target: str, rows: int, structure: Structure | None = None) -> str:
    """Write `transforms:` with the reasons behind each line; what is less sure is there as a comment."""
    return "\n".join(_lines(draft, source, target, rows, structure)) + "\n"


def _lines(draft: Draft, source: str, target: str, rows: int, structure: Structure | None) -> Iterator[str]:
    records = "record" if rows == 1 else "records"
    yield f"# Suggested out of {rows:,} {records} of {source} and what {target} takes. Look at each line: the number"
    yield "# says how sure it is, the words behind it why. Nothing was written anywhere."
    yield "transforms:"
    yield "  - map:"
    for column in draft.missing:
        yield f"      # {column}: WHICH COLUMN?  nothing was found for it, and {target} knows records by it"
    for one in draft.lines:
        yield from _line(one, target, "")
    if draft.unsure:
        yield "      # Less sure; take the # away from what is right:"
    for one in draft.unsure:
        yield from _line(one, target, "# ")
    if structure is not None:
        yield from _kept(draft, structure)
    yield from _coded(draft, target)
    if structure is not None:
        yield from _variants(structure)
    left = [name for name in draft.left if structure is None or name != structure.group]
    if left:
        yield f"# Without a place in {target}: {', '.join(left)}"
    if draft.hot:
        yield f"# Left out, because they change all day and belong into no PIM: {', '.join(draft.hot)}"


def _line(one: Suggestion, target: str, mark: str) -> Iterator[str]:
    origin = _plain(one.field.name)
    value = f"{{from: {origin}, unit: {one.unit}}}" if one.unit else origin
    text = f"{_plain(one.offer.column)}: {value}"
    yield f"      {mark}{text:<{_WIDTH}}  # {min(round(one.sureness * 100), 99)} %: {'; '.join(one.reasons)}"
    if one.strange:
        shown = ", ".join(one.strange[:_MOST]) + (
            f" and {len(one.strange) - _MOST} more" if len(one.strange) > _MOST else ""
        )
        yield f"      #   {target} has no such option yet: {shown}"


def _coded(draft: Draft, target: str) -> Iterator[str]:
    """Make codes of values, where these are the codes of options."""
    found = [one for one in draft.lines if one.coded]
    if found:
        columns = ", ".join(f"{_plain(one.offer.column)}: {_plain(one.offer.column)}" for one in found)
        yield f"  - slug: {{{columns}}}  # {target} has codes of such values: {', '.join(found[0].coded[:_MOST])}"


def _kept(draft: Draft, structure: Structure) -> Iterator[str]:
    """Keep what the step `variants` needs: a mapping drops what it does not name."""
    there = {one.offer.column for one in draft.lines}
    group = f"{_plain(structure.group)}: {_plain(structure.group)}"
    if structure.group not in there:
        yield f"      {group:<{_WIDTH}}  # variants come together by it"
    if "family" not in there:
        yield "      # family: {constant: ?}  each variant needs a family, one that has the family variant"


def _variants(structure: Structure) -> Iterator[str]:
    yield f"  # {_told(structure)}"
    yield "  # The flow then needs two sinks: the one for product models before that for products."
    if structure.single:
        have = "template has" if structure.single == 1 else "templates have"
        yield f"  # {structure.single} {have} one variant only: `singles: simple` makes it a product without a model."
    singles = ", singles: simple" if structure.single else ""
    yield f"  - variants: {{group: {_plain(structure.group)}{singles}}}"


def _told(structure: Structure) -> str:
    kinds = [
        f"{number} {'template differs' if number == 1 else 'templates differ'} in {' and '.join(axes)}"
        for axes, number in structure.kinds.items()
    ]
    return f"Variants come together by {structure.group}: {'; '.join(kinds)}."


def _plain(text: str) -> str:
    """Write a text as YAML reads it back, in quotes only where it needs some."""
    return (
        yaml.safe_dump(text, default_flow_style=True, width=10_000, allow_unicode=True).removesuffix("\n...\n").strip()
    )
