"""Pictures and files out of a PIM that is really served, into a folder."""

import sqlite3
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pimflow import BadValue, Window
from pimflow.memories import ShortMemory
from pimflow_akeneo.media.places import safe
from pimflow_akeneo.sources import AkeneoProductModelsSource, AkeneoProductsSource
from pimflow_akeneo_sandbox.serve import serve

from .media_setup import JPG, MEDIA_CATALOG, PNG, AkeneoProductModelsSink, calls, connection, png, values, write

DOWNLOAD = "GET /api/rest/v1/media-files/{code}/download"


@pytest.fixture(scope="module")
def server():
    with serve(MEDIA_CATALOG) as sandbox:
        yield sandbox


@pytest.fixture
def folder(tmp_path):
    found = tmp_path / "in"
    found.mkdir()
    for number in range(60):
        (found / f"{number}.png").write_bytes(png(number))
    (found / "a.png").write_bytes(PNG)
    (found / "Grüner Stiefel.jpg").write_bytes(JPG)
    return found


def read(session, out, source=AkeneoProductsSource, **options):
    """Read as a flow does; rows by key, without what is empty."""
    rows = iter(source(connection="pim", media=out, **options).extract(session, Window()))
    header = next(rows)
    found = [{name: cell for name, cell in zip(header, row, strict=True) if cell is not None} for row in rows]
    return {row.get("identifier") or row.get("code") or row["uuid"]: row for row in found}


def files(out):
    return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def media_of(out):
    return {name: content for name, content in files(out).items() if not name.startswith(".")}


def test_cells_are_paths_as_in_akeneos_own_exports(pim, session, folder, tmp_path):
    row = {"identifier": "boot", "picture": "a.png", "view-de_DE-shop": "Grüner Stiefel.jpg", "banner-print": "1.png"}
    write(session, row, folder=folder)
    found = read(session, tmp_path / "out")["boot"]
    assert {name: found[name] for name in row} == {
        "identifier": "boot",
        "picture": "files/boot/picture/a.png",
        "view-de_DE-shop": found["view-de_DE-shop"],
        "banner-print": "files/boot/banner/print/1.png",
    }
    assert found["view-de_DE-shop"].startswith("files/boot/view/de_DE/shop/Gr")
    assert media_of(tmp_path / "out") == {
        found["picture"]: PNG,
        found["view-de_DE-shop"]: JPG,
        found["banner-print"]: png(1),
    }


def test_a_file_is_downloaded_once(pim, session, folder, tmp_path):
    rows = [{"identifier": f"boot-{n}", "picture": f"{n % 3}.png", "banner-shop": "a.png"} for n in range(30)]
    write(session, *rows, folder=folder)
    first = read(session, tmp_path / "out")
    assert calls(pim, DOWNLOAD) == 4
    assert list(first) == sorted(first)
    for n in range(30):
        assert (tmp_path / "out" / first[f"boot-{n}"]["picture"]).read_bytes() == png(n % 3)
    assert read(session, tmp_path / "out") == first
    assert calls(pim, DOWNLOAD) == 4


def test_many_files_arrive_in_the_order_of_their_rows(pim, session, folder, tmp_path):
    rows = [{"identifier": f"boot-{n:02}", "picture": f"{n}.png"} for n in range(60)]
    write(session, *rows, folder=folder)
    found = read(session, tmp_path / "out")
    assert list(found) == [row["identifier"] for row in rows]
    assert all((tmp_path / "out" / found[f"boot-{n:02}"]["picture"]).read_bytes() == png(n) for n in range(60))
    assert not list((tmp_path / "out").rglob("*.part"))


def test_replaced_and_emptied_pictures_follow(pim, session, folder, tmp_path):
    out, memory = tmp_path / "out", ShortMemory()
    row = {"identifier": "boot", "picture": "a.png", "banner-shop": "1.png", "banner-print": "2.png"}
    write(session, row, memory=memory, folder=folder)
    read(session, out)
    (folder / "a.png").write_bytes(png(99))
    write(session, {**row, "banner-shop": "3.png", "banner-print": None}, memory=memory, folder=folder)
    found = read(session, out)["boot"]
    assert "banner-print" not in found
    assert media_of(out) == {"files/boot/picture/a.png": png(99), "files/boot/banner/shop/3.png": png(3)}


def test_files_of_others_in_the_folder_are_left_alone(pim, session, folder, tmp_path):
    out, memory = tmp_path / "out", ShortMemory()
    write(session, {"identifier": "boot", "picture": "a.png"}, memory=memory, folder=folder)
    read(session, out)
    (out / "files/boot/picture/mine.txt").write_text("mine")
    (out / "files/boot/notes.txt").write_text("mine")
    write(session, {"identifier": "boot", "picture": None}, memory=memory, folder=folder)
    read(session, out)
    assert set(media_of(out)) == {"files/boot/picture/mine.txt", "files/boot/notes.txt"}


def test_a_deleted_or_cut_file_and_a_damaged_index_are_mended(pim, session, folder, tmp_path):
    out = tmp_path / "out"
    write(session, {"identifier": "boot", "picture": "a.png"}, folder=folder)
    path = out / read(session, out)["boot"]["picture"]
    for damage in (
        path.unlink,
        lambda: path.write_bytes(b"cut"),
        lambda: (out / ".pimflow-media.sqlite").write_text("x" * 500),
    ):
        damage()
        read(session, out)
        assert path.read_bytes() == PNG
    with sqlite3.connect(out / ".pimflow-media.sqlite") as index:
        assert index.execute("SELECT count(*) FROM files").fetchone() == (1,)
    index.close()


def test_a_file_that_the_pim_lost_costs_the_value(pim, session, folder, tmp_path):
    write(session, {"identifier": "boot", "picture": "a.png", "banner-shop": "1.png", "ean": "1"}, folder=folder)
    code = next(code for code in pim.store.media if code.endswith("_a.png"))
    pim.store.remove_media(pim.store.media[code])
    found = read(session, tmp_path / "out")["boot"]
    assert isinstance(found["picture"], BadValue)
    assert found["picture"].problem.field == "picture"
    assert found["picture"].problem.reason == "the PIM does not give this file"
    assert found["banner-shop"] == "files/boot/banner/shop/1.png"
    assert not list((tmp_path / "out").rglob("*.part"))


def test_products_and_models_of_one_name_and_dangerous_names_share_a_folder(pim, session, folder, tmp_path):
    out = tmp_path / "out"
    names = ["..", "a/b", "a%2Fb", "a\\b", "con", "x.", "ä" * 80, "a b"]
    write(session, *({"identifier": name, "picture": f"{n}.png"} for n, name in enumerate(names)), folder=folder)
    model = {"code": "con", "family_variant": "by_color", "picture": "a.png"}
    write(session, model, sink=AkeneoProductModelsSink, folder=folder)
    found = read(session, out)
    for n, name in enumerate(names):
        path = out / found[name]["picture"]
        assert path.read_bytes() == png(n)
        assert path.resolve().is_relative_to((out / "files").resolve())
    assert read(session, out, AkeneoProductModelsSource)["con"]["picture"] == "models/%63on/picture/a.png"
    assert (out / "models/%63on/picture/a.png").read_bytes() == PNG


def test_a_product_without_an_identifier_has_its_uuid_in_the_path(pim, session, folder, tmp_path):
    uuid = "25566245-55c3-42ce-86d9-8610ac459fa8"
    write(session, {"uuid": uuid, "picture": "a.png"}, folder=folder)
    found = read(session, tmp_path / "out", by_uuid=True)[uuid]
    assert found["picture"] == f"files/%uuid-{uuid}/picture/a.png"


def test_only_what_is_read_is_downloaded(pim, session, folder, tmp_path):
    write(session, {"identifier": "boot", "picture": "a.png", "banner-shop": "1.png"}, folder=folder)
    out = tmp_path / "out"
    read(session, out)
    read(session, out, attributes=["picture"])
    assert set(media_of(out)) == {"files/boot/picture/a.png", "files/boot/banner/shop/1.png"}
    read(session, tmp_path / "other", attributes=["ean"])
    assert media_of(tmp_path / "other") == {}
    assert read(session, None)["boot"]["picture"] in pim.store.media


def test_two_pims_give_the_same_paths(pim, session, folder, tmp_path):
    rows = [{"identifier": "boot", "picture": "Grüner Stiefel.jpg", "view-en_US-shop": "a.png"}]
    write(session, *rows, folder=folder)
    first = read(session, tmp_path / "one")
    with serve(MEDIA_CATALOG) as other, connection(other).open() as there:
        write(there, *({name: row[name] for name in rows[0]} for row in first.values()), folder=tmp_path / "one")
        second = read(there, tmp_path / "two")
    assert {name: first["boot"][name] for name in rows[0]} == {name: second["boot"][name] for name in rows[0]}
    assert media_of(tmp_path / "one") == media_of(tmp_path / "two")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=260), min_size=2, max_size=2, unique=True))
@example(["con", "%63on"])
@example(["x" * 300, "x" * 301])
def test_different_keys_have_different_safe_names(texts):
    one, other = map(safe, texts)
    assert one.lower() != other.lower() or texts[0].lower() == texts[1].lower()
    for name in (one, other):
        assert name not in {"", ".", ".."}
        assert not set(name) & set('/\\:*?"<>|\0')
        assert len(name.encode()) <= 255 - len(".part")


@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.binary(max_size=400),
            st.text(
                st.characters(exclude_characters="/\\\0", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60
            ),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_random_files_come_back_as_they_were(tmp_path_factory, server, given_files):
    server.reset()
    folder = Path(tmp_path_factory.mktemp("media"))
    rows = []
    for n, (content, written) in enumerate(given_files):
        (folder / str(n)).mkdir()
        name = written.rstrip() if written.strip(". \N{NO-BREAK SPACE}") else "plain"
        (folder / str(n) / name).write_bytes(content)
        rows.append({"identifier": f"boot-{n}", "picture": f"{n}/{name}"})
    with connection(server).open() as session:
        outcomes = write(session, *rows, folder=folder)
        assert all(problems == [] for _, problems in outcomes.values())
        found = read(session, folder / "out")
    for n, (content, _) in enumerate(given_files):
        assert (folder / "out" / found[f"boot-{n}"]["picture"]).read_bytes() == content
        assert values(server, f"boot-{n}")["picture", None, None][1] == content
