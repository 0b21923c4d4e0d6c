"""Reports and log lines without product data: what is left may be shown to a stranger.

Kept is what pimflow itself counts and names: flows, columns, numbers, sentences. Values, keys, the words of other
systems and of foreign libraries are left out, since nobody knows what they quote.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Redact = Callable[[str], str]
LEFT_OUT = "…"
_QUOTED = re.compile(r"""(?<!\w)(?:'.*'|".*"|‘.*’|“.*”|«.*»|„.*[“”])(?!\w)""")  # noqa: RUF001 - as people write them
"""From the first quote to the last: product names hold quotes themselves (27", 5')."""
_PATH = re.compile(r"(?<![\w:/.])/[^\s'\",;:]+(?=[\s,;:]|$)|(?<=://)[^\s'\",;]+")
_PLAIN_STEP = re.compile(r"[a-z_-]+|v[\d.]+|")
_STEPS = 4
"""How far the path of a call is told: further in stand keys of records."""
_SAID = re.compile(r"\b(says?|said|answered): .*", re.DOTALL)
_BRACKETS = re.compile(r"\([^()]*\)")
_WORD = re.compile(r"(?<![^\s(,;])[\w-]{3,}(?=[\s),;:.?!]|$)(?![.:]\w)")
_CODE = re.compile(r"(?=.*\d)(?=.*[^\W\d]|.*-).+|\d{6,}")
_NO_CODE = re.compile(r"\d{8}-\d{6}-[0-9a-f]{4,8}|\d{4}-\d\d-\d\d\w*|utf-8")
"""Runs, days and encodings look like codes of records."""
_SHORTEST = 3
_QUIET = frozenset({"DEBUG", "TRACE"})
_OF_RUN = ("id", "pipeline", "started", "full", "limit", "dry")
_OF_REPORT = ("seconds", "exit_code")
_OF_FLOW = (
    "name source target noun read dropped counts attention full complete seconds exit_code shared".split()  # noqa: SIM905
)
_OF_LINE = ("time", "level", "logger", "run", "flow", "counts", "read")
_RAISED = re.compile(r"^([A-Za-z_][\w.]*)(?::|$)")


def redactor(known: Iterable[str]) -> Redact:
    """Give a function that leaves values out of a sentence.

    That is whatever stands in quotes, these keys and values, what looks like a code, and what another system says.
    """
    words = sorted({one for one in known if len(one) >= _SHORTEST}, key=len, reverse=True)
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(one)}(?!\w)" for one in words)) if words else None

    def redact(text: str) -> str:
        told = _SAID.sub(rf"\1: {LEFT_OUT}", _QUOTED.sub(f"'{LEFT_OUT}'", text))
        told = pattern.sub(LEFT_OUT, told) if pattern else told
        return _WORD.sub(_without_code, _PATH.sub(_shortened, told))

    return redact


def _without_code(match: re.Match[str]) -> str:
    return LEFT_OUT if _CODE.fullmatch(match[0]) and not _NO_CODE.fullmatch(match[0]) else match[0]


def _shortened(match: re.Match[str]) -> str:
    """Tell a path as far as it names what is called, and a host as it is."""
    host, *steps = match[0].partition("?")[0].split("/")
    plain = [step if _PLAIN_STEP.fullmatch(step) and number < _STEPS else LEFT_OUT for number, step in enumerate(steps)]
    return "/".join([host, *plain])


def data_in(report: Mapping[str, Any]) -> set[str]:
    """Give the keys of records and the values that a report names."""
    found = set(map(str, report.get("run", {}).get("only", ())))
    for flow in report.get("flows", ()):
        for cause in flow.get("causes", ()):
            value = cause.get("problem", {}).get("value")
            found.update(
                map(str, (*cause.get("keys", ()), *cause.get("others", ()), *([] if value is None else [value])))
            )
    return found


def report_without_data(report: Mapping[str, Any]) -> dict[str, Any]:
    """Give a report, as `pimflow runs --json` has it, without product data."""
    redact = redactor(data_in(report))
    run = report.get("run", {})
    return {
        "run": {**_chosen(run, _OF_RUN), "only": len(run.get("only", ()))},
        **_chosen(report, _OF_REPORT),
        "error": redact(str(report.get("error", ""))),
        "flows": [_flow(flow, redact) for flow in report.get("flows", ())],
    }


def line_without_data(entry: Mapping[str, Any], redact: Redact) -> dict[str, Any] | None:
    """Give a line of a log without product data; None for one that is about single records."""
    if entry.get("level") in _QUIET or "key" in entry:
        return None
    ours = str(entry.get("logger", "")).partition(".")[0].partition("_")[0] == "pimflow"
    kept = _chosen(entry, _OF_LINE)
    kept["message"] = redact(str(entry.get("message", ""))) if ours else LEFT_OUT
    if entry.get("error"):
        kept["error"] = redact(str(entry["error"]))
    if "exception" in entry:
        kept["exception"] = _frames(str(entry["exception"]))
    return kept


def _flow(flow: Mapping[str, Any], redact: Redact) -> dict[str, Any]:
    return {
        **_chosen(flow, _OF_FLOW),
        "error": redact(str(flow.get("error", ""))),
        "notes": len(flow.get("notes", ())),
        "causes": [_cause(cause, redact) for cause in flow.get("causes", ())],
    }


def _cause(cause: Mapping[str, Any], redact: Redact) -> dict[str, Any]:
    problem = cause.get("problem", {})
    told = {name: _BRACKETS.sub(f"({LEFT_OUT})", redact(str(problem.get(name, "")))) for name in ("reason", "remedy")}
    return {**_chosen(cause, ("status", "count", "label")), **_chosen(problem, ("kind", "field", "who")), **told}


def _chosen(data: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: data[name] for name in names if name in data}


def _frames(exception: str) -> str:
    """Keep where an exception came from and its type, not its words."""
    kept: list[str] = []
    for line in exception.splitlines():
        if line.lstrip().startswith('File "') or line.startswith("Traceback"):
            kept.append(line)
        elif raised := _RAISED.match(line):
            kept.append(f"{raised[1]}: {LEFT_OUT}")
    return "\n".join(kept)
