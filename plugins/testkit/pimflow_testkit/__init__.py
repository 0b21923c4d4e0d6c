"""Contract suites and HTTP replay for authors of pimflow plugins.

Three lines make a test module of some twenty tests:

    from pimflow_testkit import source_suite
    from pimflow_shelf import ShelfProducts
    test_contract = source_suite(ShelfProducts, options={"path": "products.csv"})
"""

from __future__ import annotations

from pimflow_testkit.bench import Setup
from pimflow_testkit.matching import Asked, Matcher, RowMatcher
from pimflow_testkit.recording import RecordingTransport
from pimflow_testkit.replay import ReplayTransport, UnrecordedError, replayed
from pimflow_testkit.suites import connection_suite, notifier_suite, sink_suite, source_suite, transform_suite

__all__ = [
    "Asked",
    "Matcher",
    "RecordingTransport",
    "ReplayTransport",
    "RowMatcher",
    "Setup",
    "UnrecordedError",
    "connection_suite",
    "notifier_suite",
    "replayed",
    "sink_suite",
    "source_suite",
    "transform_suite",
]
