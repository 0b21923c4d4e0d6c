"""Every error of pimflow, in one tree, grouped by what the core does next.

PimflowError                  exit 3  the run ends
├── ConfigError               exit 2  a file is wrong: all mistakes are told at once, nothing is contacted
│   └── PluginError           exit 2  a plugin that the pipeline names is missing or broken
├── BusyError                 exit 4  another run of the pipeline is under way; nothing was done
├── StateError                exit 3  the state cannot be used; it is left as it was
│   └── LockLostError         exit 3  the run was suspended, and another one took its place
├── FlowError                 exit 3  this flow ends, and those that need it; others go on
│   ├── LoginError            exit 3  credentials were refused; never tried again
│   ├── AccessError           exit 3  the account may not do this
│   ├── RemoteError           exit 3  the other side answered what cannot be understood or mended
│   ├── GuardError            exit 3  a guard of the pipeline stopped the flow
│   ├── MappingError          exit 2  the flow cannot work with its target as it is now; nothing was written
│   └── UnreachableError      exit 3  no answer after all retries; while loading it costs the batch only
└── RowProblem                exit 0  one record is put aside with its reason; the others go on
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pimflow.model import Problem, ProblemKind, Who
from pimflow.sentences import Said, said

if TYPE_CHECKING:
    from collections.abc import Sequence


class PimflowError(Exception):
    """What a person can act on; its text is shown without a traceback."""

    exit_code = 3


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong in a file: where it stands, and what was expected and found."""

    message: str
    file: str = ""
    line: int = 0
    path: str = ""

    def __str__(self) -> str:
        """Give `file:line: path: message`, leaving out what is not known."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return ": ".join(part for part in (place, self.path, self.message) if part)


class ConfigError(PimflowError):
    """The project or pipeline file is wrong; `mistakes` holds every one that was found."""

    exit_code = 2

    def __init__(self, *mistakes: Mistake | str) -> None:
        self.mistakes: Sequence[Mistake] = [m if isinstance(m, Mistake) else Mistake(m) for m in mistakes]
        alone = mistakes[0] if len(mistakes) == 1 and isinstance(mistakes[0], Said) else None
        super().__init__(alone or "\n".join(str(mistake) for mistake in self.mistakes))


class PluginError(ConfigError):
    """A plugin is missing, fails to import or offers something that cannot be used."""


class StateError(PimflowError):
    """The state cannot be opened, read or written, or belongs to a newer pimflow."""


class LockLostError(StateError):
    """The run was not heard of for so long that its lock was given to another one: it may write no more."""


class BusyError(PimflowError):
    """Another run of this pipeline is under way."""

    exit_code = 4


class FlowError(PimflowError):
    """This flow cannot go on. `detail` is for the administrator: status, address, the other side's own words."""

    kind = ProblemKind.CONNECTION

    def __init__(self, message: str, *, detail: str = "") -> None:
        self.detail = detail
        super().__init__(message)


class LoginError(FlowError):
    """The other side refused the credentials. Trying again could lock the account."""

    kind = ProblemKind.PERMISSION


class AccessError(FlowError):
    """The account is known and may not do this."""

    kind = ProblemKind.PERMISSION


class RemoteError(FlowError):
    """The other side answered, but not what its protocol promises."""


class GuardError(FlowError):
    """A limit under `guards:` was passed. `samples` are keys of the first records that it concerns.

    `guard` names the limit, where one run may be let pass it.
    """

    def __init__(self, message: str, *, detail: str = "", samples: Sequence[str] = (), guard: str = "") -> None:
        super().__init__(message, detail=detail)
        self.samples = samples
        self.guard = guard


class MappingError(FlowError):
    """Nothing of the flow could arrive in its target as it is now: it was stopped before anything was written."""

    exit_code = 2
    kind = ProblemKind.REFERENCE


class UnreachableError(FlowError):
    """The other side gave no usable answer, and all retries are used up.

    `limited` tells that it answered "too many calls" to the end.
    """

    def __init__(self, message: str, *, detail: str = "", limited: bool = False) -> None:
        super().__init__(message, detail=detail)
        if limited:
            self.kind = ProblemKind.RATE_LIMIT


def defect(error: Exception) -> Problem:
    """Tell of a mistake in a plugin that cost one record, with the place in the code where it happened."""
    place = traceback.extract_tb(error.__traceback__)[-1:]
    where = "".join(f" ({frame.filename}, line {frame.lineno})" for frame in place)
    return Problem(
        said("a plugin failed on this record"),
        remedy=said("Report it to the authors of the plugin, with the detail below."),
        who=Who.ADMINISTRATOR,
        detail=f"{type(error).__name__}: {error}{where}",
    )


class RowProblem(PimflowError):  # noqa: N818 - it costs one record and is no error of the run
    """One record cannot go on. Raised by transforms and by `Writer.prepare`."""

    exit_code = 0

    def __init__(
        self,
        field: str | None,
        value: Any,
        reason: str,
        *,
        kind: ProblemKind = ProblemKind.VALUE,
        remedy: str = "",
        who: Who = Who.SOURCE_TEAM,
        detail: str = "",
    ) -> None:
        self.problem = Problem(reason, kind, field, value, remedy, who, detail)
        super().__init__(str(self.problem))

    @classmethod
    def of(cls, problem: Problem) -> RowProblem:
        """Let a problem that was found earlier cost the record."""
        found = cls(problem.field, problem.value, problem.reason)
        found.problem = problem
        return found
