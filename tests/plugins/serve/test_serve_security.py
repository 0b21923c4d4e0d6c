"""What holds of every page and every call, whoever wrote it: it is found among the routes, and not listed here."""

import asyncio
import re
from urllib.parse import quote

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from pimflow.state import sign_ins
from pimflow.state.sign_ins import Token
from pimflow_serve import api, pages
from pimflow_serve.access.body_size import LARGEST, BodySize
from pimflow_serve.access.headers import ALWAYS
from pimflow_serve.access.tokens import digest
from pimflow_serve.api import events
from pimflow_serve.app import create_app
from pimflow_serve.refusals import Refused

from .conftest import HERE

OPEN = {"/login", "/welcome", "/healthz", "/readyz"}
"""What needs nobody signed in."""
OWN_PROOF = ("/hooks/", "/metrics")
"""What has a signature or a token of its own."""
OF_EVERYBODY = {"/logout", "/password", "/settings/language", "/settings/theme", "/api/v1/me"}
"""What changes nothing but one's own."""
HTML = "<script>alert(1)</script>"
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


def routes():
    """Give method and address of everything that can be asked for, with something in place of its parameters."""
    for route in (route for router in (*pages.ROUTERS, *api.ROUTERS) for route in router.routes):
        assert isinstance(route, APIRoute)
        if route.path not in OPEN and not route.path.startswith(OWN_PROOF):
            for method in route.methods:
                yield method, route.path, re.sub(r"\{\w+(:\w+)?\}", "1", route.path)


def test_there_are_routes():
    assert {"/", "/people", "/api/v1/people"} <= {path for _, path, _ in routes()}


def test_without_a_session_no_page_and_no_call_is_answered(served, stranger):
    for method, path, address in routes():
        answer = stranger.request(method, address, follow_redirects=False)
        if path.startswith("/api/v1/") or path == "/api/openapi.json":
            assert answer.status_code == 401, (method, path)
            assert set(answer.json()["error"]) == {"message", "remedy"}
        else:
            assert answer.status_code == 303, (method, path)
            assert answer.headers["location"].startswith("/login"), (method, path)


def test_a_token_or_cookie_that_is_none_opens_nothing(served):
    for headers in ({"Authorization": "Bearer x"}, {"Authorization": "Basic eDp4"}, {"Cookie": "pimflow_8700=x"}):
        browser = TestClient(served.app, headers=headers)
        assert browser.get("/api/v1/me").status_code == 401
        assert browser.get("/people", follow_redirects=False).status_code == 303


def test_a_viewer_changes_nothing(served, signed_in):
    viewer, program = signed_in("viewer"), TestClient(served.app, HERE, headers={"Authorization": "Bearer a viewer's"})
    sign_ins.add_token(
        served.database, digest("a viewer's"), Token("shop", "viewer", "Peter", served.clock(), None, None)
    )
    for method, path, address in routes():
        if method in UNSAFE and path not in OF_EVERYBODY:
            assert viewer.request(method, address).status_code == 403, (method, path)
            assert program.request(method, address).status_code == 403, (method, path)


def test_an_operator_looks_after_nobody(served, signed_in):
    operator = signed_in("operator")
    for method, path, address in routes():
        if path.startswith(("/people", "/api/v1/people", "/api/v1/tokens")):
            assert operator.request(method, address).status_code == 403, (method, path)


def test_what_another_site_sends_changes_nothing(served, signed_in):
    browser = signed_in("administrator")
    browser.headers["Origin"] = "https://evil.example"
    for method, path, address in routes():
        if method in UNSAFE:
            assert browser.request(method, address).status_code == 403, (method, path)


def test_a_form_without_its_secret_changes_nothing(served, signed_in):
    browser = signed_in("administrator")
    del browser.headers["X-CSRF-Token"]
    for method, path, address in routes():
        if method in UNSAFE:
            assert browser.request(method, address).status_code == 403, (method, path)


def test_all_answers_tell_browsers_what_they_may(served, stranger, signed_in):
    for answer in (
        stranger.get("/login"),
        stranger.get("/api/v1/me"),
        stranger.get("/nothing"),
        stranger.get("/healthz"),
        stranger.get("/static/pimflow.css"),
        stranger.post("/login", content=b"x" * (LARGEST + 1)),
        signed_in().get("/"),
    ):
        assert {name.lower(): value for name, value in ALWAYS.items()}.items() <= dict(answer.headers).items()
        assert "'unsafe" not in answer.headers["content-security-policy"]
        assert "server" not in answer.headers
        if "static" not in str(answer.url):
            assert answer.headers["cache-control"] == "no-store"


def test_pages_hold_no_script_and_no_style_of_their_own(signed_in):
    browser = signed_in("administrator")
    for path in ("/login", "/", "/people", "/password", "/api/docs", "/nothing", "/problems", "/settings", "/plugins"):
        page = browser.get(path).text
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", page), path


def test_a_mistake_inside_tells_nothing_of_the_inside(served):
    app = create_app(served.serving)

    @app.get("/api/v1/broken")
    def broken():
        raise RuntimeError("the password is hunter2")

    browser = TestClient(app, raise_server_exceptions=False)
    answer = browser.get("/api/v1/broken")
    assert answer.status_code == 500
    assert "went wrong" in answer.json()["error"]["message"]
    assert "hunter2" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("announced", [True, False])
def test_what_is_too_large_is_refused_before_it_is_read(stranger, announced):
    body = b"name=" + b"x" * (LARGEST + 1)
    sent = iter([body[start : start + 65536] for start in range(0, len(body), 65536)])
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = stranger.post("/login", content=body if announced else sent, headers=kind)
    assert answer.status_code == 413
    assert "larger than 1,048,576 bytes" in answer.text


def test_what_does_not_come_to_an_end_is_refused_and_who_only_listens_is_not():
    async def asked(*messages):
        left = list(messages)

        async def receive():
            return left.pop(0) if left else await asyncio.sleep(0.1, {"type": "http.disconnect"})

        async def read_all(_scope, receive, _send):
            while (await receive()).get("more_body") or left:
                pass
            return await receive()

        await BodySize(read_all, longest=0.02)({"type": "http", "headers": [], "path": "/"}, receive, None)

    part = {"type": "http.request", "body": b"x", "more_body": True}
    with pytest.raises(Refused, match="too long"):
        asyncio.run(asked(part, part))
    asyncio.run(asked(part, {**part, "more_body": False}))


def test_nobody_follows_in_more_places_than_there_are(served, signed_in, monkeypatch):
    monkeypatch.setattr(events, "_MOST", 0)
    answer = signed_in("viewer").get("/api/v1/events")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")


def test_json_that_is_too_large_is_refused(signed_in):
    given = {"name": "x" * LARGEST, "password": "a long enough word"}
    answer = signed_in("administrator").post("/api/v1/people", json=given)
    assert answer.status_code == 413
    assert "larger than" in answer.json()["error"]["message"]


def test_json_that_is_none_is_told(signed_in):
    browser = signed_in("administrator")
    for body in (b"{", b"[]", b'{"name": 1}', b"\xff\xfe"):
        answer = browser.post("/api/v1/people", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 400
        assert "cannot be understood" in answer.json()["error"]["message"]


def test_secrets_that_were_sent_are_not_sent_back(signed_in):
    browser = signed_in("administrator")
    answer = browser.post("/api/v1/people", json={"name": "x", "role": "king", "password": "my secret word"})
    assert answer.status_code == 400
    assert "my secret word" not in answer.text


PLACES = ["../pimflow.yaml", "..%2fpimflow.yaml", "%2e%2e/pimflow.yaml", "....//pimflow.yaml", "/etc/passwd", "\x00"]


@pytest.mark.parametrize("place", PLACES)
def test_no_name_in_an_address_leads_out_of_where_it_belongs(served, signed_in, place):
    (served.folder / "pimflow.yaml").write_text("version: 1\nname: never-shown\n", "utf-8")
    browser = signed_in("administrator")
    for route in (
        "/static/{}",
        "/runs/{}",
        "/pipelines/{}",
        "/problems/{}/1",
        "/api/v1/runs/{}",
        "/api/v1/runs/{}/log",
    ):
        for name in (place, quote(place, safe=""), f"../../{place}"):
            answer = browser.get(route.format(name.replace("\x00", "%00")))
            assert answer.status_code in {400, 404, 405}, (route, name)
            assert "never-shown" not in answer.text
            assert "root:" not in answer.text


def test_texts_of_people_are_shown_as_text(signed_in, served):
    from pimflow.state import people
    from pimflow.state.people import PersonRow

    people.add(served.database, PersonRow(HTML, "viewer", "", "", True, served.clock()))
    peter = signed_in("administrator")
    page = peter.get("/people").text
    assert HTML not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    for path in (f"/login?next=/{HTML}", f"/{HTML}", f"/problems?who={HTML}", f"/products?sku={HTML}"):
        assert HTML not in peter.get(path).text
        assert HTML not in served.browser().get(path).text
    assert HTML not in served.browser().post("/login", data={"name": HTML, "password": "x", "next": HTML}).text


def test_texts_of_products_are_shown_as_text(served, signed_in):
    colour = "<img src=x onerror=alert(1)>"
    served.write(f"CUP;mugs;cups;{HTML};{colour};1", f"{HTML};mugs;cups;Pot;blue;2")
    report = served.run()
    peter = signed_in("administrator")
    pages_of_it = [
        "/",
        "/pipelines/products",
        f"/runs/{report.run.id}",
        "/problems",
        "/products?sku=CUP",
        "/corrections",
        f"/runs/{report.run.id}?level=DEBUG",
        *(f"/problems/products/{one['id']}" for one in peter.get("/api/v1/problems").json()[0]["causes"]),
    ]
    shown = "".join(peter.get(path).text for path in pages_of_it)
    assert HTML not in shown
    assert colour not in shown
    assert "CUP" in shown


def test_no_secret_of_a_connection_reaches_a_browser(served, signed_in):
    secret = "s3cret-of-the-pim"
    file = served.folder / "pipelines" / "products.yaml"
    file.write_text(file.read_text("utf-8").replace("password: sandbox", f"password: {secret}"), "utf-8")
    report = served.run()
    assert report.exit_code
    peter = signed_in("administrator")
    given = {
        "name": "products",
        "pipeline": "products",
        "run": report.run.id,
        "run_id": report.run.id,
        "flow": "products",
    }
    checked = peter.post("/api/v1/connections/check")
    shown = [checked.text, peter.get("/products?sku=CUP").text]
    for method, path, _ in routes():
        if method == "GET" and "events" not in path:
            answer = peter.get(re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: given.get(found[1], "1"), path))
            assert answer.status_code < 500, path
            shown.append(answer.text)
    assert any(report.run.id in text for text in shown)
    assert any("client_id" in text for text in shown)  # the pipeline file is shown, without what is secret in it
    assert not any(secret in text for text in shown)


def test_halves_of_characters_and_numbers_that_nobody_has_are_told(served, signed_in):
    browser = TestClient(served.app, HERE, raise_server_exceptions=False)
    peter = signed_in("administrator")
    browser.headers, browser.cookies = peter.headers, peter.cookies
    huge, half = "9" * 40, b'{"%s": "half of a character: \\ud83d"}'
    bodies = {
        "/api/v1/people": b"name",
        "/api/v1/tokens": b"name",
        "/api/v1/corrections": b"key",
        "/api/v1/me": b"language",
    }
    for method, path, address in routes():
        if "{number}" in path:
            answer = browser.request(method, address.replace("/1", f"/{huge}"), follow_redirects=False)
            assert answer.status_code == 400, (method, path)
        if path in bodies and method in UNSAFE and "{" not in path:
            content, kind = half % bodies[path], {"Content-Type": "application/json"}
            answer = browser.request(method, path, content=content, headers=kind)
            assert answer.status_code in {400, 405}, (method, path)
            assert "half of a character" not in answer.text


def test_no_answer_leads_to_where_the_host_header_says(stranger):
    for path in ("/people/", "/login/", "/api/v1/me/", "/static", "/", "/people"):
        answer = stranger.get(path, headers={"Host": "evil.example"}, follow_redirects=False)
        assert "evil" not in answer.headers.get("location", "") + answer.text, path


def test_programs_are_told_in_json_what_is_not_there(stranger):
    for method, path, status in (
        ("GET", "/api/v1/nothing", 404),
        ("PUT", "/api/v1/me", 405),
        ("GET", "/api/openapi.json", 401),
        ("GET", "/hooks/akeneo/pim", 405),
    ):
        answer = stranger.request(method, path, follow_redirects=False)
        assert answer.status_code == status
        assert set(answer.json()["error"]) == {"message", "remedy"}
