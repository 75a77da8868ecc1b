"""A password in a file of its own."""

from pathlib import Path

from trunkline.settings import SettingsError


def read_password(path: Path) -> str:
    """A file with nothing else in it; SettingsError names it."""
    try:
        if path.stat().st_mode & 0o077:
            raise SettingsError(f"{path} can be read by others: chmod 600 {path}")
        found = path.read_text().strip()
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: no text") from None
    if not found:
        raise SettingsError(f"{path}: no password")
    return found
