"""Where values come from: file, environment, options. The later ones win."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from conformance.config.keys import KEYS, SECTIONS, variable, written
from conformance.config.values import GivenText
from conformance.errors import ConfigurationError, nearest


class GivenValue(Struct, frozen=True, kw_only=True):
    """A value as given. `place` names file and line, variable or option; `folder` is where relative
    paths start.
    """

    value: object
    place: str
    folder: Path
    in_file: bool = False


def from_file(path: Path) -> tuple[dict[str, GivenValue], list[str]]:
    """Entries by dotted key, and a complaint for each unknown one. Raises ConfigurationError for a
    file that can't be read at all.
    """
    text = _text(path)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path} is not valid TOML: {error}. {_HINT}") from None
    entries: dict[str, GivenValue] = {}
    complaints: list[str] = []
    for key, value in _flat(content):
        place = f"{path}{_line_of(text, key)}"
        if key in KEYS:
            entries[key] = GivenValue(value=value, place=place, folder=path.parent, in_file=True)
        else:
            complaints.append(_unknown(key, place))
    return entries, complaints


_HINT = (
    'Texts stand in quotes (base_url = "https://…"), lists in brackets, and a section such as'
    " [auth] on a line of its own."
)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise ConfigurationError(
            f"The target file {path} is not UTF-8 (byte {error.start + 1}). Save it as UTF-8."
        ) from None
    except OSError as error:
        raise ConfigurationError(
            f"The target file {path} can't be read ({error.strerror}). Give the path of a file that"
            " this user may read with --target; without --target the run uses the embedded"
            " emulator."
        ) from None


def _flat(content: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    for name, value in content.items():
        if isinstance(value, dict) and name != "foreign":
            yield from ((f"{name}.{key}", inner) for key, inner in value.items())
        else:
            yield name, value


def _unknown(key: str, place: str) -> str:
    section, dot, name = key.partition(".")
    if dot and section not in SECTIONS:
        return (
            f"{place}: there is no section [{section}]{nearest(section, SECTIONS)}. Sections:"
            f" {', '.join(sorted(SECTIONS))}."
        )
    siblings = (
        [known.rpartition(".")[2] for known in KEYS if known.startswith(f"{section}.")]
        if dot
        else [k for k in KEYS if "." not in k]
    )
    hint = nearest(name or key, siblings) or _elsewhere(name or key)
    return (
        f"{place}: the key {written(key)} is unknown{hint}. Known"
        f" {'there' if dot else 'outside sections'}: {', '.join(siblings)}."
    )


def _elsewhere(name: str) -> str:
    """The key may have been put into the wrong section."""
    return next((f" (it is {written(key)})" for key in KEYS if key.rpartition(".")[2] == name), "")


def _line_of(text: str, key: str) -> str:
    """`, line 7`, where a key can be found by looking."""
    section, dot, name = key.rpartition(".")
    current = ""
    for number, line in enumerate(text.splitlines(), 1):
        if head := _HEAD.match(line):
            current = head.group(1)
            found = current == name and not dot
        else:
            found = (current == section and _sets(line, name)) or (
                not current and (_sets(line, key) or (bool(dot) and _sets(line, section)))
            )
        if found:
            return f", line {number}"
    return ""


_HEAD = re.compile(r"""\s*\[+\s*["']?([^]"']+?)["']?\s*\]""")


def _sets(line: str, name: str) -> bool:
    return re.match(rf"""\s*["']?{re.escape(name)}["']?\s*=""", line) is not None


def from_environment(environ: Mapping[str, str]) -> dict[str, GivenValue]:
    """Entries from ISALES_* variables; an empty one counts as not set."""
    found = {key: (variable(key), environ.get(variable(key), "")) for key in KEYS}
    return {
        key: GivenValue(value=GivenText(text), place=f"environment variable {name}", folder=Path())
        for key, (name, text) in found.items()
        if text
    }


def from_options(overrides: Mapping[str, str]) -> tuple[dict[str, GivenValue], list[str]]:
    """Entries from options (dotted key: text), and a complaint for each unknown one."""
    entries = {
        key: GivenValue(value=GivenText(text), place=f"option {key}", folder=Path())
        for key, text in overrides.items()
        if key in KEYS
    }
    unknown = [
        re.split("[^A-Za-z_.]", key)[0] for key in overrides if key not in KEYS
    ]  # what follows a name may be a secret
    complaints = [f"option {key}: there is no such key{nearest(key, KEYS)}." for key in unknown]
    return entries, complaints
