"""Section *Request Description*: headers, and the body down to the single number."""

import json
from collections.abc import Callable, Sequence

import pytest

from conformance.campaigns import Episode
from conformance.contract import CONTENT_TYPE
from conformance.exchange import Call
from conformance.generation.bodies import BODY_FORMS, Form
from conformance.generation.calls import (
    body_of,
    delete,
    items,
    with_body,
    with_header,
    without_header,
)
from conformance.generation.drawing import BadList, bad_lists, batched, each_bad_item
from conformance.generation.exploring import explore
from conformance.oracle import answer_of
from conformance.session.run import Run

LOCALES = ("zh_CN", "en_US")
LOCALE_ROUNDS = 7
"""Where codes differ: a server that chooses between two at random keeps to one per locale, and to
another, once in 4,000 times.
"""
OTHER_CONTENT_TYPES = (
    "application/json",
    "text/plain",
    "application/json;charset=utf-8",
    "application/json; charset=GBK",
    "application/xml",
    "application/x-www-form-urlencoded",
    "application/octet-stream",
)


@pytest.mark.check("headers.request")
def test_headers(run: Run) -> None:
    """The documented Content-Type is accepted; locale changes texts only; other types are
    recorded.
    """
    with run.episode() as episode:
        held = episode.hold_at_least(8)
        broken = with_body(
            episode.key,
            body_of({"callerNo": [{"accessCode": held[0] + "x"}]}),
            base_path=run.campaign_set.base_path,
        )
        many = with_body(
            episode.key, body_of({"callerNo": []}), base_path=run.campaign_set.base_path
        )
        for call in (broken, many):
            _in_each_locale(episode, call)
        for locale in LOCALES:
            episode.send(
                with_header(
                    delete(episode.key, [held.pop()], base_path=run.campaign_set.base_path),
                    "locale",
                    locale,
                )
            )
        episode.send(
            with_header(
                delete(episode.key, [held.pop()], base_path=run.campaign_set.base_path),
                "Content-Type",
                CONTENT_TYPE,
            )
        )
    with run.episode() as episode:
        for content_type in OTHER_CONTENT_TYPES[: run.amounts.forms]:
            held = episode.hold_at_least(3)
            episode.send(
                with_header(
                    delete(episode.key, held[:1], base_path=run.campaign_set.base_path),
                    "Content-Type",
                    content_type,
                )
            )
        held = episode.hold_at_least(3)
        episode.send(
            without_header(
                delete(episode.key, held[:1], base_path=run.campaign_set.base_path), "Content-Type"
            )
        )
        run.glance(episode)
        held = episode.hold_at_least(3)
        last = "fr_FR" if run.amounts.promised > 1 else "en_US"
        episode.send(
            with_header(
                delete(episode.key, held[:1], base_path=run.campaign_set.base_path), "locale", last
            )
        )


def _in_each_locale(episode: Episode, call: Call) -> None:
    """Once, and again and again where the codes differ: a server may choose among fitting codes,
    whatever the locale.
    """
    codes = set()
    for _ in range(LOCALE_ROUNDS):
        calls = (call, *(with_header(call, "locale", locale) for locale in LOCALES))
        codes |= {answer_of(episode.send(each)).code for each in calls}
        if len(codes) == 1:
            return


QUICK_FORMS: dict[str, tuple[int, ...]] = {
    "access-code.invalid-characters": (*range(16), 19, 33),
    "access-code.wrong-type": (0, 1, 2, 3, 6, 12),
    "caller-no.wrong-type": (0, 1, 2, 5, 7),
    "item.not-object": (0, 1, 2, 3),
    "body.not-object": (0, 1, 6, 7),
    **dict.fromkeys(
        ("body.empty", "item.null", "access-code.missing", "access-code.null", "access-code.empty"),
        (0,),
    ),
    **dict.fromkeys(("caller-no.empty", "caller-no.too-many"), ()),
}
"""Forms at quick effort: more where servers are known to repair many, none where another check
makes the same calls.
"""


def _forms_of(run: Run, defect: str) -> Sequence[Form]:
    ways = BODY_FORMS[defect]
    if run.amounts.promised == 1 and defect in QUICK_FORMS:
        return [ways[place] for place in QUICK_FORMS[defect]]
    return ways[: run.amounts.forms]


@pytest.mark.check("body.defects")
def test_body_defects(run: Run) -> None:
    """Each defect of the body alone, between calls without it that are served; then bad items among
    good ones, and pairs.
    """
    forms = [form for defect in BODY_FORMS for form in _forms_of(run, defect)]
    for batch in batched(forms, run.amounts.batch):
        with run.episode() as episode:
            held = episode.hold_at_least(5)
            for form in batch:
                episode.send(
                    with_body(episode.key, form(held[:2]), base_path=run.campaign_set.base_path)
                )
            run.glance(episode)
            episode.delete(held[-1:])
    drawn = list(each_bad_item())
    if (more := run.amounts.bodies - len(drawn)) > 0:
        explore(bad_lists(), drawn.append, examples=more, seed_with=f"{run.seed}{run.check}")
    for lists in batched(drawn, max(1, run.amounts.batch // 4)):
        _bad_lists(run, lists)


def _bad_lists(run: Run, lists: Sequence[BadList]) -> None:
    with run.episode() as episode:
        held = episode.hold_at_least(7)
        for bad in lists:
            episode.send(
                with_body(episode.key, bad.body(held), base_path=run.campaign_set.base_path)
            )
        run.glance(episode)
        episode.delete(held[-1:])


@pytest.mark.check("body.values")
def test_body_values(run: Run) -> None:
    """Every legal number is served: each remarkable length, leading zeros, and any legal way to
    write the JSON.
    """
    with run.episode() as episode:
        numbers = run.campaign_set.extremes()
        episode.hold([*episode.hold_at_least(2), *numbers])
        episode.delete(numbers[: len(numbers) // 2])
        for number in numbers[len(numbers) // 2 :]:
            episode.delete([number])
    with run.episode() as episode:
        held = episode.hold_at_least(len(_WRITINGS) + 3)
        for writing in _WRITINGS[: max(3, run.amounts.values)]:
            episode.send(
                with_body(episode.key, writing(held.pop()), base_path=run.campaign_set.base_path)
            )
    _repeated_keys(run)


def _escaped(number: str) -> str:
    return "".join(f"\\u{ord(digit):04x}" for digit in number)


_WRITINGS: tuple[Callable[[str], bytes], ...] = (
    lambda number: json.dumps({"callerNo": items([number])}, indent=4).encode(),
    lambda number: f'{{"callerNo":[{{"accessCode":"{_escaped(number)}"}}]}}'.encode(),
    lambda number: f' \r\n\t{{ "callerNo" :[ {{"accessCode" :"{number}" }} ] }}\n\n'.encode(),
    lambda number: f'{{"c\\u0061llerNo":[{{"accessCode":"{number}"}}]}}'.encode(),
    lambda number: json.dumps({"callerNo": items([number])}, indent="\t").encode(),
)  # fmt: skip


def _repeated_keys(run: Run) -> None:
    with run.episode() as episode:
        first, second, *_ = episode.hold_at_least(4)
        body = (
            f'{{"callerNo":[{{"accessCode":"{first}"}}],"callerNo":[{{"accessCode":"{second}"}}]}}'
        )
        episode.send(with_body(episode.key, body.encode(), base_path=run.campaign_set.base_path))
