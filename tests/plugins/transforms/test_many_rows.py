"""Rows that a transform takes at once become what they become one by one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pimflow import BadValue, Problem
from pimflow.rows import Chunk, Passed
from pimflow.transforming.chain import Chain, Steps
from pimflow_transforms.compute import Compute
from pimflow_transforms.convert import Convert
from pimflow_transforms.filter import Filter
from pimflow_transforms.map import Map

HEADER = ("a", "b", "c")
NUMBERS = st.sampled_from(
    ["0", "12", "12.50", "0.0", "0.10", "007", ".5", "1.", "1e3", "-3", "1\n2", "1.0\n", " 4 ", "x", ""]
)
CELLS = NUMBERS | st.text(max_size=3) | st.none() | st.integers() | st.just(BadValue(Problem("no")))
TRANSFORMS = [
    Filter(conditions={"field": "a", "equals": "12"}),
    Filter(conditions={"field": "b", "present": True}),
    Filter(conditions=[{"field": "a", "at_least": 3}, {"field": "c", "differs": "x"}]),
    Filter(conditions={"field": "c", "matches": "^[0-9]"}),
    Compute(columns={"d": 'a ~ " - 100 % " ~ b', "b": "c ~ a"}),
    Compute(columns={"d": "a|number * 2"}),
    Map(columns={"x": "a", "y": {"from": "b", "default": "none"}, "z": {"constant": 1}}),
    Map(columns={"x": "c"}),
    Convert(columns={"a": "number", "c": "number"}),
    Convert(columns={"b": {"to": "number", "decimal": "comma"}, "c": "boolean"}),
]


def alone(step):
    """The same step for one row at a time."""
    return lambda row: step(row)  # noqa: PLW0108 - it has no `many`


@pytest.mark.parametrize("transform", TRANSFORMS, ids=lambda one: f"{one.type} {one.model_dump()}"[:60])
@given(rows=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=8))
def test_rows_become_the_same_at_once_and_one_by_one(transform, rows):
    header, step = transform.compile(HEADER, lambda _: True)
    found = []
    for taken in (step, alone(step)):
        chain = Chain(header, (Steps((taken,)),))
        chunks = chain.run([Chunk(range(1, len(rows) + 1), rows)])
        results = [one for chunk in chunks for one in chunk]
        shown = [(one.row, [*one.result]) if isinstance(one, Passed) else (one.row, one.problem) for one in results]
        found.append((shown, chain.dropped))
    assert found[0] == found[1]


def test_a_row_that_cannot_be_judged_is_told_and_the_others_go_on():
    header, step = Filter(conditions={"field": "a", "at_least": 3}).compile(HEADER, lambda _: True)
    chain = Chain(header, (Steps((step,)),))
    rows = [("5", "", ""), ("x", "", ""), ("1", "", ""), ("4", "", "")]
    (results,) = chain.run([Chunk([1, 2, 3, 4], rows)])
    assert [(one.row, isinstance(one, Passed)) for one in results] == [(1, True), (2, False), (4, True)]
    assert results[1].problem.value == "x"
    assert chain.dropped == 1
