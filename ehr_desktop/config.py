"""What this run of the program works with: the only reader of arguments and environment."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path


@dataclass(frozen=True, slots=True)
class Config:
    """Where things are and how they are kept."""

    home: Path
    resources: Path
    use_key_store: bool = True


def resources_folder() -> Path:
    """Give the folder of icons, fonts, tables and word lists that comes with the program."""
    bundle = getattr(sys, "_MEIPASS", None)
    return (Path(bundle) if bundle else Path(__file__).resolve().parents[1]) / "resources"


def default_home() -> Path:
    """Give the platform's place for this program's data."""
    return user_data_path("ehr-desktop", appauthor=False)


def make_config(home: str | None) -> Config:
    """Give the configuration for a data directory, the platform's own if none is named.

    `EHR_DESKTOP_KEY_STORE=file` keeps the workstation's key in a file even where the operating
    system has a key store.
    """
    return Config(
        home=Path(home).expanduser() if home else default_home(),
        resources=resources_folder(),
        use_key_store=os.environ.get("EHR_DESKTOP_KEY_STORE") != "file",
    )
