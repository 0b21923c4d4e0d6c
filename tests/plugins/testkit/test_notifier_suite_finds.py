"""Each case for notifiers finds the defect that it is there for."""

from __future__ import annotations

import threading
from contextlib import nullcontext

import pytest
from loguru import logger
from pydantic import Field, SecretStr

from pimflow import Event, Notifier, UnreachableError
from pimflow_testkit import notifier_cases as notifier
from pimflow_testkit.bench import Bench, Setup, Subject

ARRIVED: list[object] = []
FAILURES = (AssertionError, pytest.fail.Exception)


class Good(Notifier):
    """Keeps what it is told."""

    type = "good.notice"
    words: tuple[SecretStr, ...] = Field((SecretStr("hush-one"), SecretStr("hush-two")), description="Who.")
    timeout: float = Field(1.0, description="Seconds.")

    def recipients(self):
        return [self.model_copy(update={"words": (word,)}) for word in self.words]

    def deliver(self, message):
        ARRIVED.append(message)


class Endless(Notifier):
    """Waits for ever."""

    type = "endless"


class Nobody(Good):
    """Tells nobody."""

    def recipients(self):
        return []


class Choosy(Good):
    """Knows three events."""

    def deliver(self, message):
        if message.event is Event.SUCCESS:
            raise KeyError(message.event)


class Silent(Good):
    """Tells once and never again."""

    def deliver(self, message):
        if not ARRIVED:
            ARRIVED.append(message)


class Plain(Good):
    """Takes what ASCII has."""

    def deliver(self, message):
        message.text.encode("ascii")


class Small(Good):
    """Takes short texts."""

    def deliver(self, message):
        assert len(message.text) < 1_000_000


class Leaving(Good):
    """Leaves a thread behind."""

    def deliver(self, message):  # noqa: ARG002
        threading.Thread(target=threading.Event().wait, daemon=True).start()


class Talking(Good):
    """Logs whom it tells."""

    def deliver(self, message):  # noqa: ARG002
        logger.debug("telling {}", self.words[0].get_secret_value())


class Blaming(Good):
    """Tells the secret in its error."""

    def deliver(self, message):  # noqa: ARG002
        raise UnreachableError(f"{self.words[0].get_secret_value()} is away")


@pytest.fixture(autouse=True)
def empty():
    ARRIVED.clear()


def bench(cls, folder):
    return Bench(Subject(component=cls, options={}, session=nullcontext, arrived=lambda: ARRIVED), folder, folder)


@pytest.mark.parametrize("case", notifier.CASES)
def test_a_good_notifier_passes(case, tmp_path):
    case(bench(Good, tmp_path))


@pytest.mark.parametrize(
    ("case", "cls", "error"),
    [
        (notifier.recipients_are_notifiers_of_one_kind, Nobody, FAILURES),
        (notifier.waiting_has_an_end, Endless, FAILURES),
        (notifier.every_event_is_taken, Choosy, KeyError),
        (notifier.each_recipient_is_told, Silent, FAILURES),
        (notifier.unicode_is_taken, Plain, UnicodeEncodeError),
        (notifier.very_long_report_is_taken, Small, FAILURES),
        (notifier.nothing_is_left_open, Leaving, FAILURES),
        (notifier.logs_hold_no_secret, Talking, FAILURES),
        (notifier.fails_as_told(Setup(raises=UnreachableError)), Good, FAILURES),
        (notifier.fails_as_told(Setup(raises=UnreachableError)), Blaming, FAILURES),
    ],
)
def test_defects_of_notifiers_are_found(case, cls, error, tmp_path):
    with pytest.raises(error):
        case(bench(cls, tmp_path))


def test_arrivals_that_nobody_told_are_skipped(tmp_path):
    untold = Bench(Subject(component=Good, options={}), tmp_path, tmp_path)
    with pytest.raises(pytest.skip.Exception, match="arrived="):
        notifier.each_recipient_is_told(untold)
