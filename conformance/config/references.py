"""Values that stand elsewhere: `env:NAME`, `file:PATH`."""

from collections.abc import Mapping
from pathlib import Path

from conformance.errors import nearest

_MOST_BYTES = 64 * 1024


def resolved(text: str, folder: Path, environ: Mapping[str, str]) -> str:
    """The text that a reference means; any other text as it is. Raises ValueError with a sentence
    when it leads nowhere.
    """
    kind, colon, rest = text.partition(":")
    if colon and kind == "env":
        return _variable(rest.strip(), environ)
    if colon and kind == "file":
        return _content(folder / Path(rest.strip()).expanduser())
    return text


def _variable(name: str, environ: Mapping[str, str]) -> str:
    value = environ.get(name, "")
    if not value:
        hint = nearest(name, environ) if name not in environ else ""
        raise ValueError(
            f"the environment variable {name} is {'empty' if name in environ else 'not set'}{hint}."
            f" Set it: export {name}=…"
        )
    return value


def _content(path: Path) -> str:
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_BYTES).decode().strip()
    except OSError as error:
        beginning = (
            "" if path.is_absolute() else "; its path begins at the folder of the target file"
        )
        raise ValueError(f"the file {path} can't be read ({error.strerror}{beginning})") from None
    except UnicodeDecodeError:
        raise ValueError(f"the file {path} is not UTF-8") from None
    if not text:
        raise ValueError(f"the file {path} is empty. It must hold the text and nothing else")
    return text
