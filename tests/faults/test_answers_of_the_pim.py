"""Answers that fail, break, come late, muddled or from somebody else: all arrives once, and what happened is told."""

import pytest

from .conftest import NUMBER
from .faults_told import ALWAYS, NOW_AND_THEN


@pytest.mark.parametrize("fault", NOW_AND_THEN, ids=str)
def test_a_fault_now_and_then_is_not_noticed(project, settled, fault):
    project.options(timeout=fault.timeout)
    project.pim.faults(**fault.faults)
    first = project.run()
    assert first.code == fault.code == 0, first.out + first.err
    assert f"{NUMBER} products read; {NUMBER} new, 0 updated, 0 already up to date." in first.out
    settled()


@pytest.mark.parametrize("fault", ALWAYS, ids=str)
def test_a_fault_that_stays_is_told_and_the_next_run_mends_all(project, undisturbed, healed, fault):
    project.options(timeout=fault.timeout)
    project.pim.faults(**fault.faults)
    first = project.run()
    assert first.code == fault.code, first.out + first.err
    assert fault.words in first.out
    stopped = " stopped. " in first.out
    assert stopped is (fault.code == 3)
    assert project.contents() == (undisturbed if fault.applied else {})
    again = healed().out
    if "truncated" not in fault.faults:  # half of the records were answered for
        assert stopped or f"{NUMBER} need your attention" in first.out
        assert (f"0 new, {NUMBER} updated" if fault.applied else f"{NUMBER} new, 0 updated") in again
