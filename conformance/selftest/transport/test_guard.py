"""What the guard lets through and what it withholds, call by call."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.contract import CONTENT_TYPE, PATH_PREFIX
from conformance.exchange import OMITTED, Call, CampaignKey
from conformance.generation.calls import add, changed, delete, with_body
from conformance.transport import Guard, OwnNumbers, TransportOptions, parse_address
from conformance.transport.guard import no_changes

WHOLE, UNSEEN, FOREIGN, STRANGE = (1, 1001), (1, 1002), (2, 2001), (1, 1003)
BASE = "/gw"
OWN = ("8947689449409", "4339712387634", "9368794923458")
ORIGINAL, OTHERS_ORIGINAL = "5245241", "4008123456"
WIDE = OWN[0].translate(str.maketrans("0123456789", "０１２３４５６７８９"))
JSON = (("Content-Type", CONTENT_TYPE),)
FAULTLESS = json.dumps({"callerNo": [{"accessCode": OWN[0]}]}).encode()


def opened() -> Guard:
    own = OwnNumbers()
    own.announce((*OWN, "7", "004"))
    guard = Guard(listed=[WHOLE, UNSEEN, FOREIGN], path_prefix=PATH_PREFIX, base_path=BASE, own=own)
    guard.recoverable.add(WHOLE)
    guard.originals = {WHOLE: frozenset({ORIGINAL}), UNSEEN: frozenset({OTHERS_ORIGINAL})}
    return guard


GUARD = opened()


def path(vdn: object, campaign: object) -> str:
    return f"{BASE}{PATH_PREFIX}/{vdn}/callerNo/{campaign}"


def sent(target: str, method: str = "DELETE", *more: tuple[str, str], body: bytes = b"?") -> bool:
    content = FAULTLESS if body == b"?" else body
    return GUARD(Call(method=method, target=target, headers=(*JSON, *more), body=content)) is None


def removal(key: CampaignKey, *numbers: str) -> Call:
    return delete(key, numbers, base_path=BASE)


def body(key: CampaignKey, text: bytes) -> Call:
    return with_body(key, text, base_path=BASE)


def campaign(campaign_id: int) -> str:
    return f"{BASE}{PATH_PREFIX}/1/{campaign_id}"


# -- reads -------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("target", ["/", "/any?x=1", campaign(1003), campaign(1001) + "?x=%25"])
def test_reads_go_anywhere(method: str, target: str) -> None:
    assert GUARD(Call(method=method, target=target)) is None
    assert no_changes(Call(method=method, target=target)) is None


@pytest.mark.parametrize(
    "call",
    [
        Call(method="get", target="/x"),
        Call(method="GET", target="/x", body=b"{}"),
        Call(method="GET", target=path(1, 1003)),
        Call(method="GET", target=path(1, 1003).replace("callerNo", "c%2561llerNo")),
        Call(method="GET", target="/x", headers=(("X-HTTP-Method-Override", "DELETE"),)),
        Call(method="GET", target="/x", headers=(("X_Original_Url", path(1, 1003)),)),
        Call(method="GET", target="/x?%5fmethod=DELETE"),
        Call(method="GET", target="/x?what=delete"),
        Call(method="GET", target="/x?url=/y"),
    ],
)
def test_what_looks_like_a_read_and_may_be_none_is_withheld(call: Call) -> None:
    assert GUARD(call)
    assert no_changes(call)


def test_a_transport_without_a_guard_of_its_own_changes_nothing() -> None:
    guard = TransportOptions(address=parse_address("http://h")).guard
    assert guard(Call(method="GET", target="/x")) is None
    assert guard(removal(WHOLE, OWN[0]))
    assert guard(Call(method="POST", target="/callerNo/0"))


# -- exact calls -------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [WHOLE, UNSEEN, FOREIGN])
def test_deletions_of_own_numbers_go_to_every_listed_campaign(key: CampaignKey) -> None:
    assert GUARD(removal(key, OWN[0])) is None
    assert GUARD(removal(key, *OWN * 60)) is None
    assert GUARD(removal(key, OWN[0][:-1], "0" + OWN[1])) is None
    assert GUARD(changed(removal(key, OWN[0]), credential=OMITTED)) is None
    assert sent(path(*key), "DELETE", ("locale", "en_US"), ("Accept-Encoding", "gzip"))
    assert sent(path(*key) + "?trace=1&hour=10")


@pytest.mark.parametrize("key", [WHOLE, UNSEEN, FOREIGN])
def test_additions_of_own_numbers_go_to_every_listed_campaign(key: CampaignKey) -> None:
    assert GUARD(add(key, OWN, base_path=BASE)) is None
    assert GUARD(add(key, OWN, base_path=BASE, priority=3)) is None


MALFORMED = (
    b"", b"{}", b"null", b'{"callerNo":[]}', b'{"callerNo":null}',
    b'{"callerNo":[{"accessCode":""}]}', FAULTLESS[:-1],
    b"\xef\xbb\xbf" + FAULTLESS, FAULTLESS.decode().encode("utf-16"),
    FAULTLESS.replace(b"}]}", b"},{}]}"),
    FAULTLESS.replace(b"}]}", b'}],"all":true}'), FAULTLESS.replace(b"}]}", b'}],"callerNo":[]}'),
    FAULTLESS.replace(OWN[0].encode(), b"\\u0038947689449409"),
    FAULTLESS.replace(OWN[0].encode(), OWN[0].encode() + b"%"),
    FAULTLESS.replace(OWN[0].encode(), b"7"), FAULTLESS.replace(OWN[0].encode(), b"123456789012"),
    FAULTLESS.replace(OWN[0].encode(), OWN[0].encode() + b",0"),
    FAULTLESS.replace(OWN[0].encode(), OWN[0][1:].encode()),
)  # fmt: skip


@pytest.mark.parametrize("text", MALFORMED)
def test_what_could_be_read_as_all_goes_only_where_it_can_be_put_back(text: bytes) -> None:
    assert GUARD(body(WHOLE, text)) is None
    for key in (UNSEEN, FOREIGN, STRANGE):
        assert GUARD(body(key, text))


def test_the_reason_says_what_to_do() -> None:
    reason = str(GUARD(body(UNSEEN, b"")))
    assert "all numbers of campaign 1/1002" in reason
    assert "number of your own in the target file, or give this one's `numbers`" in reason


@pytest.mark.parametrize("method", ["PUT", "PATCH", "PURGE", "TRACE", "GET"])
def test_other_methods_go_only_where_it_can_be_put_back(method: str) -> None:
    assert sent(path(*WHOLE), method)
    assert not sent(path(*UNSEEN), method)


@pytest.mark.parametrize(
    "more",
    [
        ("Content-Type", "text/plain"),
        ("Content-Encoding", "gzip"),
        ("Connection", "content-type"),
        ("X-Number", "13800138000"),
    ],
)
def test_headers_that_lose_the_body_or_add_a_number(more: tuple[str, str]) -> None:
    assert sent(path(*WHOLE), "DELETE", more)
    assert not sent(path(*UNSEEN), "DELETE", more)


def test_a_body_whose_type_is_not_told() -> None:
    call = Call(method="DELETE", target=path(*WHOLE), body=FAULTLESS)
    assert GUARD(call) is None
    assert GUARD(Call(method="DELETE", target=path(*UNSEEN), body=FAULTLESS))


def test_additions_have_the_documented_form_and_announced_numbers() -> None:
    assert GUARD(add(WHOLE, ["7"], base_path=BASE)) is None
    assert GUARD(add(UNSEEN, ["7"], base_path=BASE))
    assert GUARD(add(WHOLE, [OWN[0][:-1]], base_path=BASE))
    assert GUARD(add(WHOLE, OWN * 34, base_path=BASE))
    null, further = b'},{"accessCode":null}]}', b'}],"x":1}'
    for text in (b"", FAULTLESS.replace(b"}]}", null), FAULTLESS.replace(b"}]}", further)):
        assert not sent(path(*WHOLE), "POST", body=text)
        assert not sent(path(*WHOLE), "post", body=text)


CONDITIONS = (
    b"' OR '1'='1", b"1' or 1=1", b"') OR (1=1", b"1'||'1", b"1; DROP TABLE x", b"x'='y", b"1 < 2",
    b"x' | '1", b"' union select 1", b"x' between '0' and 'z", b"x' XOR '1", b"x' is not null",
    b"7' --", b"'/*", b"0#",
)  # fmt: skip


@pytest.mark.parametrize("text", CONDITIONS)
def test_conditions_that_hold_in_every_campaign_are_not_sent_at_all(text: bytes) -> None:
    assert GUARD(body(WHOLE, b'{"callerNo":[{"accessCode":"' + text + b'"}]}'))
    assert not sent(path(*WHOLE) + "?x=%27%20OR%20%271%27=%271")


def test_a_query_that_is_cut_off_behind_own_numbers_finds_nobody_elses() -> None:
    made = f"""{{"callerNo":[{{"accessCode":"{OWN[0]}' --"}}]}}"""
    assert GUARD(body(WHOLE, made.encode())) is None
    assert GUARD(body(WHOLE, made.replace("]}", ',{"accessCode":"7"}]}').encode()))


# -- originals ---------------------------------------------------------------------------------

NAMING = (
    ORIGINAL, ORIGINAL + "%", " " + ORIGINAL, "５２４５２４１", "%35245241", "\\u0035245241",
    "&#53;245241", f"{OWN[0]},{ORIGINAL}", "%2535245241",
)  # fmt: skip


@pytest.mark.parametrize("text", NAMING)
def test_no_call_names_an_original(text: str) -> None:
    made = b'{"callerNo":[{"accessCode":"' + text.encode() + b'"}]}'
    assert "5245241" in str(GUARD(body(WHOLE, made)))
    assert GUARD(body(WHOLE, made[:-1]))
    assert GUARD(body(WHOLE, made.decode().encode("utf-16")))
    assert GUARD(body(UNSEEN, made))
    assert not sent(path(*WHOLE) + f"?x={ORIGINAL}")
    with GUARD.naming_originals(UNSEEN):
        assert GUARD(body(WHOLE, made))


@pytest.mark.parametrize("number", [b"5245241", b"5245241.0", b"5.245241e6", b"-5245241"])
def test_a_number_of_json_names_an_original_as_well(number: bytes) -> None:
    assert GUARD(body(WHOLE, b'{"callerNo":[{"accessCode":' + number + b"}]}"))


def test_longer_numbers_and_hours_are_no_originals() -> None:
    guard = opened()
    guard.originals[WHOLE] = frozenset({ORIGINAL, "10"})
    assert guard(body(WHOLE, b'{"callerNo":[{"accessCode":"15245241"}],"hour":"10"}')) is None
    assert guard(body(WHOLE, b'{"callerNo":[{"accessCode":"10"}]}'))


def test_the_opener_names_originals_of_one_campaign() -> None:
    guard = opened()
    taking = removal(UNSEEN, OTHERS_ORIGINAL, OWN[0])
    giving = add(UNSEEN, [OTHERS_ORIGINAL], base_path=BASE, priority=1)
    with guard.naming_originals(UNSEEN):
        with guard.naming_originals(UNSEEN):
            assert guard(taking) is None
        assert guard(giving) is None
        assert guard(removal(WHOLE, OTHERS_ORIGINAL))
        assert guard(removal(WHOLE, ORIGINAL))
        assert guard(removal(UNSEEN, OTHERS_ORIGINAL, "13800138000"))
        assert guard(removal(UNSEEN, OTHERS_ORIGINAL, ORIGINAL))
        assert guard(changed(taking, method="PUT"))
        assert guard(changed(taking, body=taking.body[:-1]))
        assert guard(changed(taking, target=f"{taking.target}?x=1"))
    assert guard(taking)
    assert guard(giving)


# -- any other call ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target",
    [
        path(1, 1003), path(2, 1001), path(9999, 1001), path(0, 1001), path("x", 1001), path(1, 0),
        path(1, -5), path(1, 2**32), path(1, "abc"),
        path(1, "%31003"), path(1, "%2531003"), path("0001", 1001), path(1, "%201003"),
        path(1, "1003.0"), path(1, "1003;v"),
        path(1, "1003/"), path(1, "x/../1001"), path(1, "1003?trace=1"), path(1, "null%2Cnull"),
        path(1, "9" * 5000), path("%7BvdnId%7D", 1),
        path(1, "1003").replace("callerNo", "CALLERNO"),
        path(1, "1003").replace("callerNo", "c%61llerNo"), path(1, "1003?callerNo=" + OWN[0]),
        path(1, "１００３"), path(1, "1003?campaignId=1002"), path(1, "1003?_method=DELETE"),
    ],
)  # fmt: skip
def test_own_numbers_are_removed_anywhere(target: str) -> None:
    assert sent(target)
    assert sent(target, "delete")
    assert sent(target, "GET")
    assert not sent(target, "POST")
    assert not sent(target, "PUT")
    assert not sent(target, body=FAULTLESS.replace(OWN[0].encode(), b"13800138000"))
    assert not sent(target, body=b'{"callerNo":[]}')


@pytest.mark.parametrize(
    "target",
    [
        f"{BASE}{PATH_PREFIX}/1/1003", f"{BASE}{PATH_PREFIX}/1", f"{BASE}{PATH_PREFIX}", "/", "*",
        f"http://h{path(1, 1001)}", f"/{path(1, 1001)}",
        f"{PATH_PREFIX}/1/callerNo/1001", path(1, ""), path("", 1001), path(1, "1003/.."),
        path(1, "..%2F1001"), path(1, "../1001"),
        path(1, "%2e%2e/1001"), path(1, "%252e%252e/1001"), path(1, "%2525252e%2525252e/1001"),
        path(1, "..;/1001"), path(1, "..%5c1001"),
        path(1, "%c0%ae%c0%ae/1001"), path(1, "．．／1001"), path(1, "%00"), path(1, "%23x"),
        path(1, "1%20OR%201=1"), path(1, "'"), path(1, "*"),
        path(1, "%25"), path(1, "1003/13800138000"), path(1, "1003;callerNo=13800138000"),
        path("1/1003/..", 1001), path(1, "1003--"),
        path(1, "1003?callerNo="), path(1, "1003?all=true"), path(1, "1003?x=1"),
        path(1, "1003?number[$ne]=" + OWN[0]), path(1, "1003#x"),
        path(1, "1003?callerNo=%2A"), path(1, "1003?url=/x"), path(1, "1003?_method=POST"),
        path(1, "1003?_method=%50UT"),
    ],
)  # fmt: skip
def test_nothing_else_is_removed_anywhere(target: str) -> None:
    assert not sent(target)


@pytest.mark.parametrize(
    "text",
    [
        {"callerNo": [{"accessCode": OWN[0][:-1] + "a"}]},
        {"callerNo": [{"accessCode": OWN[0] + "5" * 12}]},
        {"callerNo": [{"accessCode": int(OWN[0])}]},
        {"callerNo": [{"accessCode": number} for number in OWN * 50]},
        {"callerNo": [{"accessCode": OWN[0], "priority": 3}], "hour": "10", "campaignId": 3},
    ],
)
def test_defects_that_name_own_numbers_are_sent_anywhere(text: object) -> None:
    assert sent(path(1, 1003), body=json.dumps(text).encode())


@pytest.mark.parametrize(
    "text",
    [
        {"callerNo": [{"accessCode": OWN[0]}, None]},
        {"callerNo": [{"accessCode": OWN[0], "x": OWN[0]}]},
        {"callerNo": [{"accessCode": {"not": OWN[0]}}]},
        {"callerNo": [{"accessCode": [OWN[0]]}]},
        {"callerNo": [{"accessCode": OWN[0]}], "path": "/x"},
        {"callerNo": [{"accessCode": OWN[0]}], "_method": "POST"},
        {"callerNo": [{"accessCode": -int(OWN[0])}]},
        {"callerNo": [{"accessCode": OWN[0] + "-" + OWN[1]}]},
        {"callerNo": [{"accessCode": WIDE}]},
        {"callerno": [{"accessCode": OWN[0]}]},
        {"callerNo": [{"AccessCode": OWN[0]}]},
        {"callerNo": {"0": {"accessCode": OWN[0]}}},
        [{"accessCode": OWN[0]}],
    ],
)
def test_other_defects_are_not(text: object) -> None:
    assert not sent(path(1, 1003), body=json.dumps(text, ensure_ascii=False).encode())


@pytest.mark.parametrize(
    "more",
    [
        ("X-HTTP-Method-Override", "DELETE"),
        ("X-HTTP-Method", "delete"),
        ("X-Original-URL", path(1, 1003)),
        ("X-Rewrite-URL", path(9999, 1001)),
        ("X-Forwarded-Host", "h.example"),
        ("X-Campaign-Id", "1003"),
    ],
)
def test_overrides_and_rewriting_that_keep_to_removing_are_sent(more: tuple[str, str]) -> None:
    for key in (WHOLE, UNSEEN, STRANGE):
        assert sent(path(*key), "DELETE", more)
        assert sent(path(*key), "GET", more)
        assert not sent(path(*key), "DELETE", more, body=b"{}")


@pytest.mark.parametrize(
    "more",
    [
        ("X-HTTP-Method-Override", "POST"),
        ("X-Method-Override", "P%55T"),
        ("X-HTTP-Method", "%44ELETE"),
        ("X-Original-URL", f"{BASE}{PATH_PREFIX}/1/1003"),
        ("X-Rewrite-URL", "/"),
        ("X-Forwarded-Prefix", BASE),
        ("Destination", "http://h" + path(1, 1003)),
        ("X-Original-URI", path(1, 1003) + "?callerNo=13800138000"),
        ("X-Campaign-Numbers", "13800138000"),
    ],
)
def test_others_are_not(more: tuple[str, str]) -> None:
    for key in (WHOLE, UNSEEN, STRANGE):
        assert not sent(path(*key), "DELETE", more)


@given(st.text(max_size=60), st.binary(max_size=60))
def test_any_target_and_body_gets_an_answer(target: str, text: bytes) -> None:
    sent("/" + target, body=text)
    sent(path(1, target), body=text)
    sent(path(*WHOLE) + "?" + target, body=text)
