"""What goes wrong between pimflow and Tryton, told through the command line as the administrator reads it."""

import httpx
import pytest

from ...e2e.conftest import command  # noqa: TID252 - tests have no name to import by
from .erp import PASSWORD

__all__ = ["command"]

PIPELINE = """\
version: 1
connections:
  erp: {{type: tryton, url: "{url}", database: {database}, username: {username}, password: "{password}"}}
flows:
  products:
    source: {{type: tryton.products, connection: erp, overlap: 0{options}}}
    transforms:
      - filter: {{field: code, present: true}}
      - map: {{code: code, name: name, weight: weight}}
    sink: {{type: files.jsonl, path: out.jsonl}}
"""
SEARCH = "model.product.product.search_read"
HTML = "<html><title>502 Bad Gateway</title><body>nginx/1.24 at 10.0.0.7</body></html>"


@pytest.fixture
def erp(untouched):
    return untouched


@pytest.fixture
def answers(monkeypatch, erp):
    """Say by method what is answered in place of the server: a list of responses, each given once."""
    told, send = {}, httpx.HTTPTransport.handle_request

    def handle(transport, request):
        if request.url.port == erp.port:
            method = httpx.Response(200, content=request.content).json()["method"]
            if told.get(method):
                return told[method].pop(0)
        return send(transport, request)

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", handle)
    monkeypatch.setattr("time.sleep", lambda _: None)
    return told


@pytest.fixture
def run(tmp_path, erp, command):
    """Run a pipeline from Tryton into a file; what is printed comes on one line."""

    def run(*, does="run", database="erp", username="admin", password=PASSWORD, options=""):
        words = {"url": erp.url, "database": database, "username": username, "password": password}
        (tmp_path / "pipeline.yaml").write_text(PIPELINE.format(**words, options=options), "utf-8")
        answer = command(does, str(tmp_path / "pipeline.yaml"))
        assert "Traceback" not in answer.out + answer.err
        assert PASSWORD not in answer.out + answer.err
        return type(answer)(answer.code, " ".join((answer.out + answer.err).split()), "")

    return run


def html(status):
    return httpx.Response(status, headers={"content-type": "text/html"}, text=HTML)


def test_a_page_of_html_with_500_is_asked_again_and_then_told(run, answers):
    answers[SEARCH] = [html(500), html(502)]
    assert run().code == 0
    answers[SEARCH] = [html(500) for _ in range(100)]
    failed = run(options=", page_size: 100")
    assert failed.code == 3
    assert "failed while it handled the request" in failed.out


def test_a_rate_limit_is_waited_for_and_then_told(run, answers):
    answers[SEARCH] = [httpx.Response(429, headers={"retry-after": "1"}, text="") for _ in range(2)]
    assert run().code == 0
    answers[SEARCH] = [httpx.Response(429, headers={"retry-after": "1"}, text="") for _ in range(200)]
    failed = run(options=", page_size: 100")
    assert failed.code == 3
    assert "kept answering that it gets too many calls" in failed.out


def test_an_erp_without_a_product_is_no_error(run, answers):
    answers[SEARCH] = [httpx.Response(200, json={"id": 1, "result": []}) for _ in range(5)]
    answer = run()
    assert answer.code == 0
    assert "0 records read" in answer.out


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"password": "hush-wrong"}, "refused user 'admin' or the password; it was tried once"),
        ({"database": "other"}, "has no database 'other'"),
        ({"options": ", more_fields: [colour]"}, "products have no field colour; known: "),
        ({"options": ", languages: [xx]"}, "languages: not loaded in Tryton: xx; known: en, fr"),
    ],
    ids=["a wrong password", "another database", "an unknown field", "an unknown language"],
)
def test_what_is_wrong_in_the_configuration_is_told_with_the_way_out(run, settings, words):
    answer = run(**settings)
    assert answer.code in {2, 3}
    assert words in answer.out
    assert "hush-wrong" not in answer.out
