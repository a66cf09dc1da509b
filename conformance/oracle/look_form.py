"""How a target's looks write calling numbers: learnt from numbers that are known to be there, then
used to read every other look.

What `callerNo` of the query companion holds when a campaign has several numbers is not documented
(DOMAIN.md, "The companions"). So nothing is taken for a number because it has digits: a token
counts only where it has the form in which the run's own numbers were written.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from msgspec import Struct

from conformance.contract import FAILURE_CODES, MAX_NUMBER_LENGTH
from conformance.exchange import LONGEST_LOOK, LookForm
from conformance.oracle.reply import Answer

LONGEST_TOKEN = 120
"""Characters of one number's token, a priority and a name included; what is longer is no list of
numbers."""
SMALL = 8 * 1024
"""Characters of a look up to which what it shows is remembered: larger ones would fill the memory.
"""

_RUN = re.compile("[0-9]+")
_BARE = ("", "")
_NUMBER = f"[0-9]{{1,{MAX_NUMBER_LENGTH}}}"


class Look(Struct, frozen=True, kw_only=True):
    """What one look shows: numbers in order, each with its priority (None where none is shown).

    `whole`: every token of the look could be read, so that nothing in it is left over.
    """

    numbers: tuple[str, ...]
    priorities: tuple[int | None, ...]
    whole: bool

    @property
    def pairs(self) -> tuple[tuple[str, int | None], ...]:
        """Number and priority, in the order shown."""
        return tuple(zip(self.numbers, self.priorities, strict=True))


def look_value(answer: Answer) -> Any:
    """The raw `callerNo` of a query's reply; None where there is none.

    Where a reply shows numbers and its codes are neither a success nor a documented failure, the
    numbers count: a server that reports success wrongly may do so in its companions as well, which
    are not under test.
    """
    shown = (answer.members or {}).get("returnObject")
    if answer.outcome == "nothing" or not isinstance(shown, dict):
        return None
    value = shown.get("callerNo")
    documented = {answer.code, answer.return_code} & set(FAILURE_CODES)
    if answer.outcome != "served" and (documented or not _digit_runs(value)):
        return None
    return value


def digit_runs(answer: Answer) -> frozenset[str]:
    """Every run of digits that a look holds, whatever its form: enough to find a long own
    number.
    """
    return _digit_runs(look_value(answer))


def _digit_runs(value: Any) -> frozenset[str]:
    return frozenset(_RUN.findall(_as_text(value)))


def shown_numbers(answer: Answer, form: LookForm | None = None) -> frozenset[str] | None:
    """The calling numbers that a look shows; None where it shows nothing that can be read.

    Without a form (recordings of other tools) every run of digits counts.
    """
    if form is None:
        return _any_digits(answer)
    look = read_look(answer, form)
    return frozenset(look.numbers) if look is not None and look.whole else None


def read_look(answer: Answer, form: LookForm) -> Look | None:
    """Read a look in a form; None where the reply shows no `callerNo` at all."""
    value = look_value(answer)
    if value is None:
        shown = (answer.members or {}).get("returnObject")
        null = isinstance(shown, Mapping) and "callerNo" in shown
        # null is nothing; and some targets leave the member out where a campaign holds nothing
        empty = answer.outcome == "served" and (null or form.absent_is_empty)
        return Look(numbers=(), priorities=(), whole=True) if empty else None
    return _read(json.dumps(value), form)


def _read(text: str, form: LookForm) -> Look | None:
    return (_remembered if len(text) <= SMALL else _reading)(text, form)


def _reading(text: str, form: LookForm) -> Look | None:
    found = [_member(token, form) for token in _tokens(json.loads(text), form)]
    read = [each for each in found if each is not None]
    return Look(
        numbers=tuple(number for number, _ in read),
        priorities=tuple(priority for _, priority in read),
        whole=len(read) == len(found),
    )


_remembered = lru_cache(maxsize=64)(_reading)


def _tokens(value: Any, form: LookForm) -> Iterator[Any]:
    """The parts of a look that each stand for one number."""
    value = _structure(value)
    if isinstance(value, str):
        parts = value[:LONGEST_LOOK].split(form.separator) if form.separator else [value]
        yield from (part.strip() for part in parts if part.strip())
    elif isinstance(value, list):
        yield from value
    elif value is not None:
        yield value


def _structure(value: Any) -> Any:
    """A text that holds JSON as what it holds; an object around one list as the list."""
    if isinstance(value, str) and value.lstrip()[:1] in {"[", "{"}:
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return value
    if isinstance(value, dict):
        lists = [held for held in value.values() if isinstance(held, list)]
        return lists[0] if len(lists) == 1 else [value]
    return value


def _member(token: Any, form: LookForm) -> tuple[str, int | None] | None:
    """Number and priority of one token, or None where it does not have the form."""
    if isinstance(token, Mapping):
        if not form.number_member or form.number_member not in token:
            return None
        inner = _member(token[form.number_member], _plain_inside(form))
        return (inner[0], _priority(token.get(form.priority_member))) if inner else None
    if form.number_member or isinstance(token, bool) or not isinstance(token, str | int):
        return None
    text = str(token)[:LONGEST_TOKEN].strip()
    match = next((found for each in _patterns(form) if (found := each.fullmatch(text))), None)
    if match is None:
        return None
    rest = _RUN.findall(f"{match['before']} {match['after']}")
    return match["number"], _priority(rest[0]) if form.priority_in_token and rest else None


def _plain_inside(form: LookForm) -> LookForm:
    return LookForm(shapes=form.shapes, priority_in_token=form.priority_in_token)


@lru_cache(maxsize=16)
def _patterns(form: LookForm) -> tuple[re.Pattern[str], ...]:
    return tuple(
        re.compile(f"(?P<before>{_shape(before)})(?P<number>{_NUMBER})(?P<after>{_shape(after)})")
        for before, after in form.shapes
    )


def _shape(text: str) -> str:
    return re.escape(text).replace(re.escape("#"), "[0-9]+")


def _priority(value: Any) -> int | None:
    text = str(value)
    return int(text) if not isinstance(value, bool) and re.fullmatch("[0-9]", text) else None


def _as_text(value: Any) -> str:
    try:
        return value if isinstance(value, str) else json.dumps(value)[:LONGEST_LOOK]
    except (ValueError, RecursionError):
        return ""


# -- learning -------------------------------------------------------------------------------------


def learn_form(
    answer: Answer, own: Sequence[str], sent: Mapping[str, int] = MappingProxyType({})
) -> LookForm | None:
    """The form in which a look writes these numbers, which are known to be in the campaign.

    In: the query's reply, numbers that nobody else can have, and the priorities `sent` with them.
    Out: the form, or None where no form shows each of those numbers once that the look holds.
    """
    value = _structure(look_value(answer))
    present = [number for number in own if number in _digit_runs(value)]
    if not present:
        return None
    forms = _of_list(value, present) if isinstance(value, list) else _of_text(value, present)
    fitting = [form for form in forms if _shows_each(value, form, present)]
    return min(fitting, key=lambda form: _preference(value, form, sent), default=None)


def _preference(value: Any, form: LookForm, sent: Mapping[str, int]) -> tuple[bool, int, int]:
    """Smaller is better: a form that reads the whole look, of those one that shows the priorities
    that were sent, and of those one with few tokens."""
    look = _read(json.dumps(value), form)
    shown = dict(look.pairs) if look is not None else {}
    others = sum(shown.get(number) != priority for number, priority in sent.items())
    return look is None or not look.whole, others, len(list(_tokens(value, form)))


def _shows_each(value: Any, form: LookForm, own: Sequence[str]) -> bool:
    look = _read(json.dumps(value), form)
    return look is not None and all(look.numbers.count(number) == 1 for number in own)


def _of_text(value: Any, own: Sequence[str]) -> Iterator[LookForm]:
    """Forms of a text: each thing between two of the numbers may be what separates tokens."""
    text = _as_text(value)
    for separator in _separators(text, own):
        tokens = [part.strip() for part in (text.split(separator) if separator else [text])]
        yield from _of_tokens(tokens, own, separator)


def _separators(text: str, own: Sequence[str]) -> list[str]:
    places = sorted((text.index(number), number) for number in own)
    if len(places) < 2:
        rest = text.replace(places[0][1], "")
        return ["", *dict.fromkeys(char for char in rest if not char.isalnum())]
    (first, number), (second, _) = places[:2]
    between = text[first + len(number) : second]
    whole = [] if _RUN.search(between) else [between]
    return [*dict.fromkeys(char for char in between if not char.isalnum()), *whole]


def _of_list(value: list[Any], own: Sequence[str]) -> Iterator[LookForm]:
    """Forms of a list: of plain tokens, or of objects with the number in one member."""
    yield from _of_tokens([token for token in value if isinstance(token, str | int)], own, "")
    objects = [token for token in value if isinstance(token, dict)]
    names = dict.fromkeys(
        name for token in objects for name, held in token.items() if str(held) in set(own)
    )
    priority = next((name for token in objects for name in token if "prior" in name.lower()), "")
    for name in names:
        yield LookForm(number_member=name, priority_member=priority)


def _of_tokens(tokens: Sequence[Any], own: Sequence[str], separator: str) -> Iterator[LookForm]:
    """Forms whose shapes are those in which the numbers stand, each in a token of its own.

    Where these show priorities, others may have none and stand bare.
    """
    shapes = dict.fromkeys(
        _shape_of(token, number)
        for token in map(str, tokens)
        for number in own
        if _stands_in(number, token)
    )
    if shapes and all("".join(shape).count("#") <= 1 for shape in shapes):
        priority = any("#" in "".join(shape) for shape in shapes)
        yield LookForm(separator=separator, shapes=tuple(shapes), priority_in_token=priority)
        if priority and _BARE not in shapes:
            yield LookForm(separator=separator, shapes=(*shapes, _BARE), priority_in_token=True)


def _stands_in(number: str, token: str) -> bool:
    return len(token) <= LONGEST_TOKEN and number in _RUN.findall(token)


def _shape_of(token: str, number: str) -> tuple[str, str]:
    before, _, after = token.partition(number)
    return _RUN.sub("#", before), _RUN.sub("#", after)


# -- looks without a form -------------------------------------------------------------------------


def _any_digits(answer: Answer) -> frozenset[str] | None:
    shown = (answer.members or {}).get("returnObject")
    if answer.outcome == "nothing" or not isinstance(shown, dict) or "callerNo" not in shown:
        return None
    try:
        numbers = _numbers_in(shown["callerNo"])
    except RecursionError:
        return None
    documented = {answer.code, answer.return_code} & set(FAILURE_CODES)
    failed = answer.outcome != "served" and (not numbers or documented)
    return None if failed else numbers


def _numbers_in(value: Any) -> frozenset[str] | None:
    if isinstance(value, str):
        if value.lstrip()[:1] in {"[", "{"}:
            try:
                return _numbers_in(json.loads(value))
            except ValueError:
                return None
        return frozenset(_RUN.findall(value[:LONGEST_LOOK]))
    if isinstance(value, list):
        parts = [_numbers_in(item) for item in value]
        return frozenset().union(*(part for part in parts if part))
    if isinstance(value, dict):
        return _numbers_in(value.get("accessCode"))
    if isinstance(value, int):
        return frozenset({str(value)})
    return frozenset() if value is None else None
