"""Answers that fail, break, come late, muddled or from somebody else: all arrives once, and what happened is told."""

import pytest

from .conftest import NUMBER
from .faults_told import ALWAYS, NOW_AND_THEN


@pytest.mark.parametrize("fault", NOW_AND_THEN, ids=str)
def test_a_fault_now_and_then_is_not_noticed(project, undisturbed, healed, fault):
    project.options(timeout=fault.timeout)
    project.pim.faults(**fault.faults)
    first = project.run()
    assert first.code == fault.code == 0, first.out + first.err
    assert f"{NUMBER} products read; {NUMBER} new, 0 updated, 0 already up to date." in first.out
    assert project.contents() == undisturbed
    assert f"{NUMBER} already up to date." in healed().out


@pytest.mark.parametrize("fault", ALWAYS, ids=str)
def test_a_fault_that_stays_is_told_and_the_next_run_mends_all(project, undisturbed, healed, fault):
    project.options(timeout=fault.timeout)
    project.pim.faults(**fault.faults)
    first = project.run()
    assert first.code == fault.code, first.out + first.err
    assert fault.words in first.out
    stopped = " stopped. " in first.out
    assert stopped is (fault.code == 3)
    if not stopped:
        assert f"{NUMBER} need your attention" in first.out or fault.name == "half an answer, always"
    assert project.contents() == (undisturbed if fault.applied else {})
    again = healed().out
    assert f"0 new, {NUMBER} updated" in again if fault.applied and fault.name != "half an answer, always" else True
    assert f"{NUMBER} new" in again if not fault.applied else True
