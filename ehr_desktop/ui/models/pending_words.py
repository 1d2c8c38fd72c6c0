"""How what is signed and not final yet is told: the same mark and words on every screen."""

from typing import Final

PENDING_ICON: Final = "hourglass"
PENDING: Final = "Pending"
PENDING_WORDS: Final = "Waiting for other workstations"
PENDING_MEANS: Final = (
    "It is signed and kept here. It is certain once enough workstations have confirmed it."
)


def pending_icon(*, pending: bool) -> str:
    """Give the icon of something that is pending, else an empty text."""
    return PENDING_ICON if pending else ""


def pending_words(*, pending: bool) -> str:
    """Give what the icon says, for a tooltip or somebody who hears the screen."""
    return PENDING_WORDS if pending else ""


def told(sentence: str, *, pending: bool, missing: int = 0) -> str:
    """Give what is said after something was done: never that it is certain while it is not.

    `missing` is how many more workstations are needed, 0 if that is not known.
    """
    if not pending:
        return sentence
    others = "other workstations"
    if missing:
        others = f"{missing} more workstation{'s' if missing > 1 else ''}"
    return f"{sentence.rstrip('.')}. Kept here, waiting for {others} to confirm."
