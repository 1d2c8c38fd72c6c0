"""Where the icons, fonts and other files that come with the program lie."""

import sys
from pathlib import Path


def resource_path(*parts: str) -> Path:
    """Return the path of a file under `resources/`, in a checkout or in a frozen bundle."""
    bundle = getattr(sys, "_MEIPASS", None)
    root = Path(bundle) if bundle else Path(__file__).resolve().parents[3]
    return root.joinpath("resources", *parts)
