"""Which process is which, here and as other systems tell it: a living one is never called dead."""

import importlib.util
import os
import platform
import subprocess
import sys
import uuid
from pathlib import Path

import psutil  # noqa: F401 - before a test says that this is another system
import pytest

from pimflow import processes


@pytest.fixture
def on(monkeypatch):
    """Load the module as another system would, with what this one lacks taken away."""

    def load(system):
        monkeypatch.setattr(sys, "platform", system)
        spec = importlib.util.spec_from_file_location(f"processes_on_{system}", processes.__file__)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        if system != "linux":
            monkeypatch.setattr(module, "Path", without_proc)
        return module

    return load


def without_proc(path):
    return Path("/nowhere") if str(path).startswith("/proc") else Path(path)


@pytest.fixture
def child():
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.communicate()


@pytest.mark.parametrize("system", ["linux", "win32", "darwin"])
def test_a_process_lives_until_it_is_gone(on, child, system):
    module = on(system)
    birth = module.birth_of(child.pid)
    assert module.lives(child.pid, birth)
    child.kill()
    child.communicate()
    assert not module.lives(child.pid, birth)
    assert module.birth_of(child.pid) is None


@pytest.mark.parametrize("system", ["linux", "win32"])
def test_a_process_of_the_same_number_and_another_birth_is_another_one(on, system):
    module = on(system)
    mine = module.birth_of(os.getpid())
    assert mine
    assert module.lives(os.getpid(), mine)
    assert not module.lives(os.getpid(), f"{mine}1")


def test_where_births_are_not_told_a_number_in_use_may_be_the_one(on):
    assert on("darwin").lives(os.getpid(), "whatever was noted elsewhere")


def test_a_process_whose_birth_was_not_known_then_may_still_live(on):
    assert on("linux").lives(os.getpid(), "")


def test_windows_keeps_the_birth_of_other_users_processes_to_itself_and_they_may_live(on, monkeypatch):
    module = on("win32")

    def refuse(pid):
        raise module.psutil.AccessDenied(pid)

    monkeypatch.setattr(module.psutil, "Process", refuse)
    assert module.lives(4711, "1764000000.5")


def test_a_process_hidden_from_other_users_is_not_called_dead(monkeypatch):
    """Linux with /proc mounted `hidepid=2`: the files of others are not there, yet a signal finds the process."""
    monkeypatch.setattr(processes, "Path", without_proc)

    def of_another(_pid, _signal):
        raise PermissionError

    monkeypatch.setattr(os, "kill", of_another)
    assert processes.lives(4711, "12345")


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_machines_of_the_same_name_are_told_apart(on, system, monkeypatch):
    module = on(system)
    monkeypatch.setattr(platform, "node", lambda: "PC")
    monkeypatch.setattr(uuid, "getnode", lambda: 1)
    here = module.place()
    assert here == module.place()
    monkeypatch.setattr(uuid, "getnode", lambda: 2)
    assert module.place() != here
