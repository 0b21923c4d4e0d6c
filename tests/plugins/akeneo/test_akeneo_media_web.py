"""Pictures behind addresses, served by a small server of the test."""

import threading
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pimflow import FlowError, Status
from pimflow.memories import ShortMemory
from pimflow_akeneo.media.options import MediaOptions
from pimflow_akeneo.media.web import Web
from pimflow_akeneo_sandbox.serve import serve
from pimflow_http import Clock

from .media_setup import JPG, MEDIA_CATALOG, PDF, PNG, load, png, uploads, values, write, writing


@dataclass
class File:
    """What an address gives; `statuses` are answered before it; the length is told or not."""

    content: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    statuses: list[int] = field(default_factory=list)
    seconds: float = 0.0
    told: bool = True


@dataclass
class Shop:
    """A server of pictures, and what it was asked: path, status and bytes of each answer."""

    url: str = ""
    files: dict[str, File] = field(default_factory=dict)
    asked: list[tuple[str, int, int]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, path, conditions):
        file = self.files.get(path.partition("?")[0])
        if file is None:
            return 404, {}, b"no"
        threading.Event().wait(file.seconds)
        if file.statuses:
            return file.statuses.pop(0), file.headers, b"failed"
        same = {conditions.get("If-None-Match"), conditions.get("If-Modified-Since")} - {None}
        if same & {file.headers.get("ETag"), file.headers.get("Last-Modified")}:
            return 304, file.headers, b""
        return 200, file.headers, file.content


@contextmanager
def served_shop():
    shop = Shop()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            with shop.lock:
                shop.at_once += 1
                shop.most_at_once = max(shop.most_at_once, shop.at_once)
            status, headers, content = shop.answer(self.path, self.headers)
            with shop.lock:
                shop.at_once -= 1
                shop.asked.append((self.path, status, len(content)))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if self.path not in shop.files or shop.files[self.path].told:
                self.send_header("Content-Length", str(len(content)))
            else:
                self.send_header("Connection", "close")
                self.close_connection = True
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    shop.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield shop
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def server():
    with serve(MEDIA_CATALOG) as sandbox:
        yield sandbox


@pytest.fixture
def shop():
    with served_shop() as found:
        yield found


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch):
    monkeypatch.setattr("pimflow_akeneo.media.web.Clock", lambda: Clock(sleep=lambda _seconds: None))


def boot(url, **more):
    return {"identifier": "boot", "picture": url, **more}


def test_a_picture_is_downloaded_and_named_by_its_address(pim, session, shop):
    shop.files["/img/red boot.png"] = File(PNG)
    shop.files["/img/red%20boot.png"] = File(PNG)
    assert write(session, boot(f"{shop.url}/img/red%20boot.png?size=1"))["boot"] == (Status.CREATED, [])
    assert values(pim, "boot") == {("picture", None, None): ("red boot.png", PNG)}


@pytest.mark.parametrize(
    ("path", "content", "headers", "name"),
    [
        ("/get", PNG, {"Content-Disposition": 'attachment; filename="boot.png"'}, "boot.png"),
        ("/get", PNG, {"Content-Disposition": "attachment; filename*=utf-8''Stiefel%20%C3%A4.png"}, "Stiefel ä.png"),
        ("/get", PNG, {"Content-Disposition": 'attachment; filename="../../etc/boot.png"'}, "boot.png"),
        ("/pictures/17", JPG, {}, "17.jpg"),
        ("/sheet", PDF, {}, "sheet.pdf"),
        ("/text", b"plain", {"Content-Type": "text/plain; charset=utf-8"}, "text.txt"),
        ("/", PNG, {}, "file.png"),
    ],
    ids=["header", "long header", "folders", "jpeg", "pdf", "type", "no name"],
)
def test_a_file_has_the_name_that_its_server_gives_or_its_content_tells(
    pim, session, shop, path, content, headers, name
):
    shop.files[path] = File(content, headers)
    write(session, boot(shop.url + path))
    assert values(pim, "boot") == {("picture", None, None): (name, content)}


@pytest.mark.parametrize("header", ["ETag", "Last-Modified"])
def test_an_unchanged_picture_costs_one_small_call_and_a_replaced_one_is_noticed(pim, session, shop, header):
    memory = ShortMemory()
    shop.files["/a.png"] = File(PNG, {header: "first"})
    row = boot(f"{shop.url}/a.png")
    for _ in range(2):
        assert write(session, row, memory=memory)["boot"][1] == []
    assert [(status, size) for _, status, size in shop.asked] == [(200, len(PNG)), (304, 0)]
    shop.files["/a.png"] = File(png(2), {header: "second"})
    write(session, row, memory=memory)
    assert values(pim, "boot") == {("picture", None, None): ("a.png", png(2))}
    assert uploads(pim) == 2


def test_within_the_hours_named_nothing_is_asked(session, shop):
    memory = ShortMemory()
    shop.files["/a.png"] = File(PNG, {"ETag": "first"})
    for _ in range(3):
        write(session, boot(f"{shop.url}/a.png"), memory=memory, recheck_hours=24)
    assert len(shop.asked) == 1


def test_without_an_etag_the_content_tells_that_nothing_changed(pim, session, shop):
    memory = ShortMemory()
    shop.files["/a.png"] = File(PNG)
    for _ in range(2):
        write(session, boot(f"{shop.url}/a.png"), memory=memory)
    assert uploads(pim) == 1


def test_an_unchanged_picture_that_the_pim_forgot_is_downloaded_again(pim, session, shop):
    memory = ShortMemory()
    shop.files["/a.png"] = File(PNG, {"ETag": "first"})
    write(session, boot(f"{shop.url}/a.png"), memory=memory)
    pim.reset()
    assert write(session, boot(f"{shop.url}/a.png"), memory=memory)["boot"] == (Status.CREATED, [])
    assert values(pim, "boot") == {("picture", None, None): ("a.png", PNG)}


def test_redirections_are_followed_and_held_against_the_hosts(pim, session, shop):
    shop.files["/a.png"] = File(headers={"Location": "/b.png"}, statuses=[302] * 2)
    shop.files["/b.png"] = File(PNG)
    assert write(session, boot(f"{shop.url}/a.png"), hosts=["127.0.0.1"])["boot"][1] == []
    away = shop.url.replace("127.0.0.1", "localhost")
    shop.files["/a.png"].headers["Location"] = f"{away}/b.png"
    _, (problem,) = write(session, boot(f"{shop.url}/a.png"), hosts=["127.0.0.1"])["boot"]
    assert problem.reason == "server localhost is not among those that may be asked for files"


@pytest.mark.parametrize("told", [True, False])
def test_a_file_that_is_too_large_is_not_taken(pim, session, shop, told):
    shop.files["/a.png"] = File(PNG * 300, told=told)
    row = {"identifier": "boot", "packshot": f"{shop.url}/a.png"}
    _, (problem,) = write(session, row)["boot"]
    assert problem.reason == "the file has more than 0.01 MB, and no more are taken here"
    _, (problem,) = write(session, boot(f"{shop.url}/a.png"), max_megabytes=0.005)["boot"]
    assert problem.reason == "the file has more than 0.005 MB, and no more are taken here"
    assert values(pim, "boot") == {}


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (None, "there is no file at this address"),
        (File(statuses=[403]), "the server does not give this file to us"),
        (File(statuses=[418]), "server 127.0.0.1 gives no file at this address"),
        (File(statuses=[503] * 3), "server 127.0.0.1 could not give the file, and may do so later"),
        (File(b"<html>", {"Content-Type": "text/html"}), "the address gives a web page, not a picture"),
    ],
)
def test_what_is_not_there_is_told_without_what_stands_behind_the_question_mark(session, shop, file, reason):
    if file is not None:
        shop.files["/a"] = file
    url = f"{shop.url}/a?token=geheim".replace("http://", "http://user:password@")
    status, (problem,) = write(session, boot(url, ean="1"))["boot"]
    assert (status, problem.reason) == (Status.CREATED, reason)
    assert problem.value == f"{shop.url}/a?…"
    assert not {"geheim", "password"} & set(str(problem).replace("'", " ").split())


def test_a_fault_that_passes_is_no_problem(pim, session, shop):
    shop.files["/a.png"] = File(PNG, statuses=[503, 500])
    assert write(session, boot(f"{shop.url}/a.png"))["boot"] == (Status.CREATED, [])


def test_a_server_that_is_down_is_not_asked_for_every_record(session):
    with served_shop() as gone:
        url = gone.url
    rows = [{"identifier": f"boot-{n}", "picture": f"{url}/{n}.png"} for n in range(6)]
    found = [problem.reason for _, (problem,) in write(session, *rows).values()]
    assert found == [
        *["server 127.0.0.1 did not answer"] * 3,
        *["server 127.0.0.1 did not answer 3 times, so it was not asked again"] * 3,
    ]


@pytest.mark.parametrize("url", ["http://", "http://[", "https://exa mple/a.png", "http://127.0.0.1:99999/"])
def test_what_is_no_address_is_told(session, url):
    status, (problem,) = write(session, boot(url, ean="1"))["boot"]
    assert status is Status.CREATED
    assert problem.field == "picture"


def test_several_pictures_of_a_record_are_downloaded_at_once(pim, session, shop):
    columns = ["picture", "banner-shop", "banner-print", "view-de_DE-shop", "view-en_US-shop"]
    for number, _ in enumerate(columns):
        shop.files[f"/{number}.png"] = File(png(number), seconds=0.05)
    row = {column: f"{shop.url}/{number}.png" for number, column in enumerate(columns)}
    assert write(session, {"identifier": "boot", **row}, parallel=2)["boot"] == (Status.CREATED, [])
    assert len(values(pim, "boot")) == 5
    assert shop.most_at_once == 2


def test_addresses_with_their_secrets_are_kept_nowhere(session, shop):
    memory = ShortMemory()
    shop.files["/a.png"] = File(PNG, {"ETag": "first"})
    write(session, boot(f"{shop.url}/a.png?token=geheim"), memory=memory)
    assert "geheim" not in repr(memory._kept)
    assert memory._kept


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this machine has no /dev/full")
def test_a_full_disk_is_told_as_such_and_leaves_nothing(shop, tmp_path):
    full = tmp_path / "file"
    full.symlink_to("/dev/full")
    shop.files["/a.png"] = File(PNG)
    web = Web(MediaOptions(), ShortMemory(), lambda: full)
    with closing(web), pytest.raises(FlowError, match="cannot be put aside on this machine") as caught:
        web.fetch(f"{shop.url}/a.png", most=10_000_000)
    assert "No space left on device" in caught.value.detail
    assert not full.is_symlink()


def test_a_file_that_was_asked_for_in_the_future_is_asked_for_again(shop, tmp_path):
    shop.files["/a.png"] = File(PNG, {"ETag": "1"})
    memory, now = ShortMemory(), [2e9]
    options = MediaOptions(recheck_hours=24)
    web = Web(options, memory, lambda: tmp_path / "file", Clock(wall=lambda: now[0]))
    with closing(web):
        for now[0] in (2e9, 2e9 + 3600, 1e9):
            web.fetch(f"{shop.url}/a.png", most=10_000_000)
    assert [status for _, status, _ in shop.asked] == [200, 304]


def test_copies_are_kept_only_while_they_may_be_uploaded(pim, session, shop, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    shop.files["/a.png"], shop.files["/b.png"] = File(png(1)), File(png(2))
    rows = [boot(f"{shop.url}/a.png", groups="nowhere"), {"identifier": "shoe", "picture": f"{shop.url}/b.png"}]
    with writing(session) as writer:
        found = load(writer, *rows)
        assert [found[key][0] for key in ("boot", "shoe")] == [Status.REFUSED, Status.CREATED]
        assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
        assert load(writer, boot(f"{shop.url}/a.png"))["boot"] == (Status.CREATED, [])
    assert values(pim, "boot") == {("picture", None, None): ("a.png", png(1))}


def test_a_plan_keeps_no_copies(session, shop, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    shop.files["/a.png"] = File(PNG)
    with writing(session, dry=True) as writer:
        list(writer.prepare(boot(f"{shop.url}/a.png")))
        assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
