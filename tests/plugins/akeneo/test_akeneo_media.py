"""Pictures and files from paths and base64 text into a PIM that is really served."""

import base64
import os

import pytest

from pimflow import Change, Status
from pimflow.memories import ShortMemory
from pimflow_akeneo_sandbox.serve import serve

from .media_setup import (
    JPG,
    MEDIA_CATALOG,
    PDF,
    PNG,
    AkeneoProductModelsSink,
    calls,
    load,
    png,
    uploads,
    values,
    write,
    writing,
)

BULK = "PATCH /api/rest/v1/products"


@pytest.fixture(scope="module")
def server():
    with serve(MEDIA_CATALOG) as sandbox:
        yield sandbox


@pytest.fixture
def folder(tmp_path):
    """Give a folder of pictures, old enough to be remembered."""
    found = tmp_path / "media"
    (found / "sub").mkdir(parents=True)
    for name, content in {"a.png": PNG, "b.jpg": JPG, "sub/c.png": png(3), "manual.pdf": PDF}.items():
        put(found / name, content)
    return found


def put(path, content, age=60):
    path.write_bytes(content)
    then = path.stat().st_mtime - age
    os.utime(path, (then, then))


def test_files_arrive_at_every_kind_of_place(pim, session, folder):
    row = {
        "identifier": "boot",
        "picture": "a.png",
        "manual": "manual.pdf",
        "view-de_DE-shop": "sub/c.png",
        "view-en_US-shop": "./sub/../b.jpg",
        "banner-print": "sub\\c.png",
    }
    assert write(session, row, folder=folder) == {"boot": (Status.CREATED, [])}
    assert values(pim, "boot") == {
        ("picture", None, None): ("a.png", PNG),
        ("manual", None, None): ("manual.pdf", PDF),
        ("view", "de_DE", "shop"): ("c.png", png(3)),
        ("view", "en_US", "shop"): ("b.jpg", JPG),
        ("banner", None, "print"): ("c.png", png(3)),
    }


def test_a_content_is_uploaded_once_for_all_its_places(pim, session, folder):
    rows = [{"identifier": f"boot-{n}", "picture": "a.png", "banner-shop": "a.png"} for n in range(20)]
    outcomes = write(session, *rows, folder=folder)
    assert {status for status, _ in outcomes.values()} == {Status.CREATED}
    assert uploads(pim) == 1
    assert calls(pim, BULK) == 2
    assert all(len(values(pim, row["identifier"])) == 2 for row in rows)


def test_the_next_run_knows_what_was_uploaded(pim, session, folder):
    memory = ShortMemory()
    write(session, {"identifier": "boot", "picture": "a.png"}, memory=memory, folder=folder)
    write(session, {"identifier": "shoe", "picture": "a.png"}, memory=memory, folder=folder)
    assert uploads(pim) == 1
    assert values(pim, "shoe") == {("picture", None, None): ("a.png", PNG)}


def test_an_unchanged_file_gives_the_same_payload_without_being_read(pim, session, folder, monkeypatch):
    memory = ShortMemory()
    row = {"identifier": "boot", "picture": "a.png"}
    with writing(session, memory, folder=folder) as writer:
        (before,) = writer.prepare(row)
    monkeypatch.setattr("pimflow_akeneo.media.local.digest_of", lambda _: pytest.fail("the file was read again"))
    with writing(session, memory, folder=folder) as writer:
        assert list(writer.prepare(row)) == [before]
    assert before.payload["picture"].startswith("media:")


def test_a_file_that_changed_a_moment_ago_is_read_again(session, folder):
    memory = ShortMemory()
    path = folder / "new.png"
    row = {"identifier": "boot", "picture": "new.png"}
    path.write_bytes(png(1))
    with writing(session, memory, folder=folder) as writer:
        (before,) = writer.prepare(row)
        stat = path.stat()
        path.write_bytes(png(2))
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        (after,) = writer.prepare(row)
    assert before.payload != after.payload


def test_a_replaced_picture_is_one_upload(pim, session, folder):
    memory = ShortMemory()
    row = {"identifier": "boot", "picture": "a.png", "view-de_DE-shop": "b.jpg"}
    write(session, row, memory=memory, folder=folder)
    put(folder / "a.png", png(9), age=30)
    write(session, row, memory=memory, folder=folder)
    assert uploads(pim) == 3
    assert values(pim, "boot")["picture", None, None] == ("a.png", png(9))


def test_an_emptied_cell_empties_the_value(pim, session, folder):
    memory = ShortMemory()
    write(session, {"identifier": "boot", "picture": "a.png"}, memory=memory, folder=folder)
    write(session, {"identifier": "boot", "picture": None}, memory=memory, folder=folder)
    assert values(pim, "boot") == {}


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("picture", "lost.png", "there is no such file"),
        ("picture", "sub", "this is a folder, not a file"),
        ("picture", "../secret.txt", "which lies outside the folder of the media files"),
        ("picture", "/etc/passwd", "which lies outside the folder of the media files"),
        ("picture", "a\0.png", "there is no such file"),
        ("manual", "a.png", "this is a file of type 'png', and the PIM takes pdf here"),
        ("manual", "plain", "this is a file without extension, and the PIM takes pdf here"),
        ("packshot", "big.png", "the file has 0.02 MB, and the PIM takes 0.01 MB here"),
        ("picture", "data:image/png;base64,§", "which is no data URL: it has no content that can be read"),
        ("picture", "data:nothing", "which is no data URL: it has no content that can be read"),
    ],
)
def test_what_cannot_be_sent_is_told_and_the_rest_goes(pim, session, folder, column, cell, reason):
    (folder.parent / "secret.txt").write_text("secret")
    put(folder / "big.png", PNG * 300)
    put(folder / "plain", PDF)
    row = {"identifier": "boot", "ean": "1", column: cell}
    status, (problem,) = write(session, row, folder=folder)["boot"]
    assert status is Status.CREATED
    assert (problem.field, problem.reason) == (column, reason)
    assert problem.remedy
    assert uploads(pim) == 0
    assert values(pim, "boot") == {}


def test_the_value_of_a_missing_file_stays(pim, session, folder):
    memory = ShortMemory()
    row = {"identifier": "boot", "picture": "a.png"}
    write(session, row, memory=memory, folder=folder)
    (folder / "a.png").unlink()
    _, (problem,) = write(session, row, memory=memory, folder=folder)["boot"]
    assert problem.reason == "there is no such file"
    assert values(pim, "boot") == {("picture", None, None): ("a.png", PNG)}


def test_links_in_the_folder_may_lead_out_of_it(pim, session, folder, tmp_path):
    (tmp_path / "elsewhere.png").write_bytes(png(5))
    (folder / "link.png").symlink_to(tmp_path / "elsewhere.png")
    write(session, {"identifier": "boot", "picture": "link.png"}, folder=folder)
    assert values(pim, "boot")["picture", None, None] == ("link.png", png(5))


def test_text_of_base64_columns_and_data_urls_is_the_file(pim, session, folder):
    text = base64.encodebytes(JPG).decode()
    row = {
        "identifier": "boot/1",
        "picture": text,
        "packshot": "data:image/png;base64," + base64.urlsafe_b64encode(png(250)).decode().rstrip("="),
        "manual": "data:application/pdf,%25PDF-1.4%20tiny",
        "view-de_DE-shop": PNG,
    }
    assert write(session, row, folder=folder, base64=["picture"])["boot/1"] == (Status.CREATED, [])
    assert values(pim, "boot/1") == {
        ("picture", None, None): ("boot_1-picture.jpg", JPG),
        ("packshot", None, None): ("boot_1-packshot.png", png(250)),
        ("manual", None, None): ("boot_1-manual.pdf", PDF),
        ("view", "de_DE", "shop"): ("boot_1-view-de_DE-shop.png", PNG),
    }


def test_a_long_cell_is_not_shown_whole(session, folder):
    _, (problem,) = write(session, {"identifier": "boot", "picture": "x" * 5000}, folder=folder)["boot"]
    assert len(problem.value) < 100


def test_text_that_is_no_base64_is_told(session, folder):
    row = {"identifier": "boot", "picture": "not base64!"}
    _, (problem,) = write(session, row, folder=folder, base64=["picture"])["boot"]
    assert problem.reason == "which is no base64 text"


def test_codes_of_the_pim_go_as_they_are(pim, session, folder):
    memory = ShortMemory()
    write(session, {"identifier": "boot", "picture": "a.png"}, memory=memory, folder=folder)
    (code,) = pim.store.media
    write(session, {"identifier": "shoe", "picture": code}, memory=memory, folder=folder)
    assert values(pim, "shoe") == values(pim, "boot")
    assert uploads(pim) == 1


def test_a_code_that_the_pim_forgot_is_uploaded_anew(pim, session, folder):
    memory = ShortMemory()
    row = {"identifier": "boot", "picture": "a.png", "ean": "1"}
    write(session, row, memory=memory, folder=folder)
    pim.reset()
    assert write(session, row, memory=memory, folder=folder)["boot"] == (Status.CREATED, [])
    assert uploads(pim) == 1
    assert values(pim, "boot") == {("picture", None, None): ("a.png", PNG)}


def test_base64_text_whose_code_the_pim_forgot_is_sent_by_the_next_run(pim, session):
    memory = ShortMemory()
    row = {"identifier": "boot", "picture": base64.b64encode(PNG).decode()}
    write(session, row, memory=memory, base64=["picture"])
    pim.reset()
    status, (problem,) = write(session, row, memory=memory, base64=["picture"])["boot"]
    assert status is Status.FAILED
    assert problem.remedy == "It is read again and sent by the next run."
    assert write(session, row, memory=memory, base64=["picture"])["boot"] == (Status.UPDATED, [])
    assert values(pim, "boot") == {("picture", None, None): ("boot-picture.png", PNG)}


def test_nothing_is_uploaded_for_a_refused_record(pim, session, folder):
    row = {"identifier": "boot", "groups": "nowhere", "picture": "a.png"}
    status, _ = write(session, row, folder=folder)["boot"]
    assert status is Status.REFUSED
    assert uploads(pim) == 0


def test_a_refused_upload_costs_the_value_and_is_told_with_the_words_of_the_pim(pim, session, folder):
    put(folder / "text.png", b"only text")
    row = {"identifier": "boot", "packshot": "text.png", "picture": "a.png"}
    status, (problem,) = write(session, row, folder=folder)["boot"]
    assert status is Status.CREATED
    assert (problem.field, problem.value) == ("packshot", "text.png")
    assert problem.reason.startswith("the PIM does not take it: The MIME type is not allowed for png")
    assert values(pim, "boot") == {("picture", None, None): ("a.png", PNG)}


def test_the_same_bytes_under_another_extension_are_another_file(pim, session, folder):
    memory = ShortMemory()
    put(folder / "same.txt", PDF)
    rows = [{"identifier": "boot", "manual": "manual.pdf"}]
    write(session, *rows, memory=memory, folder=folder)
    _, (problem,) = write(session, {"identifier": "shoe", "manual": "same.txt"}, memory=memory, folder=folder)["shoe"]
    assert "takes pdf here" in problem.reason


def test_products_by_uuid_and_product_models_get_their_files(pim, session, folder):
    uuid = "25566245-55c3-42ce-86d9-8610ac459fa8"
    row = {"uuid": uuid, "picture": "a.png", "view-de_DE-shop": "a.png"}
    assert write(session, row, folder=folder) == {uuid: (Status.CREATED, [])}
    product = pim.store.products[uuid]
    assert {code for code, entries in product.values.items() if entries} >= {"picture", "view"}
    model = {"code": "boots", "family_variant": "by_color", "picture": "b.jpg", "banner-shop": "b.jpg"}
    found = write(session, model, sink=AkeneoProductModelsSink, folder=folder)
    assert found == {"boots": (Status.CREATED, [])}
    assert values(pim, "boots") == {("picture", None, None): ("b.jpg", JPG), ("banner", None, "shop"): ("b.jpg", JPG)}


def test_a_plan_shows_names_and_known_codes(pim, session, folder):
    memory = ShortMemory()
    write(session, {"identifier": "boot", "picture": "a.png"}, memory=memory, folder=folder)
    (code,) = pim.store.media
    with writing(session, memory, folder=folder, dry=True) as writer:
        items = list(writer.prepare({"identifier": "boot", "picture": "a.png", "banner-shop": "b.jpg"}))
        (change,) = writer.fit([Change(items[0], 1, True, b"")])
    assert dict(change.payload) == {"picture": code, "banner-shop": "b.jpg (to be uploaded)"}


def test_nothing_stays_in_the_temporary_folder(pim, session, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with writing(session, base64=["picture"]) as writer:
        load(writer, {"identifier": "boot", "picture": base64.b64encode(PNG).decode()})
        (left,) = tmp_path.iterdir()
        assert list(left.iterdir()) == []
    assert list(tmp_path.iterdir()) == []
