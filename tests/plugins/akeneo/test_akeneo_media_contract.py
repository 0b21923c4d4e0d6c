"""The contract suite of sources for media files, against a PIM that is really served."""

from contextlib import contextmanager

import pytest

from pimflow import UnreachableError
from pimflow_akeneo.media.sources import AkeneoMediaFilesSource
from pimflow_akeneo_sandbox.media import media_file
from pimflow_akeneo_sandbox.serve import serve
from pimflow_testkit import Setup, source_suite

from .media_setup import MEDIA_CATALOG, connection, png

SERVED = {}


@pytest.fixture(scope="module", autouse=True)
def _served():
    with serve(MEDIA_CATALOG) as sandbox:
        SERVED["pim"] = sandbox
        yield


@pytest.fixture(autouse=True)
def _files():
    SERVED["pim"].reset()
    for number in range(120):
        SERVED["pim"].store.put_media(media_file(f"{number}.png", png(number)))


@contextmanager
def session():
    with connection(SERVED["pim"]).open() as found:
        yield found


@contextmanager
def nobody_there():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.sleep", lambda _: None)
        with connection(SERVED["pim"]).model_copy(update={"url": "http://127.0.0.1:9"}).open() as found:
            yield found


test_source = source_suite(
    AkeneoMediaFilesSource,
    lambda _folder: {"connection": "pim"},
    session=session,
    failing={"nobody there": Setup(session=nobody_there, raises=UnreachableError)},
)
