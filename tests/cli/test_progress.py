"""The remaining time: measured from the first batches on, not from the beginning of a flow."""

from pimflow.cli.progress import shown_progress
from pimflow.measured import CALIBRATION, Measured


def test_the_remaining_time_is_told_after_five_batches_and_holds_their_pace():
    moments = iter([60.0 + 2 * n for n in range(20)])
    measured = Measured(lambda: next(moments))
    told = [measured.remaining(done, 1000) for done in (0, 0, 100, 200, 300, 400, 500, 600, 700)]
    assert told[: CALIBRATION + 2] == [None] * (CALIBRATION + 2)
    assert told[-2:] == [8.0, 6.0]


def test_nothing_is_told_where_the_number_of_rows_is_not_known():
    measured = Measured(lambda: 1.0)
    assert {measured.remaining(done, None) for done in range(0, 1000, 100)} == {None}


def test_more_than_was_counted_leaves_nothing_to_wait_for():
    moments = iter(range(20))
    measured = Measured(lambda: float(next(moments)))
    assert [measured.remaining(done, 600) for done in range(0, 900, 100)][-1] == 0


def test_a_group_is_shown_as_it_is_called_also_with_brackets(monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")
    with shown_progress(quiet=False) as shown:
        shown("products, size Bolts [m6] [/old]", 1, 2)
    assert "size Bolts [m6] [/old]" in capsys.readouterr().err
