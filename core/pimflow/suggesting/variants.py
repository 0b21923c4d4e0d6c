"""What a sample says of templates and their variants: how they come together, and what they differ in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from pimflow.components import Source
from pimflow.outlook import Structure
from pimflow.suggesting.samples import compared


def structure_of(source: Source, rows: Sequence[Mapping[str, Any]]) -> Structure | None:
    """Give the structure of a sample; None where there are no templates, or none with variants that differ."""
    group = source.together
    if group is None or not rows or group not in rows[0]:
        return None
    families: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        if row.get(group):
            families[str(row[group])].append(row)
    columns = [name for name in rows[0] if name.startswith(source.varying)]
    kinds: defaultdict[tuple[str, ...], int] = defaultdict(int)
    for variants in families.values():
        axes = tuple(name for name in columns if len({compared(row.get(name)) for row in variants}) > 1)
        if axes:
            kinds[axes] += 1
    if not kinds:
        return None
    named = sorted({axis for axes in kinds for axis in axes})
    values = {axis: tuple(sorted({str(row[axis]) for row in rows if row.get(axis)})) for axis in named}
    single = sum(len(variants) == 1 for variants in families.values())
    return Structure(group, dict(sorted(kinds.items(), key=lambda kind: -kind[1])), values, single)
