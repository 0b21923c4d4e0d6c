"""The command line in this process, and a shop to work with."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from loguru import logger

SHOP = Path(__file__).parents[1] / "core" / "shop"

PIPELINE = """\
version: 1
name: to-shop
connections:
  shop: {type: shop, token: geheimes-wort}
flows:
  products:
    source: {type: shop.rows, connection: shop}
    sink: {type: shop.products, connection: shop}
"""


@dataclass(frozen=True)
class Answer:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return orjson.loads(self.out)


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.syspath_prepend(SHOP)
    import pimflow_shop

    pimflow_shop.SHOPS.clear()
    shop = pimflow_shop.SHOPS["main"] = pimflow_shop.Shop()
    shop.tables["products"] = [("sku", "name"), ("A", "Anvil"), ("B", "Bucket"), ("C", "Candle")]
    yield shop
    pimflow_shop.SHOPS.clear()


@pytest.fixture
def cli(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., Answer]]:
    """Give a function that runs `pimflow ARGS` in an empty folder."""
    from pimflow.cli import main

    monkeypatch.chdir(tmp_path)

    def run(*args: str) -> Answer:
        monkeypatch.setattr(sys, "argv", ["pimflow", *args])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        code = ended.value.code
        return Answer(code if isinstance(code, int) else 0, captured.out, captured.err)

    yield run
    logger.remove()
    logging.basicConfig(handlers=[], force=True)


@pytest.fixture
def pipeline(tmp_path: Path, shop: Any) -> Path:
    """The file pipelines/to_shop.yaml, in the folder where `cli` works."""
    file = tmp_path / "pipelines" / "to_shop.yaml"
    file.parent.mkdir()
    file.write_text(PIPELINE)
    (tmp_path / "pimflow.yaml").write_text("version: 1\n")
    return file


@pytest.fixture
def environment() -> dict[str, str]:
    """The environment of a process that knows the shop."""
    return {**os.environ, "PYTHONPATH": str(SHOP)}
