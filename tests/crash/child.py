"""`pimflow` as a process that kills itself: `python child.py POINT PAUSE COUNTED ARGS…`.

A point is the begin, the last moment and the end of each write transaction of the state, and the moments before and
after a call to a server, counted over all threads. At the given one the process waits for PAUSE seconds, in which its
other threads go on, and is killed as by `kill -9`. Point 0 kills nothing; the number of points is written to COUNTED.
"""

import os
import signal
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import httpx

from pimflow.cli import main
from pimflow.state.database import Database

fatal, pause, counted = int(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3])
lock, met = threading.Lock(), 0


def point():
    global met  # noqa: PLW0603
    with lock:
        met += 1
        here = met
    if here == fatal:
        time.sleep(pause)
        os.kill(os.getpid(), signal.SIGKILL)


write, call = Database.writing, httpx.HTTPTransport.handle_request


@contextmanager
def writing(self):
    point()
    with write(self) as connection:
        yield connection
        point()
    point()


def handle_request(self, request):
    point()
    answer = call(self, request)
    point()
    return answer


Database.writing, httpx.HTTPTransport.handle_request = writing, handle_request
sys.argv = ["pimflow", *sys.argv[4:]]
try:
    main()
finally:
    counted.write_text(str(met))
