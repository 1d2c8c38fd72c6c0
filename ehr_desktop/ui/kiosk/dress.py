"""How large the kiosk's letters and targets are, and in which typeface."""

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Final

from PySide6.QtGui import QFont, QFontDatabase

from ehr_desktop.ui.kiosk.language import Language
from ehr_desktop.ui.theme.resources import resource_path

LARGE: Final = 1.35
COMPACT: Final = 0.8
COMPACT_BELOW_PX: Final = 600
"""A window that is less high or wide than this gets smaller letters, or little would fit."""
LEAST_TARGET_PX: Final = 48
_FONTS: Final = ("NotoSansArabic", "NotoSansDevanagari", "NotoSansTamil")


class Size(IntEnum):
    """Text sizes in pixels, before they are made larger or smaller."""

    SMALL = 18
    BODY = 21
    LEAD = 26
    TITLE = 34


@dataclass(frozen=True, slots=True)
class Dress:
    """What a page wears. Changing anything of it makes the page anew."""

    language: Language
    large: bool = False
    contrast: bool = False
    compact: bool = False

    @property
    def scale(self) -> float:
        """How much larger than usual everything is."""
        return (LARGE if self.large else 1.0) * (COMPACT if self.compact else 1.0)

    def px(self, size: int) -> int:
        """Give `size` pixels, scaled."""
        return round(size * self.scale)

    def target(self, size: int = 64) -> int:
        """Give the height of something one touches; never too small for a finger."""
        return max(LEAST_TARGET_PX, self.px(size))

    def font(self, size: Size = Size.BODY, *, strong: bool = False) -> QFont:
        """Give the typeface of the language; Latin letters and digits always come from Inter."""
        font = QFont("Inter")
        if self.language.font:
            font.setFamilies([self.language.font, "Inter"])
        font.setPixelSize(self.px(size))
        font.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        return font


@lru_cache(maxsize=1)
def register_kiosk_fonts() -> None:
    """Make the typefaces of all languages known to Qt; a clinic's PC may have none of them.

    Raises:
        FileNotFoundError: a bundled file is absent or damaged; says which.
    """
    for family in _FONTS:
        for weight in ("Regular", "SemiBold"):
            name = f"{family}-{weight}.ttf"
            if QFontDatabase.addApplicationFont(str(resource_path("fonts", name))) < 0:
                raise FileNotFoundError(name)
