"""Memory does not grow with the number of rows; groups are small."""

import tracemalloc
from pathlib import Path

import pytest

from pimflow_transforms.variants import sorting
from pimflow_transforms.variants.transform import Variants

from .flat_rows import HEADER, Pim, item, made, models

SIZES = 10


def many(number):
    """Give so many rows, one at a time, in an order that scatters the groups."""
    groups = number // SIZES
    for at in range(number):
        cells = item(f"S-{at:07}", f"G{at % groups}", size=str(at // groups), name="Shirt " * 20, ean=str(at))
        row = [cells.get(name) for name in HEADER]
        yield (at + 1, row), row


def taken(number):
    """Give the peak of memory while so many rows go through, and how many come out."""
    transform = Variants.model_validate({"group": "style", "family_variant": {"constant": "by_size"}})
    tracemalloc.start()
    try:
        _, given = transform.apply(HEADER, many(number), Pim())
        count = sum(1 for _ in given)
        return tracemalloc.get_traced_memory()[1], count
    finally:
        tracemalloc.stop()


def test_ten_times_the_rows_need_no_more_memory(monkeypatch):
    monkeypatch.setattr(sorting, "BUFFERED", 150)
    taken(150)
    small, _ = taken(300)
    large, count = taken(3_000)
    assert count == 3_300
    assert large < 3 * small


def test_rows_are_put_on_disk_and_the_files_go_away(monkeypatch, tmp_path):
    monkeypatch.setattr(sorting, "BUFFERED", 100)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    transform = Variants.model_validate({"group": "style", "family_variant": {"constant": "by_size"}})
    _, given = transform.apply(HEADER, many(1_000), Pim())
    next(given)
    assert len(list(tmp_path.iterdir())) >= 10
    given.close()
    assert list(tmp_path.iterdir()) == []


def test_rows_on_disk_give_what_rows_in_memory_give(monkeypatch):
    items = [row for (_, row), _ in many(400)]
    items = [dict(zip(HEADER, row, strict=True)) for row in items]
    in_memory = made(items, code="m-{group}")
    monkeypatch.setattr(sorting, "BUFFERED", 7)
    assert made(items, code="m-{group}") == in_memory


def test_a_group_of_ten_thousand_is_fine():
    result = made([item(f"S-{at}", size=str(at), name="Shirt") for at in range(10_000)])
    assert len(models(result)[0]["variants"]) == 10_000


def test_a_read_that_breaks_off_fails_the_flow_and_leaves_no_files(monkeypatch, tmp_path):
    monkeypatch.setattr(sorting, "BUFFERED", 10)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def rows():
        yield from many(100)
        raise OSError("the source broke off")

    transform = Variants.model_validate({"group": "style", "family_variant": {"constant": "by_size"}})
    _, given = transform.apply(HEADER, rows(), Pim())
    with pytest.raises(OSError, match="broke off"):
        list(given)
    del given
    assert list(Path(tmp_path).iterdir()) == []
