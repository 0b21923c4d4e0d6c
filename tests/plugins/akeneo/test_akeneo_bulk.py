"""Several records in one call, against a PIM that answers as each test says."""

import json

import httpx
import pytest

from pimflow import AccessError, RemoteError
from pimflow_akeneo.bulk import Answer, deliver
from pimflow_akeneo.session import Session
from pimflow_akeneo.tokens import Credentials
from pimflow_http import Client, Clock, Limiter, Remote


def lines(count):
    return [{"identifier": f"p-{number}"} for number in range(count)]


def made(sent, status=204):
    """Answer each line in the PIM's way."""
    return "\n".join(
        json.dumps({"line": number, "identifier": line["identifier"], "status_code": status})
        for number, line in enumerate(sent, 1)
    )


def run(answer, sent):
    """Deliver lines to a PIM; `answer` gets the number of the call and its lines. Gives answers and calls."""
    calls = []

    def pim(request):
        if request.url.path.endswith("/token"):
            return httpx.Response(200, json={"access_token": "a", "refresh_token": "r", "expires_in": 3600})
        calls.append([json.loads(text) for text in request.content.splitlines()])
        found = answer(len(calls), calls[-1])
        return httpx.Response(200, text=found) if isinstance(found, str) else found

    client = Client(
        Remote("the PIM", "https://pim.example.com"),
        limiter=Limiter(1),
        clock=Clock(sleep=lambda _: None),
        transport=httpx.MockTransport(pim),
    )
    with client:
        found = deliver(Session(client, Credentials("a", "b", "c", "d")), "products", "identifier", sent)
    return found, calls


def test_answers_come_in_the_order_of_the_lines_whatever_theirs_is():
    def answer(_number, sent):
        return "\n".join(reversed(made(sent[:2]).splitlines())) + "\n\n " + made(sent).splitlines()[2]

    found, _ = run(answer, lines(3))
    assert found == [Answer(204)] * 3


def test_an_answer_without_a_line_number_is_matched_by_its_key():
    def answer(_number, sent):
        return "\n".join(json.dumps({"identifier": one["identifier"], "status_code": 201}) for one in sent[::-1])

    found, calls = run(answer, lines(3))
    assert found == [Answer(201)] * 3
    assert len(calls) == 1


def test_lines_without_an_answer_are_sent_again_alone():
    found, calls = run(lambda number, sent: made(sent[:2] if number == 1 else sent), lines(4))
    assert [len(call) for call in calls] == [4, 2]
    assert found == [Answer(204), Answer(204), Answer(204, repeated=True), Answer(204, repeated=True)]


def test_a_line_that_is_never_answered_stays_unknown_after_three_calls():
    found, calls = run(lambda _number, sent: made(sent[:-1]) if len(sent) > 1 else "", lines(2))
    assert found == [Answer(204), None]
    assert len(calls) == 3


def test_an_answer_cut_in_the_middle_of_a_line_counts_as_missing():
    found, calls = run(lambda number, sent: made(sent)[: -5 if number == 1 else None], lines(2))
    assert [len(call) for call in calls] == [2, 1]
    assert [answer.status for answer in found] == [204, 204]


@pytest.mark.parametrize("status", [403, 413])
def test_what_is_too_much_at_once_goes_in_halves(status):
    found, calls = run(
        lambda _number, sent: made(sent) if len(sent) <= 30 else httpx.Response(status, text="<html>"), lines(100)
    )
    assert [len(call) for call in calls] == [100, 50, 25, 25, 50, 25, 25]
    assert found == [Answer(204)] * 100
    assert [line["identifier"] for call in calls if len(call) == 25 for line in call] == [
        f"p-{number}" for number in range(100)
    ]


def test_one_line_that_is_forbidden_is_a_missing_permission():
    with pytest.raises(AccessError):
        run(lambda *_: httpx.Response(403, json={"code": 403, "message": "Access forbidden."}), lines(3))


def test_one_line_that_is_too_large_is_refused_and_the_others_go():
    def answer(_number, sent):
        large = any(line["identifier"] == "p-1" for line in sent)
        return httpx.Response(413) if large else made(sent)

    found, _ = run(answer, lines(4))
    assert [one.status for one in found] == [204, 413, 204, 204]


def test_another_refusal_of_the_whole_call_is_an_error():
    with pytest.raises(RemoteError):
        run(lambda *_: httpx.Response(415, json={"code": 415, "message": "wrong"}), lines(1))


def test_answers_after_a_cut_are_marked_as_repeated():
    def answer(number, sent):
        if number == 1:
            raise httpx.ReadError("cut")
        return made(sent)

    found, _ = run(answer, lines(1))
    assert found == [Answer(204, repeated=True)]
