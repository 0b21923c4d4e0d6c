"""Real networks that fail: names, certificates, ports, servers that cut or sleep."""

import shutil
import socket
import ssl
import subprocess
import threading
from contextlib import contextmanager

import pytest

from pimflow import UnreachableError
from pimflow_http import Client, Clock, Remote, RetryPolicy, was_ambiguous

ANSWER = b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@contextmanager
def server(*turns, context=None):
    """Serve one connection a turn: a turn gets the open connection after the request was read."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            for turn in turns:
                try:
                    connection, _ = listening.accept()
                    with context.wrap_socket(connection, server_side=True) if context else connection as talking:
                        talking.recv(65536)
                        turn(talking)
                except OSError:
                    continue

        threading.Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1]


def client(url, **options):
    return Client(Remote("the shop", url, **options), clock=Clock(sleep=lambda _: None), policy=RetryPolicy(tries=2))


def answer(connection):
    connection.sendall(ANSWER)


def cut(_connection):
    return None


def half(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")


@pytest.mark.parametrize("first", [cut, half])
def test_a_cut_connection_is_tried_again_and_told_as_ambiguous(first):
    with server(first, answer) as port, client(f"http://127.0.0.1:{port}") as one:
        response = one.request("PATCH", "/", content=b"{}", repeatable=True)
    assert response.status_code == 204
    assert was_ambiguous(response)


def test_a_server_that_sleeps_is_told_as_too_slow():
    done = threading.Event()
    waiting = [lambda _connection: done.wait(5)] * 2
    with server(*waiting) as port, client(f"http://127.0.0.1:{port}", timeout=0.1) as one:
        with pytest.raises(UnreachableError, match="did not answer in time"):
            one.request("GET", "/")
        done.set()


def test_a_name_that_nobody_knows_is_told(monkeypatch):
    def unknown(*_arguments, **_options):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with (
        client("http://no-such-host.invalid") as one,
        pytest.raises(UnreachableError, match="host name that nobody knows"),
    ):
        one.request("GET", "/")


def test_https_at_a_port_without_it_is_told():
    with (
        server(half, half) as port,
        client(f"https://127.0.0.1:{port}") as one,
        pytest.raises(UnreachableError, match="begins rightly with https"),
    ):
        one.request("GET", "/")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Make a certificate for this machine that nobody has signed."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("certificate")
    words = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1"
    files = ["-keyout", folder / "key.pem", "-out", folder / "ca.pem"]
    subprocess.run([openssl, *words.split(), *files], check=True, capture_output=True)
    return folder


@pytest.fixture
def encrypted(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "ca.pem", certificate / "key.pem")
    return context


def test_a_certificate_that_is_not_trusted_names_the_way_out_at_once(encrypted):
    with (
        server(answer, context=encrypted) as port,
        client(f"https://127.0.0.1:{port}") as one,
        pytest.raises(UnreachableError, match="`ca_file`"),
    ):
        one.request("GET", "/")


def test_the_file_of_the_authority_makes_it_trusted(encrypted, certificate):
    with (
        server(answer, context=encrypted) as port,
        client(f"https://127.0.0.1:{port}", ca_file=certificate / "ca.pem") as one,
    ):
        assert one.request("GET", "/").status_code == 204


def test_calls_go_through_the_proxy_that_is_given():
    asked = []

    def proxy(connection):
        asked.append(True)
        answer(connection)

    with server(proxy) as port, client("http://shop.invalid", proxy=f"http://me:pw@127.0.0.1:{port}") as one:
        assert one.request("GET", "/").status_code == 204
    assert asked
