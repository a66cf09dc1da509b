"""One connection through an HTTP proxy, kept by httpx.

httpx knows time limits per read only. A watchdog shuts the socket down when the call's whole time
is over, so that a target that sends a byte now and then can't hold a run.
"""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping

import httpx

from conformance.errors import ConfigurationError
from conformance.exchange import Reply
from conformance.transport.address import Address
from conformance.transport.coding import Content
from conformance.transport.failure import Broken
from conformance.transport.options import Proxy
from conformance.transport.reply import MAX_REPLY_BYTES, body_kept, must_fit
from conformance.transport.request import Prepared


class _ExactURL(httpx.URL):
    """A URL whose path and query go out as they were signed; httpx's own would resolve dots and
    encode anew.

    Its extension `target` can't be used: httpcore 1.0 puts it into the CONNECT as well.
    """

    def __init__(self, origin: str, target: str) -> None:
        super().__init__(origin)
        self._target = target.encode()

    @property
    def raw_path(self) -> bytes:
        """Path and query."""
        return self._target


class ProxiedLine:
    """A Line over `httpx.HTTPTransport`."""

    def __init__(self, address: Address, context: ssl.SSLContext | None, proxy: Proxy) -> None:
        """Raises ConfigurationError when the proxy's URL can't be used."""
        self._address = address
        self._socket: socket.socket | None = None
        self._connected_anew = False
        self._transport = httpx.HTTPTransport(
            verify=context if context is not None else False,
            trust_env=False,
            http2=False,
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
            proxy=httpx_proxy(proxy),
        )
        self.reusable = True
        self.used = False

    def open(self) -> None:
        """See Line. httpx connects with the first call."""

    def is_alive(self) -> bool:
        """See Line. httpx looks itself before it sends."""
        return self.reusable

    def ask(self, request: Prepared, seconds: float) -> Reply:
        """See Line."""
        self.reusable = False
        self._connected_anew = False
        expired = threading.Event()
        watchdog = threading.Timer(seconds, self._cut, (expired,))
        watchdog.daemon = True
        watchdog.start()
        try:
            reply = self._receive(
                self._transport.handle_request(self._request(request, seconds)), request.method
            )
        except httpx.TransportError as error:
            raise self._broken(error, expired=expired.is_set()) from None
        finally:
            watchdog.cancel()
        self.used = True
        return reply

    def _request(self, request: Prepared, seconds: float) -> httpx.Request:
        headers = [(name.encode(), value.encode()) for name, value in request.headers]
        extensions = {
            "timeout": dict.fromkeys(("connect", "read", "write", "pool"), seconds),
            "trace": self._traced,
        }
        body = httpx.ByteStream(request.body)
        made = httpx.Request(
            request.method,
            self._address.origin,
            headers=headers,
            stream=body,
            extensions=extensions,
        )
        made.url = _ExactURL(self._address.origin, request.target)
        return made

    def _traced(self, event: str, info: Mapping[str, object]) -> None:
        """httpcore tells when it has connected; its stream knows the socket."""
        if event in {
            "connection.connect_tcp.complete",
            "connection.start_tls.complete",
            "proxy.start_tls.complete",
        }:
            ask: Callable[[str], object] | None = getattr(
                info.get("return_value"), "get_extra_info", None
            )
            found = ask("socket") if ask else None
            self._connected_anew = True
            self._socket = found if isinstance(found, socket.socket) else self._socket

    def _receive(self, response: httpx.Response, method: str) -> Reply:
        received = 0
        try:
            headers = _headers(response)
            content = Content(_codings(headers), most=body_kept(method), limit=MAX_REPLY_BYTES)
            for chunk in response.iter_raw():
                received += len(chunk)
                if received > MAX_REPLY_BYTES:
                    raise Broken(
                        "protocol", f"the reply is larger than {MAX_REPLY_BYTES} bytes", begun=True
                    )
                content.feed(chunk)
        finally:
            response.close()
        body, size = content.finish()
        self.reusable = response.headers.get("connection", "").lower() != "close"
        return Reply(status=response.status_code, headers=headers, body=body, size=size)

    def _broken(self, error: httpx.TransportError, *, expired: bool) -> Broken:
        if expired or isinstance(error, httpx.ReadTimeout | httpx.WriteTimeout):
            return Broken("timeout", "no complete reply within the time limit")
        match error:
            case httpx.ProxyError():
                return Broken("refused", f"the proxy refused: {error}")
            case httpx.ConnectError() | httpx.ConnectTimeout() | httpx.PoolTimeout():
                return _no_connection(error)
            case httpx.LocalProtocolError() | httpx.UnsupportedProtocol():
                return Broken("withheld", f"the call can't be sent through the proxy: {error}")
            case httpx.RemoteProtocolError():
                return self._remote(error)
            case _:
                return Broken("reset", f"the connection broke: {error}", begun=self._connected_anew)

    def _remote(self, error: httpx.RemoteProtocolError) -> Broken:
        if "without sending a response" in str(error):
            return Broken(
                "closed", "the connection was closed without a reply", begun=self._connected_anew
            )
        return Broken("protocol", f"no complete HTTP reply: {error}", begun=True)

    def _cut(self, expired: threading.Event) -> None:
        expired.set()
        if self._socket is not None:
            _shut(self._socket)

    def close(self) -> None:
        """See Line."""
        self.reusable = False
        self._transport.close()


def httpx_proxy(proxy: Proxy) -> httpx.Proxy:
    """The proxy as httpx wants it. Raises ConfigurationError."""
    auth = None if proxy.user is None else (proxy.user, proxy.password or "")
    try:
        return httpx.Proxy(httpx.URL(proxy.url), auth=auth)
    except (httpx.InvalidURL, ValueError) as error:
        raise ConfigurationError(
            f"[network] proxy can't be used: {error}. An example: http://proxy.example:3128."
        ) from None


def _no_connection(error: httpx.TransportError) -> Broken:
    text = str(error) or type(error).__name__
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Broken(
                "tls", f"the target's certificate is not accepted: {cause.verify_message}"
            )
        if isinstance(cause, ssl.SSLError):
            return Broken("tls", f"the TLS handshake failed: {text}")
        if isinstance(cause, socket.gaierror):
            return Broken("name", f"the name of the proxy is not known ({text})")
    return Broken("refused", text)


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _headers(response: httpx.Response) -> tuple[tuple[str, str], ...]:
    """The head, where it is within bounds. Raises Broken. (One beyond 100 kB is refused by h11
    itself.)
    """
    raw = response.headers.raw
    must_fit(len(raw), sum(len(name) + len(value) + len(": \r\n") for name, value in raw))
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in raw)


def _codings(headers: tuple[tuple[str, str], ...]) -> str:
    return ",".join(value for name, value in headers if name.lower() == "content-encoding")


def _shut(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # closed meanwhile, which is what was wanted
