"""Columns as revisions name them. What stands here never changes: a new kind of column gets a new name."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def text(name: str, *, null: bool = False, **more: Any) -> sa.Column[Any]:
    """Give a column of text."""
    return sa.Column(name, TEXT, nullable=null, **more)


def number(name: str, *, null: bool = False, **more: Any) -> sa.Column[Any]:
    """Give a column of whole numbers."""
    return sa.Column(name, NUMBER, nullable=null, **more)


def content(name: str, *, null: bool = False) -> sa.Column[Any]:
    """Give a column of bytes."""
    return sa.Column(name, sa.LargeBinary, nullable=null)


def text_key(name: str) -> sa.Column[Any]:
    """Give a text that is part of the primary key."""
    return text(name, primary_key=True)


def number_key(name: str) -> sa.Column[Any]:
    """Give a number that is part of the primary key, and is not counted up."""
    return number(name, primary_key=True, autoincrement=False)
