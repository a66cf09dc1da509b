"""A certificate authority of the emulator's own, made when it starts."""

import socket
import ssl
from pathlib import Path


def make_context(host: str, folder: Path) -> tuple[ssl.SSLContext, Path]:
    """Issue a certificate for this machine; return the server's context and the file with the
    authority's.
    """
    import trustme  # noqa: PLC0415  slow to import, and not needed over plain HTTP

    anywhere = {"", "0.0.0.0"}  # noqa: S104 - compared, not bound
    names = {"localhost", "127.0.0.1", "::1", socket.gethostname()} | ({host} - anywhere)
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    authority.issue_cert(*sorted(names)).configure_cert(context)
    folder.mkdir(parents=True, exist_ok=True)
    ca_file = folder / "emulator-ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    return context, ca_file
