"""What people and logs get to see."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pimflow_http import redact, redact_url


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://me:pw@host:8443/a?x=1#f", "https://host:8443/a?x=1"),
        ("https://host/?access_token=t&page=2", "https://host/?access_token=***&page=2"),
        ("https://host/?apiKey=t&API_KEY=u&client_secret=v", "https://host/?apiKey=***&API_KEY=***&client_secret=***"),
        ("https://host", "https://host"),
    ],
)
def test_urls_lose_their_secrets(url, shown):
    assert redact_url(url) == shown


@given(st.text(min_size=4), st.text(), st.text())
def test_a_named_secret_is_gone_wherever_it_stands(secret, before, after):
    masked = redact(f"{before}{secret}{after}", [secret])
    assert masked.count("***") >= 1


def test_a_value_too_short_to_be_a_secret_garbles_nothing():
    assert redact("Connection refused", ["d"]) == "Connection refused"


def test_a_secret_inside_a_longer_one_leaves_nothing_behind():
    assert redact("abcdef", ["abcd", "abcdef"]) == "***"


def test_authorization_headers_are_masked():
    assert redact("Authorization: Bearer NzFiYTM4") == "Authorization: Bearer ***"
