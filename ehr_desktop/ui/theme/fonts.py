"""The bundled typefaces: Inter for everything, JetBrains Mono for hashes and ids."""

from PySide6.QtGui import QFont, QFontDatabase

from ehr_desktop.ui.theme.resources import resource_path
from ehr_desktop.ui.theme.tokens import TypeSize

_FILES = (
    "Inter-Regular.ttf",
    "Inter-Medium.ttf",
    "Inter-SemiBold.ttf",
    "JetBrainsMono-Regular.ttf",
)


def register_fonts() -> None:
    """Make the bundled typefaces known to Qt; call once, before the first widget.

    Raises:
        FileNotFoundError: a bundled file is absent or damaged; says which.
    """
    for name in _FILES:
        if QFontDatabase.addApplicationFont(str(resource_path("fonts", name))) < 0:
            raise FileNotFoundError(name)


def ui_font(
    size: TypeSize = TypeSize.BODY,
    weight: QFont.Weight = QFont.Weight.Normal,
    *,
    tabular: bool = False,
) -> QFont:
    """Return Inter at `size`; `tabular` gives every digit the same width, for columns."""
    font = QFont("Inter")
    font.setPixelSize(size)
    font.setWeight(weight)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if tabular:
        font.setFeature(QFont.Tag("tnum"), 1)
    return font


def mono_font(size: TypeSize = TypeSize.BODY) -> QFont:
    """Return the fixed-width face for hashes, keys and ids."""
    font = QFont("JetBrains Mono")
    font.setPixelSize(size - 1)
    font.setStyleHint(QFont.StyleHint.Monospace)
    return font
