"""Commands in processes of their own that are forked from one which has everything loaded.

A Python of its own takes a command half a second and more of processor time to begin, and the suite runs hundreds. What
is forked is a process like any other: with its own folder, environment, files, exit code, and a death of its own; only
what looked_at_once.py tells is known to it. That commands begin with nothing loaded, and load little, is tested where
that is the matter: tests/cli, tests/packaging.

`run` is for tests. `python started.py SOCKET` loads, and forks for each who asks; it ends with its standard input.
`python -IS started.py SOCKET WORDS…` asks: WORDS are what follows `python`, `-m pimflow …` or a script.
"""

import os
import sys
import time
from functools import cache

LARGEST = 1 << 20
"""Bytes of a request that are read at once."""
LONGEST = 300
"""Seconds in which a command has to end."""


class Door:
    """The process that forks, begun with a Python of its own; `address` is where it is asked."""

    def __init__(self, python=sys.executable):
        import subprocess
        from tempfile import TemporaryDirectory

        self._folder = TemporaryDirectory(prefix="pimflow-")
        self.address = os.path.join(self._folder.name, "door")  # noqa: PTH118
        self._process = subprocess.Popen([python, __file__, self.address], stdin=subprocess.PIPE)
        while not os.path.exists(self.address):  # noqa: PTH110
            assert self._process.poll() is None, "the process that forks did not begin"
            time.sleep(0.01)

    def close(self):
        self._process.stdin.close()
        self._process.wait()
        self._folder.cleanup()


@cache
def _door():
    """Begin one for this process of tests, when the first command is run."""
    import atexit

    door = Door()
    atexit.register(door.close)
    return door


def run(words, folder, environment=None):
    """Run `python WORDS…` as `subprocess.run` does with `capture_output=True, text=True, check=False`."""
    from pathlib import Path
    from subprocess import CompletedProcess
    from tempfile import TemporaryFile

    words = list(map(str, words))
    with TemporaryFile("w+") as out, TemporaryFile("w+") as told, Path(os.devnull).open() as nothing:
        files = (nothing.fileno(), out.fileno(), told.fileno())
        code = asked(_door().address, words, folder, os.environ if environment is None else environment, files)
        out.seek(0)
        told.seek(0)
        return CompletedProcess(words, code, out.read(), told.read())


def asked(address, words, folder, environment, files=(0, 1, 2)):
    """Have a command run whose standard streams are these files; give its exit code, minus the signal that ended it."""
    import json
    import socket

    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(LONGEST)
        asking.connect(address)
        told = {"words": list(map(str, words)), "folder": str(folder), "environment": dict(environment)}
        socket.send_fds(asking, [json.dumps(told).encode()], list(files))
        asking.shutdown(socket.SHUT_WR)
        answer = asking.recv(16)
    assert answer, "the process that forks is gone"
    return int(answer)


def _load():
    """Load what commands load, and all that writes and reads."""
    import pkgutil
    from contextlib import suppress
    from importlib import import_module

    from pimflow.plugins import create_registry

    packages = {plugin.point.module.partition(".")[0] for plugin in create_registry().load_all()}
    for package in sorted({"pimflow", "pimflow_http", *packages}):
        for module in pkgutil.walk_packages(import_module(package).__path__, f"{package}."):
            if not module.name.endswith("__main__") and ".migrations" not in module.name:
                with suppress(ImportError):  # it needs what is not installed
                    import_module(module.name)
    import pytest

    import looked_at_once

    looked_at_once.install(pytest.MonkeyPatch())
    looked_at_once.look()


def _listening(address):
    import socket

    listening = socket.socket(socket.AF_UNIX)
    listening.bind(f"{address}.")
    listening.listen(64)
    os.rename(f"{address}.", address)  # noqa: PTH104 - there once it listens
    return listening


def _next(listening):
    """Fork for each who asks. Give in the new process what it was asked for; the old one stays in here."""
    import json
    import select
    import signal
    import socket

    waking, wake = socket.socketpair()
    for end in (waking, wake):
        end.setblocking(False)
    signal.set_wakeup_fd(wake.fileno())
    signal.signal(signal.SIGCHLD, lambda *_: None)
    waiting = {}
    while True:
        ready, _, _ = select.select([listening, waking, 0], [], [])
        if 0 in ready:
            sys.exit()
        if waking in ready:
            waking.recv(LARGEST)
            _tell(waiting)
        if listening in ready:
            asking, _ = listening.accept()
            text, files, _, _ = socket.recv_fds(asking, LARGEST, 3)
            while more := asking.recv(LARGEST):
                text += more
            pid = os.fork()
            if not pid:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _become(files)
                return json.loads(text)
            waiting[pid] = asking
            for file in files:
                os.close(file)


def _tell(waiting):
    """Tell those who wait for processes that ended."""
    while waiting:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        with waiting.pop(pid) as asking:
            try:
                asking.send(str(os.waitstatus_to_exitcode(status)).encode())
            except OSError:  # who asked did not wait for it
                continue


def _become(files):
    for number, file in enumerate(files):
        os.dup2(file, number)
    os.closerange(3, 256)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w", errors="backslashreplace")  # noqa: SIM115


def _run(words, folder, environment):
    import runpy

    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.dont_write_bytecode = bool(environment.get("PYTHONDONTWRITEBYTECODE"))
    sys.path[1:1] = [path for path in environment.get("PYTHONPATH", "").split(os.pathsep) if path]
    if words[0] == "-m":
        sys.path[0] = str(folder)
        sys.argv = words[1:]
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    else:
        sys.path[0] = os.path.dirname(words[0])  # noqa: PTH120 - as Python does
        sys.argv = words
        runpy.run_path(words[0], run_name="__main__")


def _end(code):
    """End as Python does, but leave to the system what was loaded: taking that apart takes longer than a command."""
    import atexit
    import threading

    if code is not None and not isinstance(code, int):
        sys.stderr.write(f"{code}\n")
        code = 1
    threading._shutdown()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit((code or 0) & 0xFF)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        code = asked(sys.argv[1], sys.argv[2:], os.getcwd(), os.environ)  # noqa: PTH109
        sys.stdout.flush()
        if code < 0:
            os.kill(os.getpid(), -code)
        os._exit(code)
    import gc

    door = _listening(sys.argv[1])  # who asks while all is loaded waits
    _load()
    gc.freeze()
    asked_for = _next(door)
    try:
        _run(**asked_for)
        _end(0)
    except SystemExit as end:
        _end(end.code)
