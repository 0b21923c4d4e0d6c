"""Pictures and files as users meet them: pipelines in YAML, run by the command line."""

import base64
import os
import shutil
import sys
from types import SimpleNamespace

import pytest

from pimflow.cli import main
from pimflow_akeneo_sandbox.serve import serve
from pimflow_http import Clock

from .media_setup import JPG, MEDIA_CATALOG, PDF, PNG, calls, png, uploads, values

BULK = "PATCH /api/rest/v1/products"
DOWNLOAD = "GET /api/rest/v1/media-files/{code}/download"
PIM = "{{type: akeneo, url: '{url}', client_id: sandbox, secret: sandbox, username: sandbox, password: sandbox}}"
LOAD = f"""\
version: 1
connections: {{{{pim: {PIM}}}}}
flows:
  products:
    source: {{{{type: files.csv, path: products.csv, delimiter: ";"}}}}
    sink: {{{{type: akeneo.products, connection: pim{{media}}}}}}
    empty: erase
"""
EXPORT = f"""\
version: 1
connections: {{{{pim: {PIM}}}}}
flows:
  products:
    source: {{{{type: akeneo.products, connection: pim, media: out, attributes: [picture, packshot, manual, view]}}}}
    sink: {{{{type: files.csv, path: out/products.csv}}}}
  files:
    source: {{{{type: akeneo.media_files, connection: pim, media: all}}}}
    sink: {{{{type: files.csv, path: all/files.csv}}}}
"""
ATTACH = f"""\
version: 1
connections: {{{{pim: {PIM}}}}}
flows:
  files:
    source: {{{{type: files.csv, path: files.csv, delimiter: ";"}}}}
    sink: {{{{type: akeneo.media_files, connection: pim, media: {{{{folder: pictures}}}}}}}}
"""


@pytest.fixture(scope="module")
def server():
    with serve(MEDIA_CATALOG) as sandbox:
        yield sandbox


@pytest.fixture
def project(pim, tmp_path, monkeypatch, capsys):
    """A folder with pictures and pipelines into and out of the PIM."""

    def pipeline(name, text, media=""):
        (tmp_path / f"{name}.yaml").write_text(text.format(url=pim.url, media=f", media: {media}" if media else ""))

    def run(name, *options, command="run"):
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["pimflow", command, str(tmp_path / f"{name}.yaml"), *options])
        with pytest.raises(SystemExit) as end:
            main()
        return SimpleNamespace(code=int(end.value.code or 0), **capsys.readouterr()._asdict())

    def csv(name, *lines):
        (tmp_path / f"{name}.csv").write_text("\n".join(lines) + "\n", "utf-8")

    monkeypatch.setattr("pimflow_akeneo.media.web.Clock", lambda: Clock(sleep=lambda _seconds: None))
    (tmp_path / "pictures").mkdir()
    for name, content in {"a.png": PNG, "b.jpg": JPG, "m.pdf": PDF}.items():
        put(tmp_path / "pictures" / name, content)
    pipeline("load", LOAD)
    pipeline("export", EXPORT)
    pipeline("attach", ATTACH)
    return SimpleNamespace(folder=tmp_path, pim=pim, run=run, csv=csv, pipeline=pipeline)


def put(path, content, age=60):
    path.write_bytes(content)
    then = path.stat().st_mtime - age
    os.utime(path, (then, then))


HEADER = "identifier;picture;packshot;manual;view-de_DE-shop"
ROWS = [
    "boot-1;pictures/a.png;pictures/a.png;pictures/m.pdf;",
    "boot-2;pictures/a.png;;;pictures/b.jpg",
]


def test_paths_start_beside_the_pipeline_file_and_a_second_run_calls_nobody(project):
    project.csv("products", HEADER, *ROWS)
    first = project.run("load")
    assert first.code == 0, first.err + first.out
    assert values(project.pim, "boot-1") == {
        ("picture", None, None): ("a.png", PNG),
        ("packshot", None, None): ("a.png", PNG),
        ("manual", None, None): ("m.pdf", PDF),
    }
    assert values(project.pim, "boot-2") == {
        ("picture", None, None): ("a.png", PNG),
        ("view", "de_DE", "shop"): ("b.jpg", JPG),
    }
    assert uploads(project.pim) == 3
    writes = calls(project.pim, BULK)
    again = project.run("load")
    assert "2 already up to date" in again.out
    assert (uploads(project.pim), calls(project.pim, BULK)) == (3, writes)


def test_a_replaced_picture_is_one_upload_and_an_emptied_cell_empties(project):
    project.csv("products", HEADER, *ROWS)
    project.run("load")
    put(project.folder / "pictures/b.jpg", JPG + b"new", age=30)
    project.csv("products", HEADER, "boot-1;;;pictures/m.pdf;", ROWS[1])
    assert project.run("load").code == 0
    assert uploads(project.pim) == 4
    assert values(project.pim, "boot-1") == {("manual", None, None): ("m.pdf", PDF)}
    assert values(project.pim, "boot-2")["view", "de_DE", "shop"] == ("b.jpg", JPG + b"new")


def test_problems_of_files_are_told_in_words(project):
    project.csv(
        "products",
        HEADER,
        "boot-1;pictures/lost.png;;pictures/a.png;",
        "boot-2;/etc/passwd;;;",
        "boot-3;http://127.0.0.1:9/a.png?token=geheim;;;",
    )
    printed = project.run("load")
    assert "Picture: products.csv says 'pictures/lost.png', there is no such file" in printed.out
    assert "which lies outside the folder of the media files" in printed.out
    assert "this is a file of type 'png', and the PIM takes pdf here" in printed.out
    assert "http://127.0.0.1:9/a.png?…" in printed.out
    assert "geheim" not in printed.out + printed.err
    log = next((project.folder / ".pimflow").rglob("*.jsonl")).read_text()
    assert "geheim" not in log
    assert values(project.pim, "boot-1") == {}


def test_a_plan_names_the_files_and_uploads_none(project):
    project.csv("products", HEADER, *ROWS)
    printed = project.run("load", command="plan")
    assert "a.png (to be uploaded)" in printed.out
    assert uploads(project.pim) == 0
    project.run("load")
    printed = project.run("load", "--full", command="plan")
    assert "to be uploaded" not in printed.out


def test_base64_columns_and_hosts_are_options_checked_before_anything_runs(project):
    text = base64.b64encode(png(7)).decode()
    project.csv("products", "identifier;picture", f"boot;{text}")
    project.pipeline("load", LOAD, "{base64: [picture], hosts: [cdn.example.com], recheck_hours: 24}")
    assert project.run("load").code == 0
    assert values(project.pim, "boot") == {("picture", None, None): ("boot-picture.png", png(7))}
    project.pipeline("load", LOAD, "{folder: nowhere, hours: 3}")
    printed = project.run("load", command="validate")
    assert printed.code == 2
    assert "nowhere" in printed.err + printed.out
    assert "hours" in printed.err + printed.out


def test_what_is_exported_can_be_loaded_into_another_pim(project):
    project.csv("products", HEADER, *ROWS)
    project.run("load")
    printed = project.run("export")
    assert printed.code == 0, printed.err + printed.out
    found = (project.folder / "out/products.csv").read_bytes()
    assert b"files/boot-1/picture/a.png" in found
    downloads = calls(project.pim, DOWNLOAD)
    project.run("export", "--full")
    assert calls(project.pim, DOWNLOAD) == downloads
    assert len([path for path in (project.folder / "all").rglob("*") if path.is_file()]) == 4
    before = values(project.pim, "boot-2")
    project.pim.reset()
    shutil.rmtree(project.folder / ".pimflow")
    (project.folder / "products.csv").write_bytes(found)
    project.pipeline("load", LOAD, "{folder: out}")
    printed = project.run("load")
    assert printed.code == 0, printed.out
    assert values(project.pim, "boot-2") == before


def test_rows_of_files_are_attached_to_records_that_are_there(project):
    project.pim.seed(
        [
            {"resource": "products", "data": {"identifier": "boot", "family": "footwear"}},
            {"resource": "product_models", "data": {"code": "boots", "family_variant": "by_color"}},
        ]
    )
    data = "data:image/png;base64," + base64.b64encode(png(5)).decode()
    rows = [
        "file;product;product_model;attribute;locale;scope",
        "a.png;boot;;picture;;",
        "a.png;;boots;banner;;print",
        f'"{data}";boot;;view;de_DE;shop',
        "a.png;nobody;;picture;;",
        "a.png;boot;;ean;;",
        "a.png;;;picture;;",
        "m.pdf;boot;;packshot;;",
    ]
    project.csv("files", *rows)
    printed = project.run("attach")
    assert values(project.pim, "boot") == {
        ("picture", None, None): ("a.png", PNG),
        ("view", "de_DE", "shop"): ("boot-view-de_DE-shop.png", png(5)),
    }
    assert values(project.pim, "boots") == {("banner", None, "print"): ("a.png", PNG)}
    assert uploads(project.pim) == 2
    assert project.pim.store.product("nobody") is None
    for told in (
        "Product: files.csv says 'nobody', the PIM has no such product",
        "which is no attribute for pictures or files",
        "the row names no record",
        "and the PIM takes png, jpg here",
    ):
        assert told in printed.out
    before = uploads(project.pim)
    project.run("attach")
    assert uploads(project.pim) == before
    planned = project.run("attach", "--full", command="plan")
    assert "to be uploaded" not in planned.out
    assert "3 already up to date" in planned.out
