"""The yardstick: a bare `httpx.Client` with keep-alive, which sends one and the same signed call
and looks at nothing.
"""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx

from conformance.exchange import Call


@contextmanager
def bare_client(
    base_url: str, call: Call, authorization: str, context: ssl.SSLContext | None
) -> Iterator[Callable[[], None]]:
    """A function that sends the call once. Raises httpx.HTTPStatusError where it is not answered
    200.
    """
    headers = [*call.headers, ("Authorization", authorization)]
    with httpx.Client(base_url=base_url, verify=context or False, trust_env=False) as client:

        def send() -> None:
            client.request(
                call.method, call.target, headers=headers, content=call.body
            ).raise_for_status()

        yield send
