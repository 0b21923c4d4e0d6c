"""What the tests of all sample pipelines do: run them as a user would, and hold their reports against the expected."""

import json
import os
import re

from ..started import run as started  # noqa: TID252 - tests are no package

SETTLED = {"created", "updated", "unchanged"}


def command_line(folder, url):
    keys = ("CLIENT_ID", "SECRET", "USERNAME", "PASSWORD")
    environment = os.environ | {f"AKENEO_{key}": "sandbox" for key in keys} | {"AKENEO_URL": url}

    def run(*arguments):
        done = started(["-m", "pimflow", *arguments], folder, environment)
        assert done.returncode == 0, f"{arguments}: exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    return run


def hold_report(report, sample, config):
    """Compare a report with the expected one of the sample; `--write-expected` writes that anew."""
    found = masked(report)
    expected = sample / "expected_report.json"
    if config.getoption("--write-expected"):
        expected.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    assert found == json.loads(expected.read_text()), "where the change is meant: pytest tests/samples --write-expected"


def hold_text(text, sample, config):
    """Compare the text of a report in the same way; causes of equal weight may come in another order."""
    found = masked_text(text)
    expected = sample / "expected_report.txt"
    same = expected.exists() and sorted(found.splitlines()) == sorted(expected.read_text().splitlines())
    if config.getoption("--write-expected") and not same:
        expected.write_text(found + "\n")
    else:
        assert same, f"expected, in any order of causes:\n{expected.read_text()}\nfound:\n{found}"


def masked(report):
    """Take out what differs from run to run, and put causes into a fixed order."""
    flows = [
        {name: value for name, value in flow.items() if name != "seconds"} | {"causes": causes(flow)}
        for flow in report["flows"]
    ]
    return {"pipeline": report["run"]["pipeline"], "flows": flows, "exit_code": report["exit_code"]}


def causes(flow):
    found = [
        {**cause["problem"], "count": cause["count"], "keys": sorted(cause["keys"])}
        | ({} if cause["status"] in SETTLED else {"status": cause["status"]})
        for cause in flow["causes"]
    ]
    return sorted(
        found, key=lambda cause: (-cause["count"], cause["field"] or "", cause["reason"], str(cause["value"]))
    )


def masked_text(text):
    text = text.partition("\n\nRun ")[0]
    text = re.sub(r", \d\d:\d\d,", ", hh:mm,", text)
    text = re.sub(r", (under )?\d+ s:", ", n s:", text)
    return re.sub(r"\(((?:[A-Z]+-\d+(?:, )?)+)\)", lambda found: f"({', '.join(sorted(found[1].split(', ')))})", text)
