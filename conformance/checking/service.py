"""What answers behind the port: the interface, its clock, whether it takes the credentials."""

import json
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from conformance.campaigns import CampaignSet
from conformance.campaigns.liveness import lifeless
from conformance.checking import network
from conformance.checking.step import Step, error, ok, skipped, warning
from conformance.config import Target
from conformance.exchange import OMITTED, CampaignKey, Exchange, NoAnswer, Reply
from conformance.generation.calls import changed, query
from conformance.generation.paths import UNKNOWN_CAMPAIGNS
from conformance.oracle import answer_of
from conformance.transport import Transport, unreachable

MOST_SKEW = 60.0
"""Seconds by which clocks may differ before a signature with a time in it is in danger."""


def answers(target: Target, transport: Transport) -> tuple[Step, Exchange]:
    """The first call, a signed read: whether what answers is the interface."""
    exchange = transport.send(query(target.campaigns[0].key, base_path=target.address.base_path))
    if lifeless(exchange) and (plain := network.spoken_to_plainly(target)):
        return plain, exchange
    if isinstance(exchange.outcome, NoAnswer):
        return (
            error("answer", *_sentences(str(unreachable(exchange.outcome, target.address)))),
            exchange,
        )
    return _interface(exchange.outcome), exchange


def _sentences(paragraph: str) -> tuple[str, str]:
    """The first sentence of a paragraph, and the rest."""
    first, _, rest = paragraph.partition(". ")
    return first, rest


def _interface(reply: Reply) -> Step:
    if 300 <= reply.status < 400:
        says = (
            f"HTTP {reply.status}, a redirection to"
            f" {(reply.header('location') or 'nowhere')[:80]!r}; none is followed"
        )
        return error(
            "answer",
            says,
            "Is base_url the address of the interface, and not of a portal or a login page?",
        )
    if reply.status == 401 or _is_object(reply.body):
        return ok(
            "answer",
            f"HTTP {reply.status} from"
            f" {(reply.header('server') or 'a server that does not say its name')[:60]}",
        )
    advice = "Is base_url right, the path before /rest included (https://gateway/isales)?"
    if reply.status >= 500:
        advice = (
            "The server or the gateway before it is not well: ask its keeper, with the time of this"
            " call."
        )
    return error(
        "answer",
        f"HTTP {reply.status} with {reply.body[:40]!r}, which is not the interface's JSON",
        advice,
    )


def _is_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except (ValueError, RecursionError):
        return False


def clock(exchange: Exchange) -> Step:
    """Compare the server's clock with ours by the Date of a reply that has just come."""
    skew = skew_of(exchange)
    if skew is None:
        return skipped("clock", "the reply carries no Date that can be read")
    if abs(skew) <= MOST_SKEW:
        return ok("clock", f"differs by {abs(skew):.0f} s")
    says = (
        f"the server's clock is {abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} this"
        " machine's"
    )
    return warning(
        "clock",
        says,
        "Signatures carry the time: set the clock that is wrong (this machine: timedatectl).",
    )


def skew_of(exchange: Exchange) -> float | None:
    """Seconds by which the server's clock is ahead; None where it does not tell."""
    text = exchange.reply.header("date") if exchange.reply else None
    try:
        moment = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    told = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    passed = time.perf_counter() - exchange.end
    return (told - datetime.now(UTC)).total_seconds() + passed


def credentials(
    target: Target, transport: Transport, first: Exchange, *, read_only: bool
) -> list[Step]:
    """Whether signed calls are let in, and unsigned ones not."""
    if first.reply is not None and first.reply.status == 401:
        return [refused(target, first)]
    steps = [ok("credentials", f"a {_signed(target)} read is let in{_code(first)}")]
    if target.auth.scheme != "none":
        steps.append(_unsigned(transport, target.campaigns[0].key, target.address.base_path))
    if read_only:
        steps.append(skipped("signed call", "left out: --read-only"))
    return steps


def _signed(target: Target) -> str:
    return {"auth-v2": "signed", "header": "credentialed", "none": "plain"}[target.auth.scheme]


def _code(exchange: Exchange) -> str:
    code = answer_of(exchange).code
    return f" (code {code})" if code else ""


def refused(target: Target, exchange: Exchange) -> Step:
    """The error of a read that was answered with 401."""
    skew = skew_of(exchange)
    if target.auth.scheme == "none":
        return error(
            "credentials",
            "HTTP 401: the target asks for credentials",
            'Give access_key and secret_key in [auth] (scheme = "auth-v2").',
        )
    advice = "Check access_key and secret_key, that this account may use the interface"
    advice += (
        f", and signed_headers (now {', '.join(target.auth.signed_headers)})."
        if target.auth.scheme == "auth-v2"
        else "."
    )
    if skew is not None and abs(skew) > MOST_SKEW:
        advice = (
            f"First set the clocks right: they differ by {abs(skew):.0f} s, and the signature holds"
            f" the time. Then: {advice}"
        )
    return error("credentials", f"HTTP 401: a {_signed(target)} read is refused", advice)


def _unsigned(transport: Transport, key: CampaignKey, base_path: str) -> Step:
    exchange = transport.send(changed(query(key, base_path=base_path), credential=OMITTED))
    if exchange.reply is not None and exchange.reply.status == 401:
        return ok("no credentials", "the same read without them is refused (401)")
    status = f"HTTP {exchange.reply.status}" if exchange.reply else "no answer"
    advice = (
        'Unless that is a finding: where nobody is meant to sign, write [auth] scheme = "none".'
    )
    return warning(
        "no credentials", f"the same read without them is answered with {status}, not 401", advice
    )


def harmless(target: Target, campaign_set: CampaignSet) -> Step:
    """A deletion that can delete nothing: a number that nobody has, in a campaign that can't
    exist.
    """
    key = (target.vdn_id, (target.safe_unknown_campaigns or UNKNOWN_CAMPAIGNS)[0])
    exchange = campaign_set.delete(key, campaign_set.fresh(1))
    if isinstance(exchange.outcome, NoAnswer):
        says = (
            f"a deletion that can delete nothing gets no answer ({exchange.outcome.kind}:"
            f" {exchange.outcome.detail})"
        )
        return error(
            "signed call",
            says,
            "Does a gateway or firewall before the server hold back DELETE or its body?",
        )
    if exchange.outcome.status == 401:
        advice = (
            "Reads are let in. Does the account lack a right, or must signed_headers be"
            " content-length;content-type;host?"
        )
        return error(
            "signed call", "HTTP 401: a deletion that can delete nothing is refused", advice
        )
    if exchange.outcome.status >= 500 or exchange.outcome.status in {403, 405, 501}:
        says = f"a deletion that can delete nothing is answered with HTTP {exchange.outcome.status}"
        return warning(
            "signed call",
            says,
            "A gateway may hold back DELETE; a run would report it on every call.",
        )
    return ok(
        "signed call",
        "a deletion that can delete nothing is answered with HTTP"
        f" {exchange.outcome.status}{_code(exchange)}",
    )
