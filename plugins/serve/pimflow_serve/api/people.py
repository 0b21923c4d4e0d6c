"""People and tokens: who may sign in, and who may do what."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from pydantic import Field

from pimflow.languages import LANGUAGES
from pimflow.state import people, sign_ins
from pimflow_serve.access.changing import add_person, add_token, change_person, remove_person, remove_token
from pimflow_serve.access.guard import Administrator, Viewer
from pimflow_serve.given import Given
from pimflow_serve.refusals import N_, Refused, not_found
from pimflow_serve.roles import Person, Role
from pimflow_serve.serving import Shared
from pimflow_serve.views.people import ShownPerson, ShownToken, shown_people, shown_tokens

router = APIRouter(prefix="/api/v1", tags=["people"])


class NewPerson(Given):
    """Somebody new."""

    name: str
    role: Role = Role.VIEWER
    password: str = Field(description="At least 10 characters.")
    language: str = Field("", description="Code of the language of the pages; empty for that of the browser.")


class PersonChange(Given):
    """What is to change of a person; what is left out stays. Another password signs them out everywhere."""

    role: Role | None = None
    password: str | None = None
    language: str | None = None
    active: bool | None = None


class MyChoices(Given):
    """What somebody chooses for themselves."""

    language: str = Field(description="Code of the language of the pages; empty for that of the browser.")


class NewToken(Given):
    """A token for a program."""

    name: str
    role: Role = Role.VIEWER
    days: int | None = Field(None, ge=1, le=3650, description="Days for which it is good; for ever unless given.")


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A token that was just made: `token` is told this once."""

    name: str
    role: Role
    token: str


@router.get("/me")
def me(person: Viewer) -> Person:
    """Tell who asks, and in which role."""
    return person


@router.patch("/me")
def choose(given: MyChoices, serving: Shared, person: Viewer) -> Person:
    """Choose the language of the pages for oneself."""
    if given.language and given.language not in LANGUAGES:
        raise Refused(400, N_("there is no such language"), N_("Choose one of the list."))
    people.change(serving.database, person.name, language=given.language)
    return Person(person.name, person.role, given.language)


@router.get("/people")
def list_people(serving: Shared, _person: Administrator) -> list[ShownPerson]:
    """List who may sign in."""
    return shown_people(serving.database)


@router.post("/people", status_code=201)
def post_person(given: NewPerson, serving: Shared, person: Administrator) -> ShownPerson:
    """Let somebody sign in."""
    add_person(serving, person, given.name, given.role, given.password, given.language)
    return _shown(serving, given.name)


@router.patch("/people/{name}")
def patch_person(name: str, given: PersonChange, serving: Shared, person: Administrator) -> ShownPerson:
    """Change role, password or language of somebody, or whether they may sign in."""
    _check_there(serving, name)
    change_person(serving, person, name, given.role, given.password, given.language, active=given.active)
    return _shown(serving, name)


@router.delete("/people/{name}", status_code=204)
def delete_person(name: str, serving: Shared, person: Administrator) -> None:
    """Let somebody sign in no longer, and forget them."""
    _check_there(serving, name)
    remove_person(serving, person, name)


@router.get("/tokens")
def list_tokens(serving: Shared, _person: Administrator) -> list[ShownToken]:
    """List the tokens, without what they are."""
    return shown_tokens(serving.database)


@router.post("/tokens", status_code=201)
def post_token(given: NewToken, serving: Shared, person: Administrator) -> MadeToken:
    """Make a token for a program. It is told in this answer, and kept nowhere."""
    return MadeToken(given.name, given.role, add_token(serving, person, given.name, given.role, given.days))


@router.delete("/tokens/{name}", status_code=204)
def delete_token(name: str, serving: Shared, person: Administrator) -> None:
    """Let a token work no longer."""
    if name not in {one.name for one in sign_ins.all_tokens(serving.database)}:
        raise not_found(f"token {name!r}")
    remove_token(serving, person, name)


def _check_there(serving: Shared, name: str) -> None:
    if people.find(serving.database, name) is None:
        raise not_found(f"person {name!r}")


def _shown(serving: Shared, name: str) -> ShownPerson:
    found = next((one for one in shown_people(serving.database) if one.name == name), None)
    if found is None:
        raise not_found(f"person {name!r}")
    return found
