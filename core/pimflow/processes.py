"""Which process is which: numbers are used again, and mean something on one machine only."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path

_STATE, _START = 0, 19
"""Fields of /proc/PID/stat behind the name, which may itself hold blanks and brackets (proc(5): 3 and 22)."""


def place() -> str:
    """Name the space in which process numbers are unique: machine, its boot, and the namespace of a container."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return platform.node()


def birth_of(pid: int) -> str | None:
    """Give what tells a living process from others of its number; None when there is no such process.

    Where the system does not say, living processes of one number look alike; on Windows all processes do, and the
    heartbeat alone counts.
    """
    if sys.platform == "win32":
        return ""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return None if Path("/proc/self/stat").exists() else _asked(pid)
    return None if fields[_STATE] in {"Z", "X"} else fields[_START]


def _asked(pid: int) -> str | None:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        return ""
    return ""
