import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import trustme

from conformance.selftest.transport.servers import Behaviour, Server
from conformance.transport import TransportOptions, parse_address
from conformance.transport.door import Transport
from conformance.transport.guard import everything

Serve = Callable[..., Server]
Connect = Callable[..., Transport]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start servers that end with the test."""
    with ExitStack() as stack:

        def start(behaviour: Behaviour, **options: Any) -> Server:
            return stack.enter_context(Server(behaviour, **options))

        yield start


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Open transports that end with the test."""
    with ExitStack() as stack:

        def start(
            server: Server,
            *,
            scheme: str = "http",
            host: str = "127.0.0.1",
            base_path: str = "",
            **options: Any,
        ) -> Transport:
            address = parse_address(f"{scheme}://{host}:{server.port}{base_path}")
            chosen: dict[str, Any] = {"timeout_seconds": 5.0, "guard": everything} | options
            return stack.enter_context(Transport(TransportOptions(address=address, **chosen)))

        yield start


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[trustme.CA, Path]:
    """A certificate authority and its certificate as a file."""
    authority = trustme.CA()
    file = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    return authority, file


@pytest.fixture(scope="session")
def server_context(authority: tuple[trustme.CA, Path]) -> ssl.SSLContext:
    """TLS of a server that this authority vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority[0].issue_cert("localhost", "127.0.0.1", "::1").configure_cert(context)
    return context
