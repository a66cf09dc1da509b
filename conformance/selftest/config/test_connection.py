from pathlib import Path

import pytest

from conformance.config import Secret, guard, load_target, transport_options
from conformance.generation.calls import add, delete, query
from conformance.transport import AuthV2, CommandHeader, FixedHeader, NoHeader, OwnNumbers
from conformance.transport.guard import everything

GIVEN = {
    "base_url": "https://gw/isales",
    "vdn_id": "1",
    "campaigns": "1001,1002",
    "foreign": "2/2001",
    "auth.access_key": "ak",
    "auth.secret_key": "sk",
    "safe.unknown_campaigns": "999",
}


def test_every_limit_reaches_the_transport() -> None:
    limits = {
        "pace.requests_per_second": "2",
        "pace.concurrency": "3",
        "pace.max_requests": "4",
        "pace.timeout_seconds": "5",
    }
    options = transport_options(
        load_target(None, {}, GIVEN | limits | {"network.proxy": "http://u:pw@p:3"}),
        recorder=Path("x"),
    )
    assert (options.pace.requests_per_second, options.pace.concurrency) == (2.0, 3)
    assert (options.budget.max_requests, options.timeout_seconds) == (4, 5.0)
    assert options.recorder == Path("x")
    assert options.proxy is not None
    assert (options.proxy.url, options.proxy.user, options.proxy.password) == (
        "http://p:3",
        "u",
        "pw",
    )


def test_the_guard_knows_what_is_listed() -> None:
    own = OwnNumbers()
    own.announce(["8947689449409"])
    made = guard(load_target(None, {}, GIVEN), own)
    for key in ((1, 1001), (1, 1002), (2, 2001)):
        assert made(add(key, ["8947689449409"], base_path="/isales")) is None
    for key in ((2, 1001), (1, 999), (1, 1003)):
        assert made(delete(key, ["8947689449409"], base_path="/isales")) is None
        assert made(add(key, ["8947689449409"], base_path="/isales"))
        assert made(delete(key, ["13800138000"], base_path="/isales"))
    assert made(delete((1, 1001), ["8947689449409"]))


def test_the_prefix_of_numbers_reaches_the_guard() -> None:
    made = guard(load_target(None, {}, GIVEN | {"numbers.prefix": "8610"}))
    made.own.announce(["8610123456789", "861012345678"])
    assert made(delete((7, 7), ["8610123456789"], base_path="/isales")) is None
    assert made(delete((7, 7), ["861012345678"], base_path="/isales"))


def test_without_a_guard_of_the_run_only_reads_are_sent() -> None:
    options = transport_options(load_target(None, {}, GIVEN))
    assert options.guard(query((1, 1001), base_path="/isales")) is None
    assert options.guard(delete((1, 1001), ["8947689449409"], base_path="/isales"))
    assert transport_options(load_target(None, {}, GIVEN), rule=everything).guard is everything


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({}, AuthV2),
        ({"auth.scheme": "none"}, NoHeader),
        ({"auth.scheme": "header", "auth.header": "x"}, FixedHeader),
        ({"auth.scheme": "header", "auth.command": "./sign"}, CommandHeader),
    ],
)
def test_schemes(options: dict[str, str], kind: type) -> None:
    assert isinstance(transport_options(load_target(None, {}, GIVEN | options)).authorizer, kind)


def test_a_signed_length_is_always_sent() -> None:
    assert transport_options(
        load_target(None, {}, GIVEN | {"auth.signed_headers": "host,content-length"})
    ).length_always


def test_a_signed_type_is_always_sent() -> None:
    assert transport_options(
        load_target(None, {}, GIVEN | {"auth.signed_headers": "host,content-type"})
    ).type_always.endswith("charset=UTF-8")
    assert not transport_options(load_target(None, {}, GIVEN)).type_always


def test_secrets_do_not_show() -> None:
    secret = Secret("hunter2")
    assert [str(secret), repr(secret), f"{secret}", f"{secret:>6}", repr([secret])] == [
        "****",
        "****",
        "****",
        "  ****",
        "[****]",
    ]
    assert secret.reveal() == "hunter2"
    assert secret == Secret("hunter2")
    assert len({secret, Secret("hunter2")}) == 1
