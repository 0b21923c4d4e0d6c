"""Calls and answers that the sandbox spoils on request, as a client sees them."""

import time

import httpx
import orjson
import pytest

CONTENT = b"\n".join(orjson.dumps({"identifier": f"p{number}", "enabled": False}) for number in range(6))
HEADERS = {"Content-Type": "application/vnd.akeneo.collection+json"}
OFF = {
    "html": 0,
    "redirect": 0,
    "empty": 0,
    "truncated": 0,
    "cut_answer": 0,
    "bad_gzip": 0,
    "error_401": 0,
    "error_429": 0,
    "error_503": 0,
    "drip": 0,
    "silent_before": 0,
    "silent_after": 0,
    "missing_lines": 0,
    "shuffled_lines": 0,
    "doubled_lines": 0,
    "strange_lines": 0,
    "retry_after": 1,
    "refuse_refresh": False,
}


@pytest.fixture
def spoilt(shop):
    def spoil(**faults):
        shop.client.post("/_sandbox/faults", json=OFF | faults)

    yield spoil
    spoil()


def write(shop, **options):
    return shop.client.patch("/api/rest/v1/products", content=CONTENT, headers=HEADERS, **options)


def count(shop):
    return len(shop.sandbox.store.products)


def lines(answer):
    return [orjson.loads(line) for line in answer.content.splitlines()]


def test_a_login_page_answers_in_place_of_the_api(shop, spoilt):
    spoilt(html=1)
    answer = write(shop)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert count(shop) == 0


def test_a_call_is_led_to_a_login_page(shop, spoilt):
    spoilt(redirect=1)
    answer = write(shop)
    assert (answer.status_code, answer.headers["location"], count(shop)) == (302, "/user/login", 0)


def test_an_unavailable_server_applies_nothing(shop, spoilt):
    spoilt(error_503=1)
    assert (write(shop).status_code, count(shop)) == (503, 0)


def test_a_429_tells_no_time_where_that_is_below_0(shop, spoilt):
    spoilt(error_429=1, retry_after=-1)
    assert "retry-after" not in write(shop).headers
    spoilt(error_429=1, retry_after=3600)
    assert write(shop).headers["retry-after"] == "3600"


def test_a_refused_token_stays_refused_and_refreshing_may_be_too(shop, spoilt):
    spoilt(error_401=1)
    assert write(shop).status_code == 401
    spoilt(refuse_refresh=True)
    assert (write(shop).status_code, count(shop)) == (401, 0)


def test_an_empty_or_half_answer_was_applied(shop, spoilt):
    whole = len(write(shop).content)
    spoilt(empty=1)
    assert (write(shop).content, count(shop)) == (b"", 6)
    spoilt(truncated=1)
    assert len(write(shop).content) == whole // 2


@pytest.mark.parametrize(
    ("fault", "error"), [("cut_answer", httpx.RemoteProtocolError), ("bad_gzip", httpx.DecodingError)]
)
def test_an_answer_that_breaks_was_applied(shop, spoilt, fault, error):
    spoilt(**{fault: 1})
    with pytest.raises(error):
        write(shop)
    assert count(shop) == 6


@pytest.mark.parametrize(("fault", "applied"), [("silent_before", 0), ("silent_after", 6)])
def test_a_silent_server_answers_nobody(shop, spoilt, fault, applied):
    spoilt(**{fault: 1})
    with pytest.raises(httpx.ReadTimeout):
        write(shop, timeout=0.2)
    assert count(shop) == applied


def test_a_dripping_answer_comes_byte_by_byte_and_ends_with_the_caller(shop, spoilt):
    spoilt(drip=1, drip_ms=1)
    assert len(lines(write(shop))) == 6
    spoilt(drip=1, drip_ms=50)
    began = time.monotonic()
    with shop.client.stream("PATCH", "/api/rest/v1/products", content=CONTENT, headers=HEADERS) as answer:
        assert len(next(answer.iter_raw())) == 1
    assert time.monotonic() - began < 5


def test_lines_come_out_of_order_or_twice(shop, spoilt):
    spoilt(shuffled_lines=1, seed=3)
    numbers = [line["line"] for line in lines(write(shop))]
    assert (sorted(numbers), numbers == sorted(numbers)) == ([1, 2, 3, 4, 5, 6], False)
    spoilt(doubled_lines=1)
    assert [line["line"] for line in lines(write(shop))] == [n for n in range(1, 7) for _ in range(2)]


def test_lines_of_strangers_have_the_numbers_of_ours(shop, spoilt):
    spoilt(strange_lines=1)
    found = lines(write(shop))
    assert [line["identifier"] for line in found[:2]] == ["p0", "p0-of-somebody-else"]
    assert {line["status_code"] for line in found[1::2]} == {422}
