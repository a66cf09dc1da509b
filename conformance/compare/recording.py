"""A recording: what one server answered, with its provenance, in a file that shows when somebody
changed it.

One JSON object a line. Each line ends in `chain`: the SHA-256 of the line before's chain and of the
line itself without it. The first line is the header, the last says how many there are, so that a
file that was cut short is seen.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct, field

from conformance import private_files
from conformance.compare.places import Place
from conformance.errors import UsageError
from conformance.exchange import Exchange, History, Setting
from conformance.readable import encoded

FORMAT = "isales-recording/1"


class Provenance(Struct, frozen=True, kw_only=True):
    """Where it comes from: who answered, when, by which suite and whose order, and the world as it
    was at first.
    """

    target: dict[str, str]
    started: str
    suite_version: str
    recorded_by: str
    plan: str
    place: Place
    setting: Setting
    format: str = FORMAT


class RecordedExchange(Struct, frozen=True, kw_only=True):
    """One exchange. `named_call`: it is a step of the plan, made while the campaign held `held`;
    `look`: it shows what that step left.
    """

    exchange: Exchange
    named_call: str = field(default="", name="deed")
    held: tuple[str, ...] = ()
    look: bool = False


class Recording(Struct, frozen=True, kw_only=True):
    """A whole recording."""

    header: Provenance
    entries: tuple[RecordedExchange, ...]

    @property
    def history(self) -> History:
        """All exchanges, as the oracle takes them."""
        return History(
            setting=self.header.setting, exchanges=tuple(entry.exchange for entry in self.entries)
        )

    def steps(self) -> Iterator[tuple[RecordedExchange, Exchange | None]]:
        """Each step of the plan with the look that followed it."""
        for place, entry in enumerate(self.entries):
            if entry.named_call:
                following = self.entries[place + 1] if place + 1 < len(self.entries) else None
                yield (
                    entry,
                    following.exchange if following is not None and following.look else None,
                )


class _Sealed(Struct, kw_only=True):
    chain: str
    header: Provenance | None = None
    entry: RecordedExchange | None = None
    end: int | None = None


def write(path: Path, recording: Recording) -> None:
    """Write a recording to a new file. Raises UsageError where the file is there already: a
    recording is evidence.
    """
    parts: list[tuple[str, object]] = [
        ("header", recording.header),
        *(("entry", entry) for entry in recording.entries),
    ]
    try:
        with os.fdopen(private_files.create(path, os.O_WRONLY | os.O_EXCL), "wb") as file:
            chain = ""
            for name, value in [*parts, ("end", len(recording.entries))]:
                data = encoded(value)
                chain = _sealed(chain, name, data)
                file.write(b'{"%b":%b,"chain":"%b"}\n' % (name.encode(), data, chain.encode()))
    except FileExistsError:
        raise UsageError(
            f"{path} is there already. A recording is evidence and never overwritten: give another"
            " file."
        ) from None


def read(path: Path) -> Recording:
    """Read and verify a recording. Raises UsageError that names the first line which is not as it
    was written.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as problem:
        raise UsageError(f"The recording {path} can't be read ({problem.strerror}).") from problem
    header, entries, chain, ended = None, [], "", False
    for number, line in enumerate(lines, 1):
        sealed, chain = _verified(line, chain, f"{path}, line {number}")
        header = sealed.header or header
        entries += [sealed.entry] if sealed.entry is not None else []
        ended = sealed.end == len(entries)
    if header is None or not ended:
        raise UsageError(
            f"{path} is no whole recording:"
            f" {'its end is missing' if header else 'it has no header'}."
        )
    return Recording(header=header, entries=tuple(entries))


def _verified(line: bytes, chain: str, where: str) -> tuple[_Sealed, str]:
    try:
        raw = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
        sealed = msgspec.json.decode(line, type=_Sealed)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise UsageError(f"{where}: no line of a recording ({problem}).") from problem
    names = [name for name in raw if name != "chain"]
    if len(names) != 1 or sealed.chain != _sealed(chain, names[0], bytes(raw[names[0]])):
        raise UsageError(
            f"{where}: the hash chain does not hold. The recording was changed here, or a line"
            " before it was taken out."
        )
    return sealed, sealed.chain


def _sealed(chain: str, name: str, data: bytes) -> str:
    return hashlib.sha256(chain.encode() + name.encode() + data).hexdigest()


def entries_of(
    exchanges: Sequence[Exchange], steps: dict[int, tuple[str, tuple[str, ...]]], looks: set[int]
) -> tuple[RecordedExchange, ...]:
    """Exchanges as entries; steps and looks are known by the numbers of their exchanges."""
    found = []
    for exchange in exchanges:
        named_call, held = steps.get(exchange.number, ("", ()))
        found.append(
            RecordedExchange(
                exchange=exchange, named_call=named_call, held=held, look=exchange.number in looks
            )
        )
    return tuple(found)
