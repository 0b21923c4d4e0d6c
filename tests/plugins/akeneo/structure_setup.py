"""Pipelines between files and a served PIM, run through the command line in this process."""

import csv
import io
import json
import sys

import pytest

from pimflow.cli import main


def document(pim, flows):
    """Write a pipeline with the connection `pim`."""
    connection = {"type": "akeneo", "url": pim.url, "client_id": "sandbox", "secret": "sandbox"}
    connection |= {"username": "sandbox", "password": "sandbox", "options_per_second": 1000}
    return json.dumps({"version": 1, "connections": {"pim": connection}, "flows": flows})


def loading(pim, folder, needs):
    """Write a pipeline that loads CSV files, each into the resource of its name; `needs` tells what comes before."""
    flows = {
        name: {
            "needs": before,
            "source": {"type": "files.csv", "path": str(folder / f"{name}.csv"), "delimiter": ";"},
            "sink": {"type": f"akeneo.{name}", "connection": "pim"},
        }
        for name, before in needs.items()
    }
    return document(pim, flows)


def exporting(pim, folder, names):
    """Write a pipeline that reads resources into CSV files."""
    flows = {
        name: {
            "source": {"type": f"akeneo.{name}", "connection": "pim"},
            "sink": {"type": "files.csv", "path": str(folder / f"{name}.csv"), "delimiter": ";"},
        }
        for name in names
    }
    return document(pim, flows)


def cli(*words, code=0):
    """Run a command and give its report."""
    with pytest.MonkeyPatch.context() as patch:
        out = io.StringIO()
        patch.setattr(sys, "argv", ["pimflow", *map(str, words), "--json"])
        patch.setattr(sys, "stdout", out)
        with pytest.raises(SystemExit) as end:
            main()
    assert (end.value.code or 0) == code, out.getvalue()
    return json.loads(out.getvalue())


def write_csv(file, *rows):
    """Write rows into a file whose header has all their columns."""
    header = list(dict.fromkeys(name for row in rows for name in row))
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, header, delimiter=";")
        writer.writeheader()
        writer.writerows(rows)


def counts(report):
    """Give what became of the records of each flow."""
    return {flow["name"]: flow["counts"] for flow in report["flows"]}


def told(report):
    """Give the problems that a report tells: column, value, reason."""
    causes = [cause["problem"] for flow in report["flows"] for cause in flow["causes"]]
    return [(one["field"], one["value"], one["reason"]) for one in causes]


def calls(pim, verb=""):
    """Give the number of calls so far, by route."""
    routes = pim.stats()["routes"].items()
    return {route: figures["calls"] for route, figures in routes if route.startswith(verb)}
