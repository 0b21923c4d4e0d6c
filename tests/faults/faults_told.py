"""What each fault costs: the exit code of the run that meets it. The page docs/explanation/faults.md tells the same."""

from dataclasses import dataclass
from typing import Any

PAGE = "docs/explanation/faults.md"

CODES = {
    "500, now and then": 0,
    "500, always": 1,
    "503, now and then": 0,
    "503, always": 1,
    "429 with `Retry-After`": 0,
    "429 without `Retry-After`": 0,
    "429 to the end": 1,
    "429 with an hour to wait": 1,
    "no answer, now and then": 0,
    "no answer before it was done": 1,
    "no answer after it was done": 1,
    "connection cut, now and then": 0,
    "connection cut before it was done": 1,
    "connection cut after it was done": 1,
    "connection cut in the middle of the answer": 1,
    "a byte now and then": 1,
    "half an answer, now and then": 0,
    "half an answer, always": 1,
    "half a page of a list, always": 3,
    "lines missing": 0,
    "lines out of order": 0,
    "lines twice": 0,
    "lines about other records": 0,
    "a login page, now and then": 0,
    "a login page, always": 3,
    "led to a login page": 3,
    "no content": 1,
    "compression that is none": 1,
    "token ended, now and then": 0,
    "token ended, and refreshing refused": 0,
    "tokens refused always": 3,
    "disk full: state": 3,
    "disk full: log": 0,
    "disk full: temporary files": 3,
    "limit of file size reached": 3,
    "folder of logs not writable": 3,
    "state read-only": 3,
    "folder of the state read-only": 3,
    "state damaged": 3,
    "state empty": 3,
    "state gone, its -wal left": 3,
    "state without its -wal": 0,
    "-wal of another state": 3,
    "database of another program": 3,
    "a folder in its place": 3,
    "state of a newer pimflow": 3,
    "clock set back between runs": 0,
    "clock set in mid-run": 0,
    "clock of the PIM set back": 0,
}


@dataclass(frozen=True)
class Fault:
    """One fault of the sandbox, what a run says of it, and whether the PIM has everything all the same."""

    name: str
    faults: dict[str, Any]
    words: str = ""
    applied: bool = False
    timeout: float = 30.0

    @property
    def code(self) -> int:
        """The exit code of the run that meets it."""
        return CODES[self.name]

    def __str__(self) -> str:
        return ", ".join(f"{name}={value}" for name, value in self.faults.items())


_TIMEOUT = {"timeout": 0.3}

NOW_AND_THEN = [
    Fault("503, now and then", {"error_503": 2}),
    Fault("429 with `Retry-After`", {"error_429": 2, "retry_after": 1}),
    Fault("429 without `Retry-After`", {"error_429": 2, "retry_after": -1}),
    Fault("no answer, now and then", {"silent_before": 2}, **_TIMEOUT),
    Fault("no answer, now and then", {"silent_after": 2}, **_TIMEOUT),
    Fault("no answer, now and then", {"drip": 2, "drip_ms": 100}, **_TIMEOUT),
    Fault("connection cut, now and then", {"cut_answer": 2}),
    Fault("connection cut, now and then", {"bad_gzip": 2}),
    Fault("half an answer, now and then", {"truncated": 2}),
    Fault("half an answer, now and then", {"empty": 2}),
    Fault("lines out of order", {"shuffled_lines": 1}),
    Fault("lines twice", {"doubled_lines": 1}),
    Fault("lines about other records", {"strange_lines": 1}),
    Fault("a login page, now and then", {"html": 2}),
    Fault("token ended, now and then", {"error_401": 3}),
    Fault("token ended, and refreshing refused", {"error_401": 3, "refuse_refresh": True}),
]
"""Every second or third writing call, or all of them where that may not matter."""

ALWAYS = [
    Fault("503, always", {"error_503": 1}, "is out of service for now"),
    Fault("429 to the end", {"error_429": 1, "retry_after": -1}, "kept answering that it gets too many calls"),
    Fault(
        "429 with an hour to wait",
        {"error_429": 1, "retry_after": 3600},
        "wants no calls for 60 minutes, and a run waits 5 minutes at most",
    ),
    Fault("no answer before it was done", {"silent_before": 1}, "did not answer in time", **_TIMEOUT),
    Fault("no answer after it was done", {"silent_after": 1}, "did not answer in time", applied=True, **_TIMEOUT),
    Fault("connection cut before it was done", {"drop_before": 1}, "The PIM at http://127.0.0.1"),
    Fault("connection cut after it was done", {"drop_after": 1}, "The PIM at http://127.0.0.1", applied=True),
    Fault("connection cut in the middle of the answer", {"cut_answer": 1}, "broke the connection off", applied=True),
    Fault(
        "a byte now and then",
        {"drip": 1, "drip_ms": 100},
        "answers so slowly that it was not waited for any longer",
        applied=True,
        **_TIMEOUT,
    ),
    Fault("half an answer, always", {"truncated": 1}, "The PIM gave no answer for this record", applied=True),
    Fault("no content", {"empty": 1}, "The PIM gave no answer for this record", applied=True),
    Fault("compression that is none", {"bad_gzip": 1}, "a compression that cannot be read", applied=True),
    Fault(
        "a login page, always",
        {"html": 1},
        "answered with something else than data. Check the `url` of the connection, and whether a proxy or login page",
    ),
    Fault("led to a login page", {"redirect": 1}, "where that is a page to log in, a proxy has to let this machine"),
    Fault("tokens refused always", {"error_401": 1}, "gave a token and then refused it"),
]
"""Every writing call."""
