"""The checkpoints of a run that goes group by group: each group is shown, and in a terminal a person is asked."""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pimflow.cli.progress import Shown
    from pimflow.model import RunReport

by_option = click.option(
    "--by",
    metavar="COLUMN",
    help="Go group by group, such as by `family`, and stop at a checkpoint after each; the same command goes on.",
)
groups_option = click.option(
    "--groups",
    type=click.IntRange(1),
    help="With --by: bring so many groups without asking, then end. Where nobody can be asked: 1 unless given.",
)


def check_by(by: str | None, *, groups: int | None = None, others: bool) -> None:
    """See that the options of a run by groups fit together; `others`: one that picks records is given. UsageError."""
    if groups is not None and by is None:
        raise click.UsageError("--groups says how many groups of --by COLUMN to bring: give both")
    if by is not None and others:
        raise click.UsageError("--by goes through everything, group by group: give it without what picks records")


@dataclass(slots=True)
class Checkpoints:
    """Decides at each checkpoint whether to go on: after `most` groups, or as a person says, once or for all.

    `pipeline` and `options` are how the person began, for the command that goes on; `shown` counts the flows whose
    reports are printed.
    """

    pipeline: str | None
    most: int | None
    options: Sequence[str]
    quiet: bool
    progress: Shown | None = None
    shown: int = 0
    _groups: int = 0
    _all: bool = False

    def go_on(self, so_far: RunReport) -> bool:
        """Show what came since the last checkpoint, and say whether to go on."""
        from pimflow.cli.show import print_new

        assert self.progress is not None
        self._groups += 1
        with self.progress.paused():
            if not self.quiet:
                print_new(so_far, self.shown)
                self.shown = len(so_far.flows)
            return self._goes_on(so_far)

    def print_how_to_go_on(self, report: RunReport) -> None:
        """Say which command goes on with the next group."""
        if report.checkpoint is None or not report.checkpoint.left:
            return
        environment = [f"-e {report.run.environment}"] if report.run.environment else []
        name = [shlex.quote(self.pipeline)] if self.pipeline else []
        by = f"--by {shlex.quote(report.checkpoint.by)}"
        command = " ".join(["pimflow run", *name, by, *self.options, *environment])
        click.echo(f"`{command}` goes on with {report.checkpoint.what}.")

    def _goes_on(self, so_far: RunReport) -> bool:
        if self.most is not None:
            return self._groups < self.most
        if self._all or self.quiet or not sys.stdin.isatty():
            return self._all
        answer = _asked(so_far)
        self._all = answer in {"a", "all"}
        return self._all or answer in {"y", "yes"}


def _asked(so_far: RunReport) -> str:
    assert so_far.checkpoint is not None
    question = f"Go on with {so_far.checkpoint.what}? [y/N/all]"
    try:
        answer: str = click.prompt(question, default="n", show_default=False, err=True)
    except click.Abort:  # Ctrl-C: what was brought is kept, and its report too
        click.echo(err=True)
        return "n"
    return answer.strip().lower()
