import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.errors import ConfigurationError
from conformance.transport.address import parse_address


@pytest.mark.parametrize(
    ("url", "host_header", "base_path", "port"),
    [
        ("https://10.0.0.5:28443", "10.0.0.5:28443", "", 28443),
        ("https://gw/isales/", "gw", "/isales", 443),
        ("http://gw:80/a%20b//", "gw", "/a%20b", 80),
        ("http://[::1]:8080", "[::1]:8080", "", 8080),
        ("https://[fe80::1]/x", "[fe80::1]", "/x", 443),
        ("https://bücher.example", "xn--bcher-kva.example", "", 443),
    ],
)
def test_parts(url: str, host_header: str, base_path: str, port: int) -> None:
    address = parse_address(url)
    assert (address.host_header, address.base_path, address.port) == (host_header, base_path, port)
    assert parse_address(address.url) == address


@pytest.mark.parametrize(
    "url",
    [
        "",
        "10.0.0.5:28443",
        "ftp://x",
        "https://",
        "https://x:99999",
        "https://x?y",
        "https://x#",
        "https://[::1",
        "//x",
    ],
)
def test_what_is_no_base_url(url: str) -> None:
    with pytest.raises(ConfigurationError, match="An example"):
        parse_address(url)


def test_credentials_in_it_are_refused_and_not_shown() -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_address("https://user:hunter2@x")
    assert "hunter2" not in str(caught.value)


@given(st.text(max_size=30).map(lambda text: f"https://{text}") | st.text(max_size=30))
def test_any_text_is_an_address_or_a_mistake(url: str) -> None:
    try:
        address = parse_address(url)
    except ConfigurationError:
        return
    assert address.host
