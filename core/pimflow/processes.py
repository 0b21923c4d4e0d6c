"""Which process is which: numbers are used again, and mean something on one machine only.

What decides here must never call a living process dead. So the birth of a process is what the kernel counted from the
boot (Linux) or noted once (Windows); elsewhere it is not asked for, since a clock that is set would change it there.
"""

from __future__ import annotations

import os
import platform
import sys
import uuid
from pathlib import Path

if sys.platform == "win32":
    import psutil

    def _told_by_windows(pid: int) -> str | None:
        try:
            return str(psutil.Process(pid).create_time())
        except psutil.NoSuchProcess:
            return None
        except psutil.AccessDenied:
            return ""


_STATE, _START = 0, 19
"""Fields of /proc/PID/stat behind the name, which may itself hold blanks and brackets (proc(5): 3 and 22)."""


def place() -> str:
    """Name the space in which process numbers are unique: machine, its boot, and the namespace of a container.

    Where the system tells no boot, the machine: its name and the address of its network card.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return f"{platform.node()} {uuid.getnode():012x}"


def lives(pid: int, birth: str) -> bool:
    """Tell whether the process of this number and birth may still live; False only when it is known to be dead."""
    found = birth_of(pid)
    return found is not None and (not found or not birth or found == birth)


def birth_of(pid: int) -> str | None:
    """Give what tells a living process from others of its number; None when there is no such process.

    "" where the system does not say: living processes of one number then look alike.
    """
    if sys.platform == "win32":
        return _told_by_windows(pid)
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:  # no such process, one of another user under `hidepid`, or a system without /proc
        return _asked(pid)
    return None if fields[_STATE] in {"Z", "X"} else fields[_START]


def _asked(pid: int) -> str | None:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        return ""
    return ""
