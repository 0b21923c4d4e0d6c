"""Calls that go in halves: what is refused alone, and how many calls that takes."""

from hypothesis import given
from hypothesis import strategies as st

from pimflow import Problem, ProblemKind, RemoteError
from pimflow_erp.jobs import Job, each


class RefusedError(RemoteError):
    """The server says no."""


class Server:
    """Takes jobs all or nothing, and refuses those whose keys it does not like."""

    def __init__(self, disliked):
        self.disliked = disliked
        self.taken = []
        self.calls = 0

    def send(self, jobs):
        self.calls += 1
        if any(job.key in self.disliked for job in jobs):
            raise RefusedError("no")
        self.taken += [job.key for job in jobs]


def told(error):
    return Problem(f"the server says: {error}", ProblemKind.VALUE)


@given(st.integers(0, 60), st.sets(st.integers(0, 59)))
def test_each_bad_record_costs_itself_alone_and_nothing_goes_twice(number, bad):
    jobs = [Job(str(key), {}) for key in range(number)]
    server = Server({str(key) for key in bad})
    refused = each(jobs, server.send, RefusedError, told)
    assert set(refused) == server.disliked & {job.key for job in jobs}
    assert sorted(server.taken + list(refused)) == sorted(job.key for job in jobs)


def test_one_bad_record_of_a_hundred_takes_few_calls():
    server = Server({"42"})
    each([Job(str(key), {}) for key in range(100)], server.send, RefusedError, told)
    assert server.calls <= 15


def test_nothing_to_send_calls_nobody():
    server = Server(set())
    assert each([], server.send, RefusedError, told) == {}
    assert server.calls == 0
