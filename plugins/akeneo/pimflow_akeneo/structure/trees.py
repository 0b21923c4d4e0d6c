"""Categories in the order in which the PIM can take them. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pimflow import Change


def parents_first(batch: Sequence[Change]) -> list[Change]:
    """Put each category behind its parent where both are in the batch; the order is kept otherwise."""
    by_code = {change.key.lower(): change for change in batch}
    placed: dict[str, Change] = {}
    for change in batch:
        branch = {change.key: change}
        above = _parent(change, by_code)
        while above is not None and above.key not in placed and above.key not in branch:
            branch[above.key] = above
            above = _parent(above, by_code)
        placed.update((key, one) for key, one in reversed(branch.items()) if key not in placed)
    return list(placed.values())


def _parent(change: Change, by_code: Mapping[str, Change]) -> Change | None:
    return by_code.get(str(change.payload.get("parent") or "").lower())
