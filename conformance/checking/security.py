"""TLS: which versions are offered, whether the certificate is trusted, for which host, and how long
it lasts.
"""

import socket
import ssl
import time
from typing import Any

from conformance.checking.step import Step, error, ok, warning
from conformance.config import Target
from conformance.transport import Address, client_context

VERSIONS = {"TLS 1.2": ssl.TLSVersion.TLSv1_2, "TLS 1.3": ssl.TLSVersion.TLSv1_3}
FEW_DAYS = 14
"""A certificate that ends sooner may end before the report is read."""
_SECONDS_A_DAY = 86400
_EXPIRED, _NOT_YET, _WRONG_NAMES = 10, 9, frozenset({62, 64})
"""Reasons of OpenSSL (X509_V_ERR_*)."""


def security(target: Target) -> list[Step]:
    """Look at a target's TLS from outside."""
    if not target.address.secure:
        return [
            warning(
                "tls",
                "plain HTTP: credentials' signatures and numbers can be read on the way",
                "Use https:// where the server offers it.",
            )
        ]
    if target.proxy is not None:
        return [ok("tls", "looked at with the first call, since a proxy stands between")]
    offered = [label for label, version in VERSIONS.items() if _offers(target, version)]
    if not offered:
        return [_no_tls(target)]
    return [ok("tls", f"offers {' and '.join(offered)}"), _certificate(target)]


def fetching(address: Address) -> str:
    """The command that writes what the server shows to a file."""
    name = "" if _is_address(address.host) else f" -servername {address.host}"
    return (
        f"openssl s_client -showcerts -connect {_host(address)}{name} </dev/null | sed -n"
        " '/BEGIN/,/END/p' > target-ca.pem"
    )


def _host(address: Address) -> str:
    return (
        f"[{address.host}]:{address.port}"
        if ":" in address.host
        else f"{address.host}:{address.port}"
    )


def _is_address(host: str) -> bool:
    return host.replace(".", "").isdigit() or ":" in host


def _offers(target: Target, version: ssl.TLSVersion) -> bool:
    context = client_context(target.tls)
    _trust_anyone(context)
    context.minimum_version = context.maximum_version = version
    try:
        _shown(target, context)
    except OSError:
        return False
    return True


def _trust_anyone(context: ssl.SSLContext) -> None:
    """To look is not to trust: nothing is sent over such a connection."""
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE


def _shown(target: Target, context: ssl.SSLContext) -> tuple[bytes, dict[str, Any]]:
    """The certificate that the server shows: its bytes, and its members where it was verified.
    Raises OSError.
    """
    address = target.address
    with (
        socket.create_connection(
            (address.host, address.port), target.pace.timeout_seconds
        ) as plain,
        context.wrap_socket(plain, server_hostname=address.host) as secured,
    ):
        return secured.getpeercert(binary_form=True) or b"", dict(secured.getpeercert() or {})


def _no_tls(target: Target) -> Step:
    context = client_context(target.tls)
    _trust_anyone(context)
    reason = "the handshake does not end"
    try:
        _shown(target, context)
    except ssl.SSLError as problem:
        reason = (problem.reason or str(problem)).replace("_", " ").lower()
    except OSError as problem:
        reason = problem.strerror or str(problem) or reason
    return error(
        "tls",
        f"no TLS 1.2 or 1.3 on this port: {reason}",
        "Is it an HTTPS port (http:// in base_url else)? Does the server ask for a client"
        " certificate ([tls] client_cert)?",
    )


def _certificate(target: Target) -> Step:
    if not target.tls.verify:
        says = (
            "not checked ([tls] verify = false), so the target can't be told from somebody in"
            " between"
        )
        return warning(
            "certificate",
            says,
            f'Better trust it, with [tls] ca_file = "target-ca.pem":\n{fetching(target.address)}',
        )
    try:
        _, members = _shown(target, client_context(target.tls))
    except ssl.SSLCertVerificationError as problem:
        return _untrusted(target, problem)
    except OSError as problem:
        return error(
            "certificate",
            f"the handshake failed: {problem}",
            "Does the server ask for a client certificate ([tls] client_cert)?",
        )
    return _lasting(members)


def _untrusted(target: Target, problem: ssl.SSLCertVerificationError) -> Step:
    if problem.verify_code == _EXPIRED:
        return error(
            "certificate",
            f"it has expired{_since(target)}",
            "Have it renewed on the server; [tls] verify = false does without, at your risk.",
        )
    if problem.verify_code == _NOT_YET:
        return error(
            "certificate",
            "it is not valid yet",
            "Compare the clocks of this machine and of the server.",
        )
    if problem.verify_code in _WRONG_NAMES:
        names = _names(_leaf(target))
        says = f"it is not for {target.address.host}{f' but for {names}' if names else ''}"
        return error(
            "certificate",
            says,
            "Write a host that it names into base_url (an entry in the hosts file may lead there).",
        )
    says = f"its chain is not trusted: {problem.verify_message}"
    advice = (
        "Fetch it, compare its fingerprint with the server's keeper, then write [tls] ca_file ="
        ' "target-ca.pem":'
    )
    return error("certificate", says, f"{advice}\n{fetching(target.address)}")


def _leaf(target: Target) -> dict[str, Any]:
    """Members of a certificate that is not for this host: read by a context that does not ask for
    whom it is.
    """
    context = client_context(target.tls)
    context.check_hostname = False
    try:
        return _shown(target, context)[1]
    except OSError:
        return {}


def _since(target: Target) -> str:
    """When an expired certificate ended; read from its bytes, since Python shows members of trusted
    ones only.
    """
    context = client_context(target.tls)
    _trust_anyone(context)
    try:
        return f" on {_last_date(_shown(target, context)[0])}"
    except (OSError, ValueError):
        return ""


def _last_date(certificate: bytes) -> str:
    """The second of the two dates of a certificate (ASN.1 UTCTime, tag 0x17, 13 bytes), as a
    day.
    """
    first = certificate.index(b"\x17\x0d")
    second = certificate.index(b"\x17\x0d", first + 15)
    digits = certificate[second + 2 : second + 8].decode("ascii")
    return f"20{digits[:2]}-{digits[2:4]}-{digits[4:6]}"


def _names(members: dict[str, Any]) -> str:
    return ", ".join(value for _, value in members.get("subjectAltName", ()))


def _lasting(members: dict[str, Any]) -> Step:
    days = int((ssl.cert_time_to_seconds(members["notAfter"]) - time.time()) // _SECONDS_A_DAY)
    says = f"trusted, for {_names(members)}; {days} days left (until {members['notAfter']})"
    return (
        warning("certificate", says, "Have it renewed soon.")
        if days < FEW_DAYS
        else ok("certificate", says)
    )
