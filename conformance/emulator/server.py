"""A listening emulator: options in, sockets open."""

import asyncio
import contextlib
import dataclasses
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from conformance.emulator.certificates import make_context
from conformance.emulator.connection import Connection, Service, Watch
from conformance.emulator.errors import EmulatorError
from conformance.emulator.faults import apply_faults
from conformance.emulator.options import EmulatorOptions
from conformance.emulator.profile import Profile, load_profile
from conformance.emulator.rules import Rules
from conformance.emulator.signature import Verifier
from conformance.emulator.wire import ReplyWriter
from conformance.emulator.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenAddress:
    """Where the emulator listens."""

    base_url: str
    ca_file: Path | None


def make_service(options: EmulatorOptions, watch: Watch | None = None) -> Service:
    """Build everything behind the sockets; a wrong profile or fault is an error here."""
    profile = load_profile(options.profile) if options.profile else Profile()
    if options.latency_ms:
        delay = profile.reply.delay + options.latency_ms / 1000
        profile = dataclasses.replace(
            profile, reply=dataclasses.replace(profile.reply, delay=delay)
        )
    verifier = Verifier(
        access_key=options.access_key,
        secret_key=options.secret_key,
        validity_seconds=profile.auth.validity_seconds,
    )
    rules = Rules(profile, World(options.campaigns), verifier, options.prefix)
    apply_faults(rules.points, options.faults)
    return Service(
        handle=rules.points.handle,
        wire=ReplyWriter(profile),
        close_after=profile.reply.close_after,
        dribble=profile.reply.dribble,
        watch=watch,
    )


@contextlib.asynccontextmanager
async def listening(
    options: EmulatorOptions, watch: Watch | None = None
) -> AsyncIterator[ListenAddress]:
    """Open the sockets, and close them and all connections in the end."""
    service = make_service(options, watch)
    with tempfile.TemporaryDirectory(prefix="emulator-") as folder:
        context, ca_file = (
            (None, None)
            if options.http
            else make_context(options.host, options.ca_dir or Path(folder))
        )
        loop = asyncio.get_running_loop()
        try:
            server = await loop.create_server(
                lambda: Connection(service),
                options.host or None,
                options.port,
                ssl=context,
                backlog=512,
            )
        except OSError as error:
            raise _not_listening(options, error) from error
        try:
            yield ListenAddress(base_url=_base_url(options, server), ca_file=ca_file)
        finally:
            server.close()
            for connection in list(service.connections):
                connection.transport.abort()
            await asyncio.sleep(0)  # lets the transports drop their sockets


def _base_url(options: EmulatorOptions, server: asyncio.Server) -> str:
    port = server.sockets[0].getsockname()[1]
    # compared, not bound
    host = "127.0.0.1" if options.host in ("", "0.0.0.0") else options.host  # noqa: S104
    shown = f"[{host}]" if ":" in host else host
    return f"{'http' if options.http else 'https'}://{shown}:{port}{options.prefix}"


def _not_listening(options: EmulatorOptions, error: OSError) -> EmulatorError:
    return EmulatorError(
        f"The emulator can't listen on {options.host}:{options.port}: {error.strerror or error}."
        " Another process may hold the port: choose another one, or port 0 for any that is free."
    )
