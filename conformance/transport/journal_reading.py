"""Reading a journal back: every whole record is used, and what is missing is said."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from msgspec import Struct

from conformance.errors import UsageError
from conformance.exchange import CampaignKey
from conformance.transport.journal_records import (
    CampaignFact,
    Closed,
    Fact,
    Forgotten,
    Header,
    Record,
    Restored,
    plain_record_of,
    record_of,
)

MOST_NAMED = 10
"""Lines and records that a sentence names one by one."""
_MARKS = (b'"record"', b'"crc"', b'"type"', b'"seq"')
"""What a line of a journal has in it, even where much of it is damaged."""


class JournalContents(Struct, frozen=True, kw_only=True):
    """A journal read back.

    `damage`: what is wrong with it, in sentences without a full stop; whatever those records said
    can't be known. `closed`: its last record says that nothing follows. `end_known`: nothing
    that was written is missing at its end. `sure_from`: the facts from this one on stand behind all
    damage. `next_seq`: the number of the record that goes on with it. `blank`: no record is whole.
    """

    header: Header | None
    facts: tuple[Fact, ...] = ()
    damage: tuple[str, ...] = ()
    closed: bool = False
    end_known: bool = False
    sure_from: int = 0
    next_seq: int = 1
    torn: bool = False
    """The file does not end with a line break."""
    blank: bool = False
    version_1: bool = False
    """Its records have no numbers and no checksums."""
    alike: bool = True
    """What is in the file looks like a journal, or the file is empty."""

    @property
    def intact(self) -> bool:
        """No record is missing, and it is known that none is missing at the end.

        A journal of version 1 has no record of its end: it ends where all is restored.
        """
        named = self.campaigns
        ended = self.end_known or self.forgotten
        return not self.damage and (
            ended or (self.version_1 and bool(named) and all(map(self.settled, named)))
        )

    @property
    def campaigns(self) -> tuple[CampaignKey, ...]:
        """The campaigns that facts name."""
        return tuple(dict.fromkeys(f.campaign for f in self.facts if isinstance(f, CampaignFact)))

    def settled(self, campaign: CampaignKey) -> bool:
        """Whether the last that is said of a campaign is that it was restored, with nothing
        lost behind it.

        Where nobody knows what the last was, it may have been taken again: a look tells.
        """
        if not (self.end_known or self.version_1):
            return False
        last = max(
            (
                place
                for place, fact in enumerate(self.facts)
                if isinstance(fact, CampaignFact) and fact.campaign == campaign
            ),
            default=None,
        )
        return (
            last is not None and last >= self.sure_from and isinstance(self.facts[last], Restored)
        )

    @property
    def forgotten(self) -> bool:
        """Whether the last that it says is that somebody has seen to everything by hand."""
        last = len(self.facts) - 1
        return last >= self.sure_from and last >= 0 and isinstance(self.facts[last], Forgotten)

    @property
    def open_campaigns(self) -> tuple[CampaignKey, ...]:
        """The campaigns that are named as changed and not as put back."""
        return (
            () if self.forgotten else tuple(key for key in self.campaigns if not self.settled(key))
        )

    @property
    def finished(self) -> bool:
        """Whether it is proved that nothing is left to be put back."""
        return self.forgotten or (self.intact and not self.open_campaigns)


@dataclass
class _Salvage:
    """What is found line by line. A record of version 1 counts as the one with its line's
    number.
    """

    facts: list[Fact] = field(default_factory=list)
    header: Header | None = None
    closed: bool = False
    seen: list[int] = field(default_factory=list)
    bad: list[int] = field(default_factory=list)
    """Lines that hold no whole record."""
    bad_behind: list[int] = field(default_factory=list)
    """Of those, the ones behind the last whole record."""
    sure_from: int = 0
    end: int = 0
    """The highest number so far: what follows a record that stands once more is no news either."""

    def take(self, seq: int, record: Record) -> None:
        if seq != self.end + 1:
            stray = seq <= self.end  # one that stood before: others came behind it
            self.sure_from = len(self.facts) + stray
        self.end = max(self.end, seq)
        self.seen.append(seq)
        self.bad += self.bad_behind
        self.bad_behind = []
        self.closed = isinstance(record, Closed)
        if isinstance(record, Header):
            self.header = self.header or record
        elif not isinstance(record, Closed):
            self.facts.append(record)


def read(path: Path, *, written: int | None = None) -> JournalContents:
    """The records of a journal that are whole, and what is wrong with the rest.

    `written`: the number of the last record that is known to have been written, where somebody kept
    it. Raises UsageError when the file can't be opened, never for what is in it.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"The journal {path} can't be read ({error.strerror}).") from None
    return salvage(data, path.name, written=written)


def salvage(data: bytes, name: str, *, written: int | None = None) -> JournalContents:
    """As `read`, of the bytes of a file that has this name."""
    *lines, last = data.split(b"\n")
    found = _Salvage()
    version_1 = True
    for number, line in enumerate([*lines, last] if last else lines, 1):
        if numbered := record_of(line):
            version_1 = False
            found.take(*numbered)
        elif version_1 and (plain := plain_record_of(line)):
            found.take(number, plain)
        else:
            found.bad_behind.append(number)
    return _judged(found, data, name, written, version_1=version_1 and bool(found.seen))


def _judged(
    found: _Salvage, data: bytes, name: str, written: int | None, *, version_1: bool
) -> JournalContents:
    end = found.end
    torn = not data.endswith(b"\n") and bool(data)
    behind = list(found.bad_behind)
    if torn and written is not None and len(behind) == 1 and end == written:
        behind = []  # a line that was being written when the run was killed: nothing relied on it
    missing = _missing(found.seen, max(end, written or 0))
    damage = _damage(found, behind, missing, name)
    lost_end = bool(behind) or end < (written or 0)
    return JournalContents(
        header=found.header,
        facts=tuple(found.facts),
        damage=tuple(damage),
        closed=found.closed,
        end_known=found.closed or (written is not None and not lost_end and end > 0),
        sure_from=len(found.facts) if lost_end else found.sure_from,
        next_seq=max(end + len(behind), written or 0) + 1,
        torn=torn,
        blank=not found.seen,
        version_1=version_1,
        alike=not data or any(mark in data for mark in _MARKS),
    )


def _damage(
    found: _Salvage, behind: list[int], missing: Sequence[tuple[int, int]], name: str
) -> list[str]:
    """In sentences. A damaged line between two records that follow on each other is none: it is one
    that a killed run left unfinished, and the next record took its number."""
    disorder = any(b <= a for a, b in zip(found.seen, found.seen[1:], strict=False))
    damage = []
    if not found.seen:
        damage.append(f"{name} holds no whole record")
    if (missing or behind or disorder) and (bad := [*found.bad, *behind]):
        lines = _listed([(number, number) for number in bad])
        damage.append(f"{len(bad)} line(s) of {name} are damaged: {lines}")
    if missing and found.seen:
        count = sum(last - first + 1 for first, last in missing)
        damage.append(f"{count} record(s) of {name} are missing: {_listed(missing)}")
    if disorder:
        damage.append(f"the records of {name} are out of order")
    if found.header is None and found.seen:
        damage.append(f"no whole record of {name} says which target it is about")
    return damage


def _missing(seen: Iterable[int], end: int) -> list[tuple[int, int]]:
    """The numbers up to `end` that no record has, as first and last of each gap."""
    gaps, expected = [], 1
    for seq in [*sorted(set(seen)), end + 1]:
        if seq > expected:
            gaps.append((expected, seq - 1))
        expected = seq + 1
    return gaps


def _listed(ranges: Sequence[tuple[int, int]]) -> str:
    named = [str(a) if a == b else f"{a} to {b}" for a, b in ranges[:MOST_NAMED]]
    return ", ".join(named) + (" …" if len(ranges) > MOST_NAMED else "")
