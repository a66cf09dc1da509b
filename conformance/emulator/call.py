"""A call as it came off the wire, before anything is understood of it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class ReceivedCall:
    """One HTTP request. Header names are lower case; texts are the wire's bytes read as latin-1."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    connection: int
    sequence: int
