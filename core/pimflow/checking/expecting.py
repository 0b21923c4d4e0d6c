"""What is known of the columns of a flow before its rows are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pimflow.assemble import Flow
from pimflow.model import Field, Header
from pimflow.outlook import Expected


def expected_columns(flow: Flow, header: Header, fields: Iterable[Field]) -> Mapping[str, Expected]:
    """Follow what is known of the source's columns through the transforms; `header` is that behind the last of them."""
    columns = followed(flow, fields)
    return {name: columns.get(name, Expected()) for name in header}


def followed(flow: Flow, fields: Iterable[Field]) -> Mapping[str, Expected]:
    """Give what is known of the columns that come out, whatever else comes."""
    columns: Mapping[str, Expected] = {one.name: Expected(one.type, hot=one.hot) for one in fields}
    for placed in flow.transforms:
        columns = placed.transform.expected(columns)
    return columns
