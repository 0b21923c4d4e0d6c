"""What the page about schedulers has people copy: each file in its own language, each line with each exit code."""

import configparser
import re
import shutil
import subprocess

import pytest
import yaml

from .conftest import blocks_of

CODES = range(5)
QUIET = {0: 0, 1: 1, 2: 2, 3: 3, 4: 0}
"""What a scheduler may take for a failure: 4 is none."""


@pytest.fixture
def on_page(root):
    return list(blocks_of(root / "docs" / "how-to" / "schedule.md"))


@pytest.fixture
def titled(on_page):
    return {block.title: block.body for block in on_page if block.title}


@pytest.fixture
def stub(tmp_path, monkeypatch):
    """A project in whose environment `pimflow` ends with the exit code in CODE."""
    command = tmp_path / ".venv" / "bin" / "pimflow"
    command.parent.mkdir(parents=True)
    command.write_text('#!/bin/sh\necho "$@"\nexit "$CODE"\n')
    command.chmod(0o755)
    (tmp_path / ".pimflow").mkdir()
    (tmp_path / "secrets.sh").write_text("")
    monkeypatch.setenv("PATH", f"{command.parent}:/usr/bin:/bin")

    def run(line, code, monkeypatch=monkeypatch):
        monkeypatch.setenv("CODE", str(code))
        line = line.replace("/srv/shop", str(tmp_path))
        return subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=False)

    return run


def test_cron_mails_what_failed_and_nothing_else(on_page, stub):
    (table,) = [block.body for block in on_page if block.language == "crontab"]
    lines = [re.fullmatch(r"(\S+ +){5}(.*)", line) for line in table.splitlines()[2:]]
    assert len(lines) == 2
    for line in lines:
        assert line
        for code in CODES:
            assert bool(stub(line[2], code).stdout) == bool(QUIET[code])


def test_units_are_those_of_systemd(titled, tmp_path):
    for name in ("pimflow@.service", "pimflow@products.timer"):
        unit = configparser.ConfigParser(interpolation=None, strict=True)
        unit.optionxform = str
        unit.read_string(titled[name])
        (tmp_path / name).write_text(titled[name].replace("/srv/shop/.venv/bin/pimflow", shutil.which("true")))
    service = configparser.ConfigParser(interpolation=None)
    service.read_string(titled["pimflow@.service"])
    assert service["Service"]["SuccessExitStatus"] == "4"
    assert service["Service"]["RestartPreventExitStatus"] == "2"
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("systemd-analyze is not installed")
    (tmp_path / "pimflow@products.service").write_text((tmp_path / "pimflow@.service").read_text())
    units = [str(tmp_path / name) for name in ("pimflow@products.service", "pimflow@products.timer")]
    done = subprocess.run([verify, "verify", "--man=no", *units], capture_output=True, text=True, check=False)
    assert not [line for line in done.stderr.splitlines() if "pimflow@" in line]


def test_kubernetes_takes_4_for_success_and_does_not_try_2_again(titled, stub):
    job = yaml.safe_load(titled["cronjob.yaml"])["spec"]
    assert job["concurrencyPolicy"] == "Forbid"
    spec = job["jobTemplate"]["spec"]
    (rule,) = spec["podFailurePolicy"]["rules"]
    assert rule["onExitCodes"]["values"] == [2]
    pod = spec["template"]["spec"]
    (container,) = pod["containers"]
    assert rule["onExitCodes"]["containerName"] == container["name"]
    assert pod["restartPolicy"] == "Never", "podFailurePolicy wants it"
    mounted = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    assert mounted == {"state": "/srv/shop/.pimflow"}
    assert [volume["name"] for volume in pod["volumes"]] == ["state"]
    shell, option, line = container["command"]
    assert (shell, option) == ("sh", "-c")
    for code in CODES:
        assert stub(line, code).returncode == QUIET[code]


def test_the_script_of_windows_takes_4_for_success(titled):
    lines = titled["run-products.cmd"].splitlines()
    assert lines[-3:] == ["set CODE=%ERRORLEVEL%", "if %CODE%==4 exit /b 0", "exit /b %CODE%"]
    assert "run-products.cmd" in titled["register.ps1"]


def test_monitors_get_what_they_understand(on_page, stub):
    nagios, zabbix = (block.body for block in on_page if block.language == "ini" and not block.title)
    check = nagios.partition("=")[2].strip()
    value = zabbix.partition(",")[2].strip()
    for code in CODES:
        assert stub(check, code).returncode == (2 if code else 0)
        assert stub(value, code).stdout.strip() == str(code)


def test_every_exit_code_is_told(root):
    text = (root / "docs" / "how-to" / "schedule.md").read_text("utf-8")
    for code in CODES:
        assert re.search(rf"^\| {code} \|", text, re.MULTILINE)
