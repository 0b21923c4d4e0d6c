"""Uploads over a bad connection: each file arrives once, whatever the PIM said on the way."""

import threading
import time

import httpx
import pytest

from pimflow import Status
from pimflow.memories import ShortMemory
from pimflow_akeneo.media.uploading import Uploading
from pimflow_akeneo_sandbox.serve import serve

from .media_setup import MEDIA_CATALOG, PNG, AkeneoProductModelsSink, png, uploads, values, write


@pytest.fixture(scope="module")
def server():
    with serve(MEDIA_CATALOG) as sandbox:
        yield sandbox


@pytest.fixture
def folder(tmp_path):
    for number in range(20):
        (tmp_path / f"{number}.png").write_bytes(png(number))
    (tmp_path / "a.png").write_bytes(PNG)
    return tmp_path


@pytest.fixture
def breaking(session, monkeypatch):
    """Let the answers to some uploads get lost on their way back: after the PIM did what was asked, or before."""

    def make(*kinds):
        real = session._client._http.send
        left = list(kinds)

        def send(request, **options):
            kind = left.pop(0) if left and "media-files" in request.url.path and request.method == "POST" else None
            if kind == "before":
                raise httpx.ReadError("lost before it was done")
            response = real(request, **options)
            if kind == "after":
                response.close()
                raise httpx.ReadError("lost after it was done")
            if kind == "no location":
                del response.headers["location"]
            return response

        monkeypatch.setattr(session._client._http, "send", send)

    return make


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (["after"], 1),
        (["before"], 1),
        (["before", "after"], 1),
        (["no location"], 1),
    ],
)
def test_an_answer_that_got_lost_makes_no_second_file(pim, session, folder, breaking, kinds, expected):
    breaking(*kinds)
    row = {"identifier": "boot/1", "picture": "a.png", "view-de_DE-shop": "a.png"}
    assert write(session, row, folder=folder)["boot/1"] == (Status.CREATED, [])
    assert uploads(pim) == expected
    assert len(pim.store.media) == 1
    assert len(values(pim, "boot/1")) == 2


def test_for_product_models_too(pim, session, folder, breaking):
    breaking("after")
    row = {"code": "boots", "family_variant": "by_color", "picture": "a.png"}
    assert write(session, row, sink=AkeneoProductModelsSink, folder=folder)["boots"] == (Status.CREATED, [])
    assert uploads(pim) == 1


def test_a_file_of_the_same_size_in_the_value_is_not_taken_for_ours(pim, session, folder, breaking):
    memory = ShortMemory()
    write(session, {"identifier": "boot", "picture": "1.png"}, memory=memory, folder=folder)
    breaking("before")
    write(session, {"identifier": "boot", "picture": "2.png"}, memory=memory, folder=folder)
    assert values(pim, "boot")["picture", None, None] == ("2.png", png(2))


def test_a_pim_that_never_answers_costs_the_record_this_run_only(pim, session, folder, breaking, monkeypatch):
    monkeypatch.setattr("pimflow_akeneo.media.uploading._RESTS", (0.01, 0.01, 0.01))
    breaking(*["before"] * 4)
    memory = ShortMemory()
    row = {"identifier": "boot", "picture": "a.png"}
    status, (problem,) = write(session, row, memory=memory, folder=folder)["boot"]
    assert status is Status.FAILED
    assert problem.reason.startswith("the file did not arrive: ")
    assert write(session, row, memory=memory, folder=folder)["boot"] == (Status.UPDATED, [])
    assert values(pim, "boot") == {("picture", None, None): ("a.png", PNG)}


def test_a_pim_that_fails_for_a_moment_gets_the_file_after_a_rest(pim, session, folder, breaking):
    breaking(*["before"] * 2)
    began = time.monotonic()
    row = {"identifier": "boot", "picture": "a.png"}
    assert write(session, row, folder=folder)["boot"] == (Status.CREATED, [])
    assert time.monotonic() - began >= 2.9
    assert values(pim, "boot") == {("picture", None, None): ("a.png", PNG)}


def test_a_crowded_pim_gets_every_file_once(pim, session, folder, monkeypatch):
    monkeypatch.setattr("pimflow_http.retry.retry_after", lambda *_: 0.01)
    pim.faults(error_429=3)
    rows = [{"identifier": f"boot-{n}", "picture": f"{n}.png"} for n in range(20)]
    outcomes = write(session, *rows, folder=folder)
    pim.faults(error_429=0)
    assert {one for one, _ in outcomes.values()} == {Status.CREATED}
    assert len(pim.store.media) == 20
    assert all(values(pim, f"boot-{n}")["picture", None, None][1] == png(n) for n in range(20))


def test_files_of_one_record_never_go_at_once(pim, session, folder, monkeypatch):
    running, really = set(), Uploading.upload

    def upload(self, content, place):
        assert place.key not in running
        running.add(place.key)
        threading.Event().wait(0.01)
        code = really(self, content, place)
        running.discard(place.key)
        return code

    monkeypatch.setattr(Uploading, "upload", upload)
    columns = ["picture", "banner-shop", "banner-print", "view-de_DE-shop"]
    rows = [{"identifier": f"boot-{n}", **{name: f"{n + at}.png" for at, name in enumerate(columns)}} for n in range(8)]
    write(session, *rows, folder=folder)
    assert uploads(pim) == 11


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (403, {"message": "Access forbidden."}, "the user of the connection may not upload files"),
        (413, {"message": "Too large."}, "the file is larger than the PIM takes"),
        (
            422,
            {"message": 'Product property must contain "identifier", "attribute", "locale" and "scope" properties.'},
            "this PIM takes files for products with an identifier only",
        ),
        (
            422,
            {"message": "Validation failed.", "errors": [{"property": "values", "message": "It is bad."}]},
            "the PIM does not take it: It is bad",
        ),
        (400, None, "the PIM does not take it: <html>"),
    ],
)
def test_refusals_of_the_pim_cost_the_value_and_are_told(session, folder, monkeypatch, status, body, reason):
    real = session._client._http.send

    def send(request, **options):
        if request.method == "POST" and "media-files" in request.url.path:
            return httpx.Response(status, json=body, text=None if body else "<html>", request=request)
        return real(request, **options)

    monkeypatch.setattr(session._client._http, "send", send)
    uuid = "25566245-55c3-42ce-86d9-8610ac459fa8"
    found, (problem,) = write(session, {"uuid": uuid, "picture": "a.png"}, folder=folder)[uuid]
    assert found is Status.CREATED
    assert (problem.field, problem.value, problem.reason) == ("picture", "a.png", reason)
    assert problem.remedy
