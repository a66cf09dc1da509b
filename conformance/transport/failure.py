"""From what a socket raises to a kind of no answer."""

import socket
import ssl

from conformance.errors import TargetUnreachable
from conformance.exchange import NoAnswer, NoAnswerKind
from conformance.transport.address import Address


class Broken(Exception):
    """A call got no reply; becomes a NoAnswer. `begun`: some bytes of a reply had come."""

    def __init__(self, kind: NoAnswerKind, detail: str, *, begun: bool = False) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.begun = begun

    def answer(self) -> NoAnswer:
        """The value that stands in the exchange."""
        return NoAnswer(kind=self.kind, detail=self.detail)


def connecting_failed(error: OSError) -> Broken:
    """Why no connection came about: nothing of a call has been sent."""
    if isinstance(error, socket.gaierror):
        return Broken("name", f"the name is not known ({error.strerror})")
    if isinstance(error, TimeoutError):
        return Broken("refused", "no connection within the time limit")
    return Broken("refused", error.strerror or type(error).__name__)


def handshake_failed(error: OSError) -> Broken:
    """Why TLS did not come about."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return Broken("tls", f"the target's certificate is not accepted: {error.verify_message}")
    if isinstance(error, TimeoutError):
        return Broken("tls", "the TLS handshake did not end within the time limit")
    if isinstance(error, ssl.SSLError):
        return Broken(
            "tls",
            f"the TLS handshake failed: {(error.reason or str(error)).replace('_', ' ').lower()}",
        )
    return Broken(
        "tls",
        f"the connection broke during the TLS handshake: {error.strerror or type(error).__name__}",
    )


def asking_failed(error: OSError, received: int) -> Broken:
    """Why no reply came over a connection that stood. `received`: bytes of a reply that had
    come.
    """
    begun = received > 0
    if isinstance(error, TimeoutError):
        return Broken(
            "timeout",
            f"no complete reply within the time limit ({received} bytes came)",
            begun=begun,
        )
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return Broken("closed", "the connection was closed without a reply")
    if isinstance(error, ssl.SSLError):
        reason = (error.reason or str(error)).replace("_", " ").lower()
        refused = "alert" in reason and not begun
        return Broken("tls" if refused else "protocol", f"TLS: {reason}", begun=begun)
    return Broken(
        "reset",
        f"{error.strerror or type(error).__name__} after {received} bytes of a reply",
        begun=begun,
    )


def unreachable(answer: NoAnswer, address: Address) -> TargetUnreachable:
    """The error for a person: why the target can't be reached and what to do."""
    return TargetUnreachable(
        f"The target {address.url} can't be reached: {answer.detail}. {_advice(answer, address)}"
    )


def _advice(answer: NoAnswer, address: Address) -> str:
    match answer.kind:
        case "name":
            return (
                "Check the host in base_url; where only a proxy knows the name, give [network]"
                " proxy."
            )
        case "refused" if "the proxy refused" in answer.detail:
            return (
                "Check user and password in [network] proxy, and that it lets calls through to this"
                " host and port."
            )
        case "refused":
            return (
                "Check host and port of base_url: is the server running, and may this machine"
                f" connect to port {address.port}?"
            )
        case "tls" if "certificate is not accepted" in answer.detail:
            return (
                "Give the certificate of the authority that signed it with [tls] ca_file, and in"
                " base_url a host named in it; what the server sends is shown by: openssl s_client"
                f" -showcerts -connect {address.host}:{address.port} </dev/null"
            )
        case "tls":
            return (
                "Is it an HTTPS port, does it speak TLS 1.2 or later, and does it ask for a client"
                " certificate ([tls] client_cert)?"
            )
        case _:
            return (
                "The port is open, but what answers there does not finish a reply: is it the"
                " CC-iSales server, and is it well?"
            )
