"""The index of open journals: which campaigns somebody still has to put back, and what they held.

One small file per journal, in the user's state folder. It holds a copy of what the campaigns held,
so that a journal that is damaged, cut or gone loses no original; beside it a file with the number
of the last record, so that a journal that was cut is known to be.
"""

import hashlib
import os
import shlex
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from conformance.errors import UsageError
from conformance.exchange import CampaignKey
from conformance.private_files import FILE_MODE, make_folder, replace_with, sync_folder
from conformance.transport.journal import uniform
from conformance.transport.journal_reading import JournalContents, read, salvage
from conformance.transport.journal_records import CampaignFact, Fact, Header, Holding, Restored

FOLDER = "open-journals"


class OpenJournal(Struct, frozen=True, kw_only=True):
    """One journal: where it is, what it is about, whose it is. `campaigns`: those that the run may
    change.
    """

    file: str
    base_url: str
    campaigns: tuple[CampaignKey, ...]
    pid: int
    started: str
    holdings: tuple[Holding, ...] = ()
    named: tuple[CampaignKey, ...] = ()
    """Campaigns that it says something of."""
    restored: tuple[CampaignKey, ...] = ()
    written: int = 0
    """The number of its last record; kept apart."""

    @property
    def path(self) -> Path:
        """Its file, absolute."""
        return Path(self.file)

    @property
    def unrestored(self) -> tuple[CampaignKey, ...]:
        """The campaigns that it says something of and that were not put back."""
        return tuple(key for key in self.named if key not in self.restored)


class JournalEntry:
    """The place of one journal in the index; the journal itself tells it what is written."""

    def __init__(self, file: Path, journal: OpenJournal) -> None:
        self._file = file
        self.journal = journal

    @property
    def written(self) -> int:
        """The number of the last record."""
        return self.journal.written

    def note(self, facts: tuple[Fact, ...]) -> None:
        """What is about to be written. It is on the disk before a run can rely on it, if it is
        news.
        """
        known = self.journal
        about = [fact for fact in facts if isinstance(fact, CampaignFact)]
        changed = [fact.campaign for fact in about if not isinstance(fact, Restored)]
        holdings = [
            fact for fact in about if isinstance(fact, Holding) and fact not in known.holdings
        ]
        news = replace(
            known,
            holdings=(*known.holdings, *holdings),
            named=tuple(dict.fromkeys((*known.named, *changed))),
            restored=tuple(key for key in known.restored if key not in changed),
        )
        self._keep(news)

    def wrote(self, seq: int, facts: tuple[Fact, ...]) -> None:
        """What is in the journal now.

        The number is not forced to the disk: it outlives the process, and after a power cut it can
        only be too low, which hides damage and invents none. It is written over in one call, so
        that a run that is killed at this moment leaves the number of before or this one.
        """
        count = os.open(self._file.with_suffix(_COUNT), os.O_WRONLY | os.O_CREAT, FILE_MODE)
        try:
            os.write(count, b"%0*d\n" % (_COUNT_DIGITS, seq))
        finally:
            os.close(count)
        restored = [fact.campaign for fact in facts if isinstance(fact, Restored)]
        journal = replace(self.journal, written=seq)
        self.journal = journal
        self._keep(replace(journal, restored=tuple(dict.fromkeys((*journal.restored, *restored)))))

    def _keep(self, news: OpenJournal) -> None:
        if news != self.journal:
            replace_with(self._file, msgspec.json.encode(replace(news, written=0)))
            self.journal = news

    def close(self) -> None:
        """Take the journal off the index where nothing is left to be put back."""
        if not self.journal.unrestored:
            self.remove()

    def remove(self) -> None:
        """Take the journal off the index."""
        _remove(self._file)


_COUNT, _COUNT_DIGITS = ".count", 12


class OpenJournals:
    """The index in a folder of state."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER

    def _file(self, path: Path) -> Path:
        return self._folder / (
            hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16] + ".json"
        )

    def add(self, path: Path, *, base_url: str, campaigns: Collection[CampaignKey]) -> JournalEntry:
        """Take a journal into the index before it is written to, or go on with its entry.

        Raises UsageError when the index can't be written.
        """
        file = self._file(path)
        known = _load(file)
        fresh = OpenJournal(
            file=str(path.resolve()),
            base_url=base_url,
            campaigns=tuple(sorted(campaigns)),
            pid=os.getpid(),
            started=f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC",
        )
        same = known is not None and known.named and uniform(known.base_url) == uniform(base_url)
        journal = known if known is not None and same else fresh
        try:
            make_folder(self._folder)
            count = file.with_suffix(_COUNT)
            os.close(os.open(count, os.O_WRONLY | os.O_CREAT, FILE_MODE))
            replace_with(file, msgspec.json.encode(replace(journal, written=0)))
        except OSError as error:
            raise UsageError(
                f"The index of open journals {self._folder} can't be written ({error.strerror}):"
                " make room, or give a folder that can be with XDG_STATE_HOME. Nothing was sent."
            ) from None
        return JournalEntry(file, journal)

    def entry(self, path: Path) -> JournalEntry | None:
        """The entry of a journal, to go on with it; None where the index does not know it."""
        known = self.of(path)
        return JournalEntry(self._file(path), known) if known else None

    def of(self, path: Path) -> OpenJournal | None:
        """What the index knows of a journal."""
        return _load(self._file(path))

    def within(self, folder: Path) -> list[OpenJournal]:
        """The journals of a folder, those whose files are gone included."""
        return [each for each in self.all() if each.path.parent == folder.resolve()]

    def all(self) -> list[OpenJournal]:
        """Every journal of the index, by start."""
        found = [_load(file) for file in sorted(self._folder.glob("*.json"))]
        return sorted((each for each in found if each), key=lambda each: (each.started, each.path))

    def naming(self, base_url: str, keys: Collection[CampaignKey]) -> list[OpenJournal]:
        """The journals by which one of these campaigns still has to be put back."""
        wanted, url = frozenset(keys), uniform(base_url)
        return [
            each
            for each in self.all()
            if uniform(each.base_url) == url and not wanted.isdisjoint(each.unrestored)
        ]

    def sweep(self, base_url: str, keys: Collection[CampaignKey]) -> None:
        """Take off journals of runs that were killed before they said anything of a campaign.

        With the locks of these campaigns held, no live run can be at work on them. Were one only
        beginning, it would write its entry anew with the first that it says.
        """
        wanted, url = frozenset(keys), uniform(base_url)
        for each in self.all():
            if (
                not each.named
                and uniform(each.base_url) == url
                and not wanted.isdisjoint(each.campaigns)
            ):
                self.remove(each.path)

    def remove(self, path: Path) -> None:
        """Take a journal off the index."""
        _remove(self._file(path))

    def read(self, path: Path) -> JournalContents:
        """A journal with what the index knows of it, its file damaged or gone as it may be.

        Raises UsageError where neither tells anything.
        """
        known = self.of(path)
        if known is None:
            return read(path)
        if not path.exists():
            contents = salvage(b"", path.name, written=known.written)
            contents = replace(contents, damage=(f"{path.name} is gone",))
        else:
            contents = read(path, written=known.written)
        return merged(contents, known)


def merged(contents: JournalContents, known: OpenJournal) -> JournalContents:
    """A journal as it was read, with what the index knows beside it."""
    lost = tuple(holding for holding in known.holdings if holding not in contents.facts)
    facts = (*lost, *contents.facts)
    if contents.blank and not known.named and not known.written:
        contents = replace(contents, damage=(), end_known=True)  # killed before its first record
    shifted = replace(
        contents, facts=facts, sure_from=contents.sure_from + len(lost) if contents.sure_from else 0
    )
    restored = [Restored(campaign=key) for key in known.restored if not shifted.settled(key)]
    return replace(
        shifted,
        facts=(*facts, *restored),
        header=contents.header or Header(base_url=known.base_url),
        damage=tuple(
            each for each in contents.damage if not each.endswith("which target it is about")
        ),
    )


def _load(file: Path) -> OpenJournal | None:
    try:
        known = msgspec.json.decode(file.read_bytes(), type=OpenJournal)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as problem:
        raise UsageError(
            f"{file} of the index of open journals can't be read ({problem}). It tells which"
            " campaigns have to be put back: look into it, put them back, then delete it. Nothing"
            " was sent."
        ) from None
    return replace(known, written=_count(file.with_suffix(_COUNT)))


def _count(file: Path) -> int:
    try:
        return int(file.read_bytes())
    except (OSError, ValueError):
        return 0


def _remove(file: Path) -> None:
    if file.exists():
        file.unlink(missing_ok=True)
        sync_folder(file.parent)
    file.with_suffix(_COUNT).unlink(missing_ok=True)


def restore_command(journals: Sequence[Path], target: Path | None = None) -> str:
    """What a person types to have put back what journals tell."""
    words = ["isales-conformance", "restore", *map(str, journals)]
    return shlex.join([*words, "--target", str(target)] if target else words)


def refuse_unfinished(
    index: OpenJournals,
    base_url: str,
    keys: Collection[CampaignKey],
    *,
    target: Path | None = None,
    run_folder: Path | None = None,
) -> None:
    """Raise UsageError where campaigns still have to be put back.

    To be called with their locks held: then no live run is taken for one that was killed. `target`:
    the target file, for the command. `run_folder`: this run's own, whose other workers share a
    campaign.
    """
    own = run_folder.resolve() if run_folder else None
    index.sweep(base_url, keys)
    found = [each for each in index.naming(base_url, keys) if each.path.parent != own]
    if not found:
        return
    named = sorted({key for each in found for key in each.unrestored} & set(keys))
    raise UsageError(
        f"Not put back yet: {', '.join(f'campaign {key[1]} of VDN {key[0]}' for key in named)} on"
        f" {base_url}. An earlier run ({_runs(found)}) was to give back what"
        f" {'it' if len(named) == 1 else 'they'} held, and did not. Nothing was"
        f" sent.\n{advice([each.path for each in found], target)}"
    )


def advice(journals: Sequence[Path], target: Path | None) -> str:
    """How to see to open journals, the command on a line of its own."""
    return (
        f"Put everything back with\n    {restore_command(journals, target)}\n"
        "or, where somebody has seen to it by hand, say so with the same command and --forget."
    )


def _runs(found: Sequence[OpenJournal]) -> str:
    return "; ".join(
        f"process {each.pid}, started {each.started}, journal {each.path}" for each in found
    )
