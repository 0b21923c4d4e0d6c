"""What a component leaves open is found; what is just being closed is not."""

import socket
import threading
from pathlib import Path

import pytest

from pimflow_testkit import leaks

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="open files are listed on Linux only")


def test_a_socket_that_is_closed_a_moment_later_is_no_leak():
    with leaks.nothing_left_behind():
        one, other = socket.socketpair()
        closer = threading.Timer(0.2, lambda: (one.close(), other.close()))
        closer.start()
    closer.join()


def test_a_socket_that_stays_open_is_told(monkeypatch):
    monkeypatch.setattr(leaks, "_PATIENCE", 0.05)
    with pytest.raises(AssertionError, match="still open after closing: socket"), leaks.nothing_left_behind():
        one, other = socket.socketpair()
    one.close()
    other.close()
