"""The files of a product whose reference changes: Dolibarr keeps them by reference, and its API leaves them behind."""

from __future__ import annotations

from collections.abc import Sequence

from pimflow import AccessError, Problem, ProblemKind, Who, said
from pimflow_dolibarr.answers import TITLE, RefusedError
from pimflow_dolibarr.session import Session

_PART = {"modulepart": "product"}


def names(session: Session, product: int) -> list[str]:
    """Name the files of a product; none where the user may not look at them."""
    try:
        return [str(one["relativename"]) for one in session.listed("documents", **_PART, id=product)]
    except AccessError:
        return []


def carry(session: Session, was: str, ref: str, files: Sequence[str]) -> Problem | None:
    """Put files under the new reference of their product, three calls each; tell why where that cannot be."""
    try:
        for name in files:
            _carry(session, f"{was}/{name}", ref, name)
    except (AccessError, RefusedError) as error:
        return Problem(
            said("its files are still under its old reference {ref} in {title}", ref=was, title=TITLE),
            ProblemKind.REFERENCE,
            "ref",
            ref,
            said("Have them added to the product again."),
            Who.SOURCE_TEAM,
            error.detail or "",
        )
    return None


def _carry(session: Session, path: str, ref: str, name: str) -> None:
    answer = session.get("documents/download", **_PART, original_file=path)
    body = {**_PART, "filename": name, "ref": ref, "fileencoding": answer["encoding"], "filecontent": answer["content"]}
    session.write("POST", "documents/upload", {**body, "overwriteifexists": 1})
    session.write("DELETE", "documents", **_PART, original_file=path)
