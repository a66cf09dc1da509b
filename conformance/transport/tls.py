"""The TLS context: which authorities are trusted, which certificate is shown, TLS 1.2 at least."""

import ssl
from pathlib import Path

import httpx
from msgspec import Struct

from conformance.errors import ConfigurationError


class Tls(Struct, frozen=True, kw_only=True):
    """What the target file says about TLS. Without `ca_file` the public and the system's
    authorities are trusted.
    """

    ca_file: str | None = None
    verify: bool = True
    client_cert: str | None = None
    client_key: str | None = None


def client_context(tls: Tls) -> ssl.SSLContext:
    """Build the context. Raises ConfigurationError for a file that is missing or holds no
    certificate or key.
    """
    context = _trusting(tls)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not tls.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if tls.client_cert is not None:
        _show_certificate(context, tls.client_cert, tls.client_key)
    return context


def _trusting(tls: Tls) -> ssl.SSLContext:
    if tls.ca_file is None:
        context = httpx.create_ssl_context(trust_env=False)
        context.load_default_certs()
        return context
    _refuse_missing("ca_file", tls.ca_file)
    try:
        context = ssl.create_default_context(cafile=tls.ca_file)
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"[tls] ca_file = {tls.ca_file}: it holds no certificate that can be read ({error})."
            " Give a PEM file with the certificate of the authority that signed the target's"
            " certificate (it starts with -----BEGIN CERTIFICATE-----)."
        ) from None
    # a server's own certificate in the file is enough, as from Python 3.13 on
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def _show_certificate(context: ssl.SSLContext, client_cert: str, client_key: str | None) -> None:
    _refuse_missing("client_cert", client_cert)
    if client_key is not None:
        _refuse_missing("client_key", client_key)
    try:
        context.load_cert_chain(client_cert, client_key, password=_no_password)
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"[tls] client_cert = {client_cert}: certificate and key can't be used ({error}). Give"
            " PEM files; the key, without a password, stands in the same file or in [tls]"
            " client_key, and belongs to the certificate."
        ) from None


def _no_password() -> str:
    """Asked for a password OpenSSL would read the terminal and hang an unattended run."""
    raise ValueError("the key is protected by a password")


def _refuse_missing(key: str, file: str) -> None:
    try:
        with Path(file).open("rb"):
            return
    except OSError as error:
        raise ConfigurationError(
            f"[tls] {key} = {file}: the file can't be read ({error.strerror}). Correct the path (a"
            " relative one begins at the folder of the target file), or let this user read it."
        ) from None
