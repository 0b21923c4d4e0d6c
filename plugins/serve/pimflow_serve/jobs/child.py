"""What each run of a server is to the system: pimflow's command line in a process of its own.

It ends as by Ctrl-C, so that batches under way finish, when its standard input ends: its server closes that to stop it,
and no server that is killed leaves it open.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

from pimflow.cli import main


def run() -> None:
    """Run what the arguments say."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    threading.Thread(target=_stop_at_the_end, args=(sys.stdin.fileno(),), daemon=True).start()
    main()


def _stop_at_the_end(file: int) -> None:
    """Interrupt the run, also where it waits for an answer."""
    while os.read(file, 1):
        pass
    number = threading.main_thread().ident
    if sys.platform == "win32" or number is None:
        signal.raise_signal(signal.SIGINT)
    else:
        signal.pthread_kill(number, signal.SIGINT)


if __name__ == "__main__":
    run()
