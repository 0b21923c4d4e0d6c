"""The files with which it is left running name what is there."""

import configparser
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "plugins" / "serve" / "deploy"
UNIT = DEPLOY / "pimflow.service"


def test_the_unit_is_one_that_systemd_takes(tmp_path):
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("systemd-analyze is not on this machine")
    made = tmp_path / "pimflow.service"
    made.write_text(UNIT.read_text().replace("/srv/pimflow/venv/bin/pimflow", "/bin/true"))
    done = subprocess.run([tool, "verify", str(made)], capture_output=True, text=True, check=False, timeout=60)
    assert "pimflow.service" not in done.stderr


def test_the_unit_runs_the_server_confined():
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str
    unit.read(UNIT)
    service = unit["Service"]
    assert service["ExecStart"].endswith("/pimflow serve")
    assert service["ProtectSystem"] == "strict"
    assert service["ReadWritePaths"] == service["WorkingDirectory"]
    assert service["UMask"] == "0077"


def test_the_image_is_made_of_what_is_there():
    lines = (DEPLOY / "Dockerfile").read_text()
    for names in re.findall(r"^COPY (?!--from)(.+) \S+$", lines, re.MULTILINE):
        assert all((ROOT / name).exists() for name in names.split())
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert set(re.search(r'"\.\[(.+?)\]"', lines)[1].split(",")) <= extras.keys()
    assert re.search(r"^USER pimflow$", lines, re.MULTILINE)
