"""Replies as bytes: status line, headers and framing, as a profile wants them."""

import gzip
import time
from collections.abc import Callable, Mapping
from email.utils import formatdate
from http import HTTPStatus

from conformance.emulator.answer import EmulatorAnswer
from conformance.emulator.profile import Profile

_CASES: Mapping[str, Callable[[str], str]] = {
    "title": lambda name: name,
    "lower": str.lower,
    "upper": str.upper,
}


class ReplyWriter:
    """Writes replies in one shape."""

    def __init__(self, profile: Profile) -> None:
        self._reply = profile.reply
        self._case = _CASES[self._reply.header_case]
        self._statuses = {status.value: self._status_line(status) for status in HTTPStatus}
        self._date = (0, b"")
        self._date_name = self._case("Date").encode()
        self._length_name = b"\r\n" + self._case("Content-Length").encode() + b": "
        self._content_type = self._line("Content-Type", self._reply.content_type)
        self._extra = "".join(
            self._line(name, value) for name, value in self._reply.headers.items()
        )

    def _status_line(self, status: HTTPStatus) -> bytes:
        return f"HTTP/{self._reply.http} {status.value} {status.phrase}\r\n".encode()

    def _line(self, name: str, value: str) -> str:
        return f"{self._case(name)}: {value}\r\n"

    def closes(self, *, keep_alive: bool) -> bool:
        """Tell whether the connection ends with the reply."""
        reply = self._reply
        return (
            not keep_alive
            or reply.connection == "close"
            or reply.framing == "close"
            or reply.http == "1.0"
        )

    def write(
        self, answer: EmulatorAnswer, *, closing: bool, accepts_gzip: bool, is_head: bool
    ) -> bytes:
        """Return the bytes of a reply."""
        body = answer.body
        lines = [self._line(*header) for header in answer.headers]
        if self._reply.gzip and accepts_gzip and body:
            body = gzip.compress(body, mtime=0)
            lines.append(self._line("Content-Encoding", "gzip"))
        if body:
            lines.append(
                self._line("Content-Type", answer.content_type)
                if answer.content_type
                else self._content_type
            )
        if closing:
            lines.append(self._line("Connection", "close"))
        lines.append(self._extra)
        head = self._statuses[answer.status] + "".join(lines).encode("latin-1") + self._dated()
        return head + self._framed(b"" if is_head else body, len(body))

    def _framed(self, body: bytes, length: int) -> bytes:
        framing = self._reply.framing
        if framing == "chunked" and self._reply.http == "1.1":
            return f"\r\n{self._case('Transfer-Encoding')}: chunked\r\n\r\n".encode() + _chunks(
                body
            )
        if framing == "close":
            return b"\r\n\r\n" + body
        return self._length_name + str(length).encode() + b"\r\n\r\n" + body

    def _dated(self) -> bytes:
        """Return the Date header, made once a second."""
        now = int(time.time())
        if self._date[0] != now:
            self._date = (now, self._date_name + b": " + formatdate(now, usegmt=True).encode())
        return self._date[1]


def _chunks(body: bytes, size: int = 64) -> bytes:
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
