"""The PIM's model as a plan would leave it: records that earlier flows of the plan would write. No I/O."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

Record = Mapping[str, Any]


class Planned:
    """Records of lists, in the form in which they are written; grows with the PIM's model."""

    def __init__(self) -> None:
        self._records: dict[str, dict[str, Record]] = {}
        self._new: dict[str, set[str]] = {}

    def put(self, path: str, records: Mapping[str, Record], new: Collection[str]) -> None:
        """Add records of a list by their codes; `new` are those that the PIM does not have."""
        self._records.setdefault(path, {}).update({code.lower(): record for code, record in records.items()})
        self._new.setdefault(path, set()).update(code.lower() for code in new)

    def over(self, path: str, records: Iterable[Record]) -> Iterator[Record]:
        """Give a list of the PIM as it would be: what is written replaces what it names, new records come last."""
        planned = self._records.get(path, {})
        for record in records:
            yield {**record, **planned.get(str(record["code"]).lower(), {})}
        new = self._new.get(path, ())
        yield from (record for code, record in planned.items() if code in new)

    def is_below_new(self, path: str) -> bool:
        """Tell whether a list such as `attributes/color/options` belongs to a record that the PIM does not have."""
        owners, _, rest = path.partition("/")
        return rest.partition("/")[0].lower() in self._new.get(owners, ())
