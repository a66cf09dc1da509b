"""The one way to standard output and standard error: what is printed obeys nobody, holds no secret,
and always can be written.
"""

import json
import os
import re
import sys
from collections.abc import Iterable
from typing import Any, TextIO

import msgspec
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from conformance.readable import each_text, readable
from conformance.transport.redaction import known

PLAIN_WIDTH = 100
"""Columns of a log file, where no terminal says how wide it is."""
_NOT_ASCII = re.compile("[^\x00-\x7f]")


class SafeConsole(Console):
    """Prints text of any origin: the console's own colours are the only thing that a terminal
    obeys.
    """

    def print(self, *objects: Any, **how: Any) -> None:
        """Print, secrets left out."""
        super().print(*map(_without_secrets, objects), **how)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """The pieces that are written, each made readable."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=readable(segment.text))

    def on_broken_pipe(self) -> None:
        """Whoever read the output has gone. What the command does goes on, and its exit code says
        what it came to.
        """
        self.quiet = True
        _to_nobody()


def console(file: TextIO | None = None, width: int | None = None) -> Console:
    """A console that obeys NO_COLOR, is plain where the output is no terminal, and adds no
    decoration of its own.
    """
    out = file or sys.stdout
    never_raise(out)
    plain = not out.isatty()
    return SafeConsole(
        file=out,
        width=width or (PLAIN_WIDTH if plain else None),
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=False,
    )


def never_raise(*streams: TextIO) -> None:
    """Let characters that a stream can't hold be written as escapes, whatever the locale says."""
    for stream in streams or (sys.stdout, sys.stderr):
        if (reconfigure := getattr(stream, "reconfigure", None)) is not None:
            reconfigure(errors="backslashreplace")


def write_json(value: object, indent: int = 2) -> None:
    """Print a value as JSON for another program: readable, without secrets, in ASCII where the
    output takes nothing else.
    """
    tree = each_text(each_text(msgspec.to_builtins(value), known().text, keys=False), readable)
    text = msgspec.json.format(msgspec.json.encode(tree), indent=indent).decode()
    if (sys.stdout.encoding or "").lower().replace("-", "") != "utf8":
        text = _NOT_ASCII.sub(lambda sign: json.dumps(sign[0])[1:-1], text)
    sys.stdout.write(f"{text}\n")
    end_output()


def end_output() -> None:
    """Write what is waiting, to nobody where nobody reads any more."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _to_nobody()


def _to_nobody() -> None:
    nobody = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nobody, sys.stdout.fileno())
    os.close(nobody)


def _without_secrets(value: object) -> object:
    if isinstance(value, str):
        return known().text(value)
    if isinstance(value, Text) and (clean := known().text(value.plain)) != value.plain:
        return Text(clean, style=value.style)
    return value
