"""Every call that the project can generate, by what it is: for trying what may be sent."""

import random
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from conformance.contract import FAILURE_CODES, PATH_PREFIX
from conformance.exchange import OMITTED, Call, CampaignKey
from conformance.generation.bodies import BAD_ITEMS, BODY_FORMS, among_good, filled
from conformance.generation.calls import (
    add,
    body_of,
    changed,
    delete,
    query,
    with_body,
    with_header,
    without_header,
)
from conformance.generation.drawing import any_defect, bad_lists, json_values
from conformance.generation.fuzzing import coverage_drafts, drafts
from conformance.generation.named_calls import PATH_DEFECTS, CallContext, catalogue, pairs
from conformance.generation.paths import path_targets
from conformance.generation.sizes import in_a_large_campaign, in_any_campaign
from conformance.generation.triggers import triggers_for
from conformance.selftest.generation.drawn import drawn_from
from conformance.suite.test_method_and_uri import METHODS, UNUSUAL_METHODS
from conformance.suite.test_request import LOCALES, OTHER_CONTENT_TYPES
from conformance.suite.test_robustness import HOSTILE, QUERIES

Named = Iterator[tuple[str, Call]]
UNKNOWN: CampaignKey = (1, 2_000_000_001)


DRAWN = 40
"""Calls of each kind that hypothesis draws."""


def generated(context: CallContext) -> Named:
    """What it is, and the call."""
    yield from _bodies(context)
    yield from _paths(context)
    yield from _named_calls(context)
    yield from _triggers(context)
    yield from _fuzz(context)
    yield from _robustness(context)
    yield from _methods(context)
    yield from _headers(context)
    yield from _authorization(context)


def _bodies(context: CallContext) -> Named:
    held = list(context.present)
    for defect, forms in BODY_FORMS.items():
        for form in forms:
            yield (
                f"body: {defect}",
                with_body(context.key, form(held[:2]), base_path=context.base_path),
            )
    for defect, makers in BAD_ITEMS.items():
        for make in makers:
            for position in (0, 1, 3):
                body = among_good(make(held[-1]), held[:3], position)
                call = with_body(context.key, body, base_path=context.base_path)
                yield f"item among good ones: {defect}", call


def _paths(context: CallContext) -> Named:
    vdns = (2, 9999, context.key[0] + 1)
    for defect in PATH_DEFECTS:
        for target in path_targets(
            defect, context.key, base_path=context.base_path, other_vdn=vdns
        ):
            yield (
                f"path: {defect}",
                changed(delete(context.key, context.present[:1]), target=target),
            )


def _named_calls(context: CallContext) -> Named:
    for named_call in (*catalogue(context), *in_any_campaign(), *pairs(context)):
        yield f"call: {named_call.behaviour}", named_call.make(context)
    for sequence in in_a_large_campaign():
        for named_call in sequence:
            yield f"call: {named_call.behaviour}", named_call.make(context)


def _triggers(context: CallContext) -> Named:
    for code in FAILURE_CODES:
        for trigger in triggers_for(code, context.key, base_path=context.base_path):
            yield f"trigger of {code.value}: {trigger.name}", trigger.make(list(context.present))


@cache
def _drafts() -> tuple[tuple[str, Any], ...]:
    """Drawing them is the slowest part: once for all stages."""
    found = [(f"fuzz coverage, {what.split(':')[0]}", draft) for what, draft in coverage_drafts()]
    found += [("fuzz, drawn positive", draft) for draft in drawn_from(drafts("positive"), DRAWN)]
    found += [("fuzz, drawn negative", draft) for draft in drawn_from(drafts("negative"), DRAWN)]
    return tuple(found)


def _fuzz(context: CallContext) -> Named:
    held = list(context.present)
    for what, draft in _drafts():
        yield what, draft(context.key, held, context.base_path)
    bodies = [each.body(held) for each in drawn_from(bad_lists(), DRAWN)]
    bodies += [each.body(held) for each in drawn_from(any_defect(), DRAWN)]
    for body in bodies:
        yield "drawn defects", with_body(context.key, body, base_path=context.base_path)


def _robustness(context: CallContext) -> Named:
    for make in HOSTILE:
        body = make(context.present[0])
        yield "hostile body", with_body(context.key, body, base_path=context.base_path)
    for text in QUERIES:
        call = delete(context.key, context.present[:1], base_path=context.base_path)
        yield "hostile query", changed(call, target=f"{call.target}?{text}")
    for value in drawn_from(json_values, DRAWN):
        in_item = [{"accessCode": value}]
        for root in (value, *({"callerNo": listed} for listed in (value, [value], in_item))):
            yield "any JSON", with_body(context.key, body_of(root), base_path=context.base_path)


def _methods(context: CallContext) -> Named:
    one = delete(context.key, context.present[:1], base_path=context.base_path)
    for method in (*METHODS, *UNUSUAL_METHODS, "POST"):
        yield f"method {method}", changed(one, method=method)
    read = changed(one, method="GET")
    yield "override DELETE", with_header(read, "X-HTTP-Method-Override", "DELETE")
    yield "look", query(context.key, base_path=context.base_path)
    yield (
        "add",
        add(context.key, context.absent, base_path=context.base_path, priority=context.priority),
    )


def _headers(context: CallContext) -> Named:
    one = delete(context.key, context.present[:1], base_path=context.base_path)
    for content_type in OTHER_CONTENT_TYPES:
        yield f"Content-Type {content_type}", with_header(one, "Content-Type", content_type)
    yield "no Content-Type", without_header(one, "Content-Type")
    for locale in LOCALES:
        yield "locale", with_header(one, "locale", locale)


def _authorization(context: CallContext) -> Named:
    held = list(context.present)
    unknown = delete(UNKNOWN, held[:1], base_path=context.base_path)
    yield "unauthorised, unknown campaign", changed(unknown, credential=OMITTED)
    one = delete(context.key, held[:1], base_path=context.base_path)
    yield "signed query", changed(one, target=f"{one.target}?trace=1", credential="query-changed")
    for count in (2, 90, 100, 101, 300):
        many = delete(context.key, filled(held, count), base_path=context.base_path)
        yield (
            f"{'at most' if count <= 100 else 'more than'} 100 numbers, some of them derived",
            many,
        )
    for count in (1, 2, len(held)):
        yield "own numbers alone", delete(context.key, held[:count], base_path=context.base_path)
    yield "own numbers alone", delete(context.key, held * 20, base_path=context.base_path)


# -- spellings ---------------------------------------------------------------------------------


def _rewritten(call: Call, chance: random.Random, uris: tuple[str, ...]) -> Call:
    name = chance.choice((
        "X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "X-Original-URL",
        "X-Rewrite-URL", "X-Original-URI",
        "X-Forwarded-Prefix", "X-Forwarded-Path", "X-Forwarded-Uri", "Destination", "X-Campaign-Id",
        "X-Forwarded-Host", "X-Number",
        "Content-Type", "Content-Encoding", "Connection", "Cookie", "X-Callerno", "X-Anything",
        "Expect", "X_HTTP_METHOD",
    ))  # fmt: skip
    value = chance.choice((
        "DELETE", "POST", "put", "%44ELETE", "P%4fST", *uris, *uris, "1002", "5245241", "*", "all",
        "x", "h.example", "gzip",
        "application/json", "text/plain", "callerNo=5245241", "/", "100-continue",
        f"{PATH_PREFIX}/1/1002", "close",
    ))  # fmt: skip
    return changed(call, headers=(*call.headers, (name, value)))


def _queried(call: Call, chance: random.Random, uris: tuple[str, ...]) -> Call:
    name = chance.choice((
        "_method", "%5Fmethod", "httpMethod", "campaignId", "c%61mpaignId", "vdnId", "callerNo",
        "accessCode", "number", "x", "hour",
        "path", "url", "all", "trace", "x-http-method-override", "id", "number[$ne]", "locale",
    ))  # fmt: skip
    value = chance.choice((
        "DELETE", "POST", "1002", "2", "5245241", "524%35241", "*", "%25", "", "all", "true", *uris,
        "10", "x", "null", "%27%20OR%20%271",
    ))  # fmt: skip
    joint = "&" if "?" in call.target else "?"
    return changed(call, target=f"{call.target}{joint}{name}={value}")


Spelling = Callable[[str], str]

_SEGMENTS: tuple[Spelling, ...] = (
    lambda last: f"0{last}", lambda last: f"+{last}", lambda last: f"%20{last}",
    lambda last: f"{last}.0", lambda last: f"{last};v=1",
    lambda last: f"{last}/", lambda last: f"{last}//", lambda last: f"{last}/.",
    lambda last: f"{last}/..", lambda last: f"x/../{last}",
    lambda last: f"{last}%00", lambda last: f"{last}%2f..%2f1002", lambda last: f"..%2f{last}",
    lambda last: f"../{last}",
    lambda last: f"%2e%2e/{last}", lambda last: f"..;/{last}", lambda last: f"{last}%3Fx",
    lambda last: f"{last}#x",
    lambda last: "".join(f"%3{digit}" if digit.isdigit() else digit for digit in last),
    lambda last: f"{last}/5245241",
    lambda last: f"{last};callerNo=5245241", lambda _: "*", lambda _: "%25",
    lambda _: "1%20OR%201=1", lambda _: "", lambda _: "1002",
    lambda last: f"{last}/../1002", lambda last: f"..\\{last}", lambda last: f"%c0%ae%c0%ae/{last}",
    lambda last: f"%252e%252e/{last}",
    lambda last: f"%25252e%25252e/{last}", lambda last: f"%2525252e%2525252e/{last}",
    lambda last: f"．．/{last}", lambda last: f"{last};x",
)  # fmt: skip
_WHOLE: tuple[Spelling, ...] = (
    lambda path: path.replace("callerNo", "CALLERNO"),
    lambda path: path.replace("callerNo", "c%61llerNo"), lambda path: f"/{path}",
    lambda path: path.replace("/callerNo", ""), lambda path: path.replace("callerNo", "callerNo;x"),
    lambda path: f"http://h{path}",
    lambda path: path.replace("/1/", "/%31/"), lambda path: path.replace("/1/", "//"),
    lambda path: path.replace("/1/", "/2/"),
    lambda path: path.replace("/1/", "/./1/"),
    lambda path: path.replace("/callerNo/", "/callerNo//"), lambda path: path.upper(),
    lambda path: path.replace("/callerNo/", "/1002/../callerNo/"),
    lambda path: path.replace("/callerNo/", "%2FcallerNo%2F"),
)  # fmt: skip


def _respelt(call: Call, chance: random.Random, _: tuple[str, ...]) -> Call:
    path, mark, rest = call.target.partition("?")
    head, last = path.rsplit("/", 1)
    respelt = f"{head}/{chance.choice(_SEGMENTS)(last)}"
    made = respelt if chance.random() < 0.7 else chance.choice(_WHOLE)(path)
    return changed(call, target=made + mark + rest)


def _by_method(call: Call, chance: random.Random, _: tuple[str, ...]) -> Call:
    return changed(call, method=chance.choice(_ANY_METHOD))


_ANY_METHOD = (
    "GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "delete", "get", "post", "LINK", "MOVE",
    "PURGE", "UNLINK", "TRACE", "FOO",
)  # fmt: skip


_INSERTED = (b"5", b",0", b"%", b"*", b"null", b" ", b"\\u0035", b'"')


def _rebodied(call: Call, chance: random.Random, _: tuple[str, ...]) -> Call:
    body = call.body
    at = chance.randrange(len(body) + 1)
    made = chance.choice((
        b"", b"\xef\xbb\xbf" + body, body[:-1], body[:at],
        body[:at] + bytes([chance.randrange(256)]) + body[at + 1 :],
        body[:at] + chance.choice(_INSERTED) + body[at:],
        body.replace(b"}]}", b'}],"callerNo":[]}'), body.replace(b"}]}", b'}],"campaignId":1002}'),
        body.replace(b"}]}", b"},{}]}"),
        body.replace(b"}]}", b'}],"all":true}'), body.replace(b"}]}", b'}],"hour":"10"}'),
        body.replace(b'"accessCode"', b'"accesscode"'),
        body.replace(b"}]}", b'}],"_method":"POST"}'), body.replace(b"}]}", b'}],"path":"/x"}'),
        body.replace(b"}]}", b'},{"accessCode":"1"}]}'),
        body.decode("utf-8", "replace").encode("utf-16"),
        body.replace(b':"', b":").replace(b'"}', b"}"), b"[" + body + b"]",
    ))  # fmt: skip
    return changed(call, body=made)


_MUTATIONS = (_rewritten, _queried, _respelt, _by_method, _rebodied)


def mutated(call: Call, chance: random.Random, uris: tuple[str, ...]) -> Call:
    """The call with one to three of its parts made odd; `uris`: paths to be rewritten to."""
    for _ in range(chance.randint(1, 3)):
        call = chance.choice(_MUTATIONS)(call, chance, uris)
    return call
