"""Has one case of a suite judge a component with a defect."""

from contextlib import nullcontext

import pytest

from pimflow import Source
from pimflow_testkit.bench import Bench, Subject

FAILURES = (AssertionError, pytest.fail.Exception)


def finds(case, tmp_path, cls, options=None, **more):
    more.setdefault("session", nullcontext)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pimflow_testkit.leaks._PATIENCE", 0.2)  # what is left behind here stays
        with pytest.raises(FAILURES):
            case(Bench(Subject(component=cls, options=options or {}, **more), tmp_path, tmp_path))


def source_of(*tables, **members):
    """Make a source that gives one of the tables a read, the last one from then on."""
    left = list(tables)

    def extract(self, session, window):
        return iter(left.pop(0) if len(left) > 1 else left[0])

    return type("Some", (Source,), {"type": "some.rows", "__module__": __name__, "extract": extract, **members})


GOOD = [("sku", "name"), ("1", "a"), ("2", "b")]
