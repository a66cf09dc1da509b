"""Every key of the target file, with what its value may be."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from conformance.config import values
from conformance.config.target import CodeTrigger
from conformance.contract import FAILURE_CODES, MAX_NUMBER_LENGTH, VDN_ID_RANGE

LARGEST_ID = 2**31 - 1
VARIABLE_PREFIX = "ISALES_"

_PREFIX_DIGITS = 12
"""So many digits leave room for enough different numbers behind them."""

vdn_id = values.integer(VDN_ID_RANGE.start, VDN_ID_RANGE.stop - 1)
campaign_id = values.integer(1, LARGEST_ID)
numbers = values.listed(values.digits(MAX_NUMBER_LENGTH), "a list of calling numbers")


def campaign(value: object) -> dict[str, Any]:
    """A campaign id, or a table of id and numbers."""
    if isinstance(value, dict):
        words = 'an id, or a table { id = 1001, numbers = ["5245241"] }'
        return values.table(
            value, {"id": campaign_id, "numbers": numbers}, words, needed=frozenset({"id"})
        )
    return {"id": campaign_id(value)}


def foreign(value: object) -> dict[str, Any]:
    """A campaign of another VDN; as text also `2/2001`."""
    if isinstance(value, values.GivenText) and value.count("/") == 1:
        vdn, _, own = value.partition("/")
        value = {"vdn_id": values.GivenText(vdn), "campaign_id": values.GivenText(own)}
    members = {"vdn_id": vdn_id, "campaign_id": campaign_id, "numbers": numbers}
    words = "a table { vdn_id = 2, campaign_id = 2001 }"
    return values.table(value, members, words, needed=frozenset({"vdn_id", "campaign_id"}))


def trigger(value: object) -> CodeTrigger:
    """A call of the user's own."""
    members = {
        "name": values.text,
        "method": values.text,
        "query": values.any_text,
        "body": values.any_text,
    }
    words = "a table of name and, where wanted, method, query and body"
    return CodeTrigger(**values.table(value, members, words, needed=frozenset({"name"})))


KEYS: Mapping[str, values.Reader] = MappingProxyType(
    {
        "base_url": values.text,
        "vdn_id": vdn_id,
        "campaigns": values.listed(
            campaign, "a list of at least one campaign, as in [1001, 1002]", least=1
        ),
        "foreign": foreign,
        "auth.scheme": values.one_of("auth-v2", "header", "none"),
        "auth.access_key": values.text,
        "auth.secret_key": values.text,
        "auth.signed_headers": values.listed(values.header_name, "a list of header names", least=1),
        "auth.milliseconds": values.flag,
        "auth.header": values.text,
        "auth.command": values.command,
        "tls.ca_file": values.text,
        "tls.verify": values.flag,
        "tls.client_cert": values.text,
        "tls.client_key": values.text,
        "pace.requests_per_second": values.positive_number,
        "pace.concurrency": values.integer(1, 1000),
        "pace.timeout_seconds": values.positive_number,
        "pace.patience_seconds": values.positive_number,
        "pace.max_requests": values.integer(1),
        "pace.max_seconds": values.positive_number,
        "pace.max_added_numbers": values.integer(0),
        "numbers.prefix": values.digits(_PREFIX_DIGITS),
        "numbers.priority": values.integer(1, 5),
        "observe.query": values.one_of("auto", "all", "first", "none"),
        "observe.settle_seconds": values.number_from_zero,
        "safety.originals": values.one_of("borrow", "keep"),
        "safety.restore_seconds": values.positive_number,
        "codes.not_applicable": values.listed(
            values.one_of(*FAILURE_CODES), 'a list of result codes, as in ["02000010"]'
        ),
        "codes.reason": values.text,
        "network.proxy": values.text,
        "safe.unknown_campaigns": values.listed(
            campaign_id, "a list of ids of campaigns that do not exist"
        ),
        "triggers": values.listed(trigger, "a list of tables [[triggers]]"),
    }
)

SECTIONS = frozenset(key.partition(".")[0] for key in KEYS if "." in key)
NEEDED = ("base_url", "vdn_id", "campaigns")
REFERABLE = frozenset(
    {"base_url", "auth.access_key", "auth.secret_key", "auth.header", "network.proxy"}
)
"""Keys whose text may be `env:NAME` or `file:PATH`."""
SECRET = frozenset({"auth.secret_key", "auth.header", "network.proxy"})
"""Keys whose value no message may show."""
FILES = frozenset({"tls.ca_file", "tls.client_cert", "tls.client_key"})


def variable(key: str) -> str:
    """The environment variable of a key."""
    return VARIABLE_PREFIX + key.replace(".", "_").upper()


def written(key: str) -> str:
    """A key as it stands in the file: `[pace] concurrency`."""
    section, dot, name = key.partition(".")
    return f"[{section}] {name}" if dot else key
