"""From a name to an open port."""

import socket
import ssl
import time

from conformance.checking.step import Step, error, ok
from conformance.config import Target
from conformance.transport import Address, parse_address

SHOWN = 4
"""Addresses that are shown of a name."""


def first_hop(target: Target) -> Address:
    """Where connections go: the proxy where there is one, else the target."""
    return parse_address(target.proxy.url) if target.proxy is not None else target.address


def name(target: Target) -> Step:
    """Resolve the host's name."""
    hop, key = first_hop(target), "[network] proxy" if target.proxy is not None else "base_url"
    try:
        found = socket.getaddrinfo(hop.host, hop.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as problem:
        reason = getattr(problem, "strerror", None) or "it can't be the name of a host"
        return error(
            "name",
            f"{hop.host} is not known here: {reason}",
            f"Check the host in {key} (getent hosts {hop.host}), or write its address; where only a"
            " proxy knows it, give [network] proxy.",
        )
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    more = f" and {len(addresses) - SHOWN} more" if len(addresses) > SHOWN else ""
    return ok("name", f"{hop.host} is {', '.join(addresses[:SHOWN])}{more}")


def spoken_to_plainly(target: Target) -> Step | None:
    """The error of http:// to a port that speaks TLS, which else looks like a dead server; None
    where it does not.
    """
    address = target.address
    if address.secure or target.proxy is not None:
        return None
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # nothing is sent over it
    try:
        with (
            socket.create_connection(
                (address.host, address.port), target.pace.timeout_seconds
            ) as plain,
            context.wrap_socket(plain, server_hostname=address.host),
        ):
            url = f"https://{address.host_header}{address.base_path}"
            return error(
                "answer",
                "the port speaks TLS, and base_url begins with http://",
                f'Write base_url = "{url}".',
            )
    except OSError:
        return None


def port(target: Target) -> Step:
    """Open a TCP connection."""
    hop, began = first_hop(target), time.perf_counter()
    try:
        socket.create_connection((hop.host, hop.port), target.pace.timeout_seconds).close()
    except OSError as problem:
        reason = (
            "nothing answered within the time limit"
            if isinstance(problem, TimeoutError)
            else problem.strerror or str(problem)
        )
        return error(
            "port",
            f"no connection to port {hop.port} of {hop.host}: {reason}",
            f"Is the server running, is {hop.port} its port, and may this machine connect to it"
            " (firewall, security group)?",
        )
    return ok("port", f"port {hop.port} is open ({(time.perf_counter() - began) * 1000:.0f} ms)")
