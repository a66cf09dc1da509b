"""A client that a third party's generator makes from the OpenAPI file works against the emulator.

The generator holds typer below the release that the suite may use, so it is no part of the
environment of the tests: it is taken from the PATH, or installed into a folder of its own where a
package index can be reached.
"""

import hashlib
import hmac
import importlib
import os
import shutil
import subprocess
import sys
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from conformance.clauses import specs_folder
from conformance.emulator import EmulatorOptions, Running, start

GENERATOR = "openapi-python-client"
VERSION = "0.29.1"
PACKAGE = "generated_isales_client"
VDN, CAMPAIGN = 1, 1001


class Signature(httpx.Auth):
    """auth-v2 as the security scheme of the OpenAPI file words it, with `host` alone signed."""

    requires_request_body = True

    def __init__(self, access_key: str, secret_key: str) -> None:
        self.access_key = access_key
        self.secret_key = secret_key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        prefix = f"auth-v2/{self.access_key}/{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}/host"
        host = quote(request.headers["host"], safe="-._~")
        canonical = "\n".join(
            [
                request.method,
                request.url.path,
                "host",
                f"host:{host}",
                quote(request.content, safe="-._~"),
            ]
        )
        request.headers["Authorization"] = (
            f"{prefix}/{hmac_hex(hmac_hex(self.secret_key, prefix), canonical)}"
        )
        yield request


def hmac_hex(key: str, message: str) -> str:
    return hmac.new(key.encode(), message.encode(), hashlib.sha256).hexdigest()


def run(*arguments: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run(
        arguments, env=environment, capture_output=True, text=True, timeout=180, check=False
    )


def installed_generator(folder: Path) -> list[str]:
    """The generator's command; skips the tests where there is none to be had."""
    program = shutil.which(GENERATOR)
    if program:
        return [program]
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--retries",
        "0",
        "--timeout",
        "10",
        "--target",
        str(folder),
    ]
    result = run(*pip, f"{GENERATOR}=={VERSION}", folder=folder)
    if result.returncode:
        pytest.skip(
            f"{GENERATOR} is not on the PATH, and pip can't install {GENERATOR}=={VERSION}:"
            f" {result.stderr.strip()[-300:]}"
        )
    return [sys.executable, "-m", "openapi_python_client"]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of the generated package, importable while the tests of this file run."""
    tools, out = tmp_path_factory.mktemp("generator"), tmp_path_factory.mktemp("client")
    settings = out / "generator.yaml"
    settings.write_text("post_hooks: []\n")  # no formatting: it would ask for ruff
    description = str(specs_folder() / "deleting-calling-numbers.openapi.yaml")
    command = [
        *installed_generator(tools),
        "generate",
        "--path",
        description,
        "--config",
        str(settings),
        "--meta",
        "none",
        "--fail-on-warning",
    ]
    result = run(*command, "--output-path", str(out / PACKAGE), folder=tools)
    assert result.returncode == 0, result.stdout + result.stderr
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(out))
        yield PACKAGE
        for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
            del sys.modules[name]


@dataclass(frozen=True, kw_only=True)
class CampaignClient:
    """The generated operations, bound to one campaign."""

    package: str
    connection: Any

    @property
    def models(self) -> ModuleType:
        return importlib.import_module(f"{self.package}.models")

    def delete(self, *numbers: str) -> Any:
        body = self.models.NumbersToDelete(
            caller_no=[self.models.NumberToDelete(access_code=number) for number in numbers]
        )
        return self._call("calling_numbers.delete_calling_numbers", body=body)

    def add(self, *numbers: str) -> Any:
        body = self.models.NumbersToAdd(
            caller_no=[
                self.models.NumberToAdd(access_code=number, priority=3) for number in numbers
            ]
        )
        return self._call("companions.add_calling_numbers", body=body)

    def query(self) -> Any:
        return self._call("companions.query_campaign")

    def _call(self, operation: str, **arguments: Any) -> Any:
        module = importlib.import_module(f"{self.package}.api.{operation}")
        return module.sync_detailed(VDN, CAMPAIGN, client=self.connection, **arguments)


@pytest.fixture
def emulator() -> Iterator[Running]:
    with start(
        EmulatorOptions(http=True, campaigns={(VDN, CAMPAIGN): ("5245241", "5245242")})
    ) as running:
        yield running


@pytest.fixture
def client(package: str, emulator: Running) -> Iterator[CampaignClient]:
    with connection(
        package, emulator, auth=Signature(emulator.access_key, emulator.secret_key)
    ) as signed:
        yield CampaignClient(package=package, connection=signed)


def connection(package: str, emulator: Running, **httpx_args: Any) -> Any:
    """The generated connection. Its fixed token can't be a signature: `Signature` writes over it,
    call by call.
    """
    module = importlib.import_module(f"{package}.client")
    return module.AuthenticatedClient(
        base_url=emulator.base_url, token="unsigned", httpx_args={"trust_env": False, **httpx_args}
    )


def test_it_deletes_a_number(client: CampaignClient) -> None:
    reply = client.delete("5245241")
    assert reply.status_code == 200
    assert reply.parsed.result_code is reply.parsed.return_code is client.models.ResultCode.SUCCESS
    assert client.query().parsed.return_object.caller_no == "5245242"


def test_it_is_told_that_the_last_number_stays(client: CampaignClient) -> None:
    reply = client.delete("5245241", "5245242")
    assert reply.status_code == 200
    assert reply.parsed.result_code is not client.models.ResultCode.SUCCESS


def test_it_adds_what_it_then_deletes(client: CampaignClient) -> None:
    assert client.add("99001").parsed.result_code is client.models.ResultCode.SUCCESS
    assert (
        client.delete("5245241", "5245242").parsed.result_code is client.models.ResultCode.SUCCESS
    )
    assert client.query().parsed.return_object.caller_no == "99001"


def test_without_a_signature_it_gets_401(package: str, emulator: Running) -> None:
    with connection(package, emulator) as unsigned:
        assert (
            CampaignClient(package=package, connection=unsigned).delete("5245241").status_code
            == 401
        )
