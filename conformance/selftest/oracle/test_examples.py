"""What the document itself shows is accepted: the published exchange, and each code of its table
where its text is true.
"""

import pytest

from conformance.contract import CONTENT_TYPE, FAILURE_CODES
from conformance.exchange import Call, Contents, Exchange, History, Reply, Setting
from conformance.oracle import DEFECTS, judge
from conformance.oracle.defects import fitting_codes

KEY = (1, 1001)
REQUEST = b'{"callerNo":[ {"accessCode":"5245241"} ]}'
RESPONSE = (
    b'{ "resultCode": "0200000", "resultDesc": "delete callerNo success.num:1", '
    b'"returnCode": "0200000", "returnDesc": "delete callerNo success.num:1" }'
)
EXCHANGE = Exchange(
    number=1,
    call=Call(
        method="DELETE",
        target="/rest/isales/v1/openapi/campaigns/1/callerNo/1001",
        headers=(("Content-Type", CONTENT_TYPE),),
        body=REQUEST,
    ),
    outcome=Reply(status=200, headers=(("Content-Type", "application/json"),), body=RESPONSE),
    start=0.0,
    end=0.1,
)


def setting(*numbers: str) -> Setting:
    return Setting(campaigns=((KEY, Contents(numbers=frozenset(numbers))),))


def test_the_published_exchange_is_accepted() -> None:
    judgement = judge(History(setting=setting("5245241", "5245242"), exchanges=(EXCHANGE,)))
    assert not judgement.findings
    assert {"example.exchange", "response.count", "response.success-code", "reply.json"} <= set(
        judgement.cases
    )


def test_the_published_exchange_on_a_campaign_with_one_number_is_not() -> None:
    found = judge(History(setting=setting("5245241"), exchanges=(EXCHANGE,))).findings
    assert [finding.clause for finding in found] == ["restriction.last-number"]


@pytest.mark.parametrize("code", FAILURE_CODES)
def test_each_failure_code_fits_some_defect_or_combination(code: str) -> None:
    """Two of the table fit no defect of a call alone: they are about combinations, which the
    document leaves open.
    """
    fitting = fitting_codes(tuple(DEFECTS))
    assert code in fitting or code in {"02000009", "02000010"}
