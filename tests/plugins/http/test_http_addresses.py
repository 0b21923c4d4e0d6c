"""The option `url` of connections to servers."""

import pytest
from pydantic import TypeAdapter, ValidationError

from pimflow_http import ServerAddress

ADDRESS = TypeAdapter(ServerAddress)


def test_an_address_has_no_slash_at_its_end():
    assert ADDRESS.validate_python("https://erp.example.com/shop/") == "https://erp.example.com/shop"


@pytest.mark.parametrize("url", ["erp.example.com", "ftp://erp.example.com", ""])
def test_an_address_says_how_the_server_speaks(url):
    with pytest.raises(ValidationError, match="expected an address that begins with https:// or http://"):
        ADDRESS.validate_python(url)


@pytest.mark.parametrize("url", ["https://ann:geheim@erp.example.com", "https://erp.example.com/#shop"])
def test_an_address_tells_no_secret(url):
    with pytest.raises(ValidationError, match="expected an address without user name, password or fragment"):
        ADDRESS.validate_python(url)
