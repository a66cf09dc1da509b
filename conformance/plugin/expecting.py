"""What a run learnt, held against the profile that the server was expected to keep to."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from conformance import baseline
from conformance.exchange import Exchange
from conformance.plugin.options import Options
from conformance.readable import readable
from conformance.report.digest import change_words
from conformance.session.ledger import Ledger
from conformance.verdict import Change, Shown

_JUDGED_AS = {
    "number.absent.alone": "number.absent",
    "vdn-id.very-long": "vdn-id.out-of-range",
    "campaign-id.very-long": "campaign-id.out-of-range",
    "campaign-id.beyond-32-bits": "campaign-id.out-of-range",
    "access-code.very-long": "access-code.too-long",
    "content-type.plain": "content-type.other",
}
"""What a profile tells apart and the judge does not: the judge keeps the exchange."""


def changes_of(
    options: Options, ledger: Ledger, show: Callable[[Exchange], Shown]
) -> tuple[Change, ...]:
    """Each behaviour that the profile does not know, with the first call that showed it."""
    if options.expected is None:
        return ()
    return tuple(
        _change(each, options.expected, ledger, show)
        for each in baseline.changes(options.expected, _seen(ledger))
    )


def _seen(ledger: Ledger) -> list[baseline.SubjectCount]:
    """As files hold it: what is compared was read from one."""
    codes = {**ledger.behaviour.of("code"), **ledger.behaviour.of("pair")}
    readings = {
        name: values for name, values in ledger.learnt.items() if name.startswith(baseline.READING)
    }
    return [
        baseline.SubjectCount(
            subject=readable(subject), value=readable(value), times=times, of=sum(values.values())
        )
        for subject, values in sorted((*codes.items(), *readings.items(), *_further(ledger)))
        for value, times in sorted(values.items())
    ]


def _further(ledger: Ledger) -> Iterator[tuple[str, Mapping[str, int]]]:
    for aspect in baseline.OTHERWISE:
        for subject, values in ledger.behaviour.of(aspect).items():
            if name := baseline.otherwise(aspect, subject):
                yield name, values


def _change(
    seen: baseline.SubjectCount,
    expected: baseline.Expectation,
    ledger: Ledger,
    show: Callable[[Exchange], Shown],
) -> Change:
    judged_as = "+".join(_JUDGED_AS.get(part, part) for part in seen.subject.split("+"))
    learnt_by = {readable(name): exchange for name, exchange in ledger.learnt_by.items()}
    exchange = learnt_by.get(f"{judged_as}|{seen.value}") or learnt_by.get(
        f"{seen.subject}|{seen.value}"
    )
    return Change(
        subject=seen.subject,
        expected=tuple(sorted(expected[seen.subject])),
        got=seen.value,
        times=seen.times,
        calls=(show(exchange),) if exchange is not None else (),
    )


def headlines(changes: tuple[Change, ...], profile: Path | None) -> list[str]:
    """A sentence for each change."""
    return [f"Changed against {profile}: {change_words(change)}." for change in changes]
