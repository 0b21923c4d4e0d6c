"""The figures of `make bench`: kept in results.json, and shown as a table in docs/reference/limits.md."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
PAGE = FOLDER.parents[1] / "docs" / "reference" / "limits.md"
BEGIN, END = "<!-- figures of make bench: begin -->", "<!-- figures of make bench: end -->"


@dataclass(frozen=True)
class Figure:
    """What is measured, and the most that it should be: times a baseline, or MB."""

    what: str
    goal: float


FIGURES: Mapping[str, Figure] = {
    "rows_csv": Figure("Rows of a CSV file through transforms to CSV, CPU", 1.3),
    "rows_jsonl": Figure("Rows of a CSV file through transforms to nested JSON Lines, CPU", 0.55),
    "rows_first_fingerprints": Figure(
        "The same rows into a target whose records are remembered, first run: what that costs beside `rows_csv`, CPU",
        1.0,
    ),
    "rows_unchanged": Figure("The same rows when nothing changed since, CPU", 1.5),
    "peak_mb_100k": Figure("Most memory of a run of 100,000 rows, CSV to CSV", 120),
    "peak_mb_1m": Figure("Most memory of a run of 1,000,000 rows, CSV to CSV", 120),
    "push": Figure("20,000 products into the PIM, wall clock", 1.15),
    "push_cpu": Figure("20,000 products into the PIM, CPU", 2),
    "push_slow_pim": Figure("20,000 products into a slow PIM, wall clock", 1.15),
    "push_unchanged": Figure("20,000 products of which none changed since, CPU", 3),
    "pull": Figure("50,000 products out of the PIM to CSV, wall clock", 1.1),
    "pull_four": Figure("50,000 products out of the PIM, four parts at once, wall clock", 0.35),
    "overlap": Figure("Reading, changing and writing at once, wall clock", 1.2),
    "serve_run_cpu": Figure("20,000 products into the PIM while 20 browsers follow it, CPU of the run", 1.1),
    "serve_own_cpu": Figure("The same, CPU of the server meanwhile", 1),
    "start_help": Figure("`pimflow --help`", 2.5),
    "start_validate": Figure("`pimflow validate` of a pipeline", 6),
}


@dataclass(frozen=True)
class Record:
    """Where figures are kept. Each call replaces what was kept under that name, in both files."""

    results: Path = FOLDER / "results.json"
    profiles: Path = FOLDER / "profiles"
    page: Path = PAGE

    def ratio(self, name: str, ratio: float, baseline: str, runs: int, profile: str = "") -> None:
        """Keep how many times the baseline something took. `profile` tells why, where the goal is missed."""
        self._keep(name, {"ratio": round(ratio, 3), "baseline": baseline, "runs": runs}, profile)

    def megabytes(self, name: str, megabytes: float, profile: str = "") -> None:
        """Keep how much memory something took at most."""
        self._keep(name, {"mb": round(megabytes, 1)}, profile)

    def show(self) -> None:
        """Write the table of the page anew."""
        text = self.page.read_text("utf-8")
        before, _, rest = text.partition(BEGIN)
        _, _, after = rest.partition(END)
        self.page.write_text(f"{before}{BEGIN}\n\n{self.shown()}\n{END}{after}", "utf-8")

    def shown(self) -> str:
        """Give the table as Markdown; below it, for each goal that is missed, where the time goes."""
        found = self._found()
        rows = [_row(name, found[name]) for name in FIGURES if name in found]
        table = ["| Figure | What | Measured | Goal | Against |", "|---|---|---|---|---|", *rows]
        return "\n".join([*table, "", *self._profiles(found)])

    def _keep(self, name: str, figure: Mapping[str, Any], profile: str) -> None:
        found = self._found() | {name: dict(figure)}
        ordered = {one: found[one] for one in FIGURES if one in found}
        self.results.write_text(json.dumps(ordered, indent=2, ensure_ascii=False) + "\n", "utf-8")
        told = self.profiles / f"{name}.txt"
        told.unlink(missing_ok=True)
        if profile:
            self.profiles.mkdir(exist_ok=True)
            told.write_text(profile.strip() + "\n", "utf-8")
        self.show()

    def _found(self) -> dict[str, dict[str, Any]]:
        return json.loads(self.results.read_text("utf-8")) if self.results.exists() else {}

    def _profiles(self, found: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
        for name, figure in found.items():
            told = self.profiles / f"{name}.txt"
            if _size(figure) > FIGURES[name].goal and told.exists():
                yield f"Why `{name}` misses its goal:\n\n```text\n{told.read_text('utf-8').strip()}\n```\n"


def _size(figure: Mapping[str, Any]) -> float:
    return float(figure["mb"] if "mb" in figure else figure["ratio"])


def _row(name: str, figure: Mapping[str, Any]) -> str:
    goal, unit = FIGURES[name].goal, "MB" if "mb" in figure else "x"
    missed = " (missed)" if _size(figure) > goal else ""
    cells: Sequence[str] = (
        f"`{name}`",
        FIGURES[name].what,
        f"{_size(figure):g} {unit}{missed}",
        f"{goal:g} {unit}",
        f"{figure['baseline']}; {figure['runs']} rounds" if "baseline" in figure else "",
    )
    return f"| {' | '.join(cells)} |"
