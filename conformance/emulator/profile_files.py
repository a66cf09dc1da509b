"""The correct profiles that come with the project."""

from pathlib import Path

from conformance.emulator.errors import EmulatorError, nearest

_ROOT = Path(__file__).resolve().parents[2]
# In a checkout the files stand at the top; in an installed package beside the code.
_FOLDERS = (
    _ROOT / "specs" / "profiles" / "correct",
    _ROOT / "conformance" / "_specs" / "profiles" / "correct",
)


def _files() -> dict[str, Path]:
    return {path.stem: path for folder in reversed(_FOLDERS) for path in folder.glob("*.toml")}


def profile_names() -> tuple[str, ...]:
    """Return the names of the profiles that come with the project."""
    return tuple(sorted(_files()))


def profile_path(name: str) -> Path:
    """Return the file of a profile that comes with the project."""
    files = _files()
    if name not in files:
        raise EmulatorError(f"There is no profile {name!r}. {nearest(name, files)}")
    return files[name]
