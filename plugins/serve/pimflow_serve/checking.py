"""Checks of connections, as somebody asks for them."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

from pimflow.errors import ConfigError
from pimflow_serve.deciding import as_it_is_now
from pimflow_serve.refusals import not_found
from pimflow_serve.roles import Person
from pimflow_serve.serving import Serving
from pimflow_serve.views.connections import Checked, ShownConnection, check, connections, keep_check
from pimflow_serve.views.fits import Fit, keep, look

_AT_ONCE = 4


def check_now(serving: Serving, person: Person, name: str = "", pipeline: str = "") -> list[Checked]:
    """Check the connection of this name that a pipeline uses, or all; the files are read anew for it.

    Raises Refused where there is no such connection.
    """
    found = [
        one
        for one in connections(serving.project, serving.database)
        if name in {"", one.name} and pipeline in {"", *one.used_by}
    ]
    if not found:
        raise not_found("connection of this name")
    serving.project.forget()
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="pimflow-check") as pool:
        return list(pool.map(lambda one: _check(serving, person, one), found))


def begin_look(serving: Serving, person: Person, pipeline: str) -> Future[Fit]:
    """Begin to hold a pipeline against its targets, its files read anew; what is found is kept as well.

    Raises ConfigError with the mistakes of the files.
    """
    assembly = as_it_is_now(serving, pipeline)

    def kept() -> Fit:
        fit = look(assembly, serving.database, serving.clock(), person.name)
        keep(serving.database, fit)
        return fit

    return serving.looks.begin(pipeline, kept)


def _check(serving: Serving, person: Person, one: ShownConnection) -> Checked:
    now = serving.clock()
    try:
        assembly = as_it_is_now(serving, one.asked)
    except ConfigError as error:
        checked = Checked(False, f"the file has mistakes: {error.mistakes[0]}", "", now, person.name)
    else:
        if one.name not in assembly.connections:
            raise not_found("connection of this name")
        checked = check(assembly, one.name, now, person.name)
    keep_check(serving.database, one.name, one.address, checked)
    return checked
