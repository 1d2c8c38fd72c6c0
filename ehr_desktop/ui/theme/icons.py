"""Lucide icons in the colours of the scheme that is worn."""

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from ehr_desktop.ui.theme.palette import worn_tokens
from ehr_desktop.ui.theme.resources import resource_path
from ehr_desktop.ui.theme.tokens import Tone

ICON_PX = 18


def icon(name: str, tone: Tone = Tone.NEUTRAL, size_px: int = ICON_PX) -> QIcon:
    """Return the icon `name` in the colour of `tone`, sharp at this screen's pixel ratio.

    The colour is fixed when the icon is made: take it anew on `QEvent.PaletteChange`
    (every widget in `ui.widgets` does).
    """
    return coloured_icon(name, worn_tokens().tone(tone).foreground, size_px)


def coloured_icon(name: str, colour: str, size_px: int = ICON_PX, gap_px: int = 0) -> QIcon:
    """Return the icon `name` drawn in `colour` (`#rrggbb`), with a disabled variant.

    `gap_px` empties that much on the trailing side: Qt sets the text of a button too close.
    """
    disabled = worn_tokens().text_disabled
    drawn = QIcon()
    for ratio in sorted({1.0, _screen_ratio()}):
        drawn.addPixmap(_pixmap(name, colour, size_px, ratio, gap_px))
        drawn.addPixmap(_pixmap(name, disabled, size_px, ratio, gap_px), QIcon.Mode.Disabled)
    return drawn


def icon_pixmap(name: str, colour: str, size_px: int = ICON_PX) -> QPixmap:
    """Return the icon `name` as a pixmap for this screen's pixel ratio."""
    return _pixmap(name, colour, size_px, _screen_ratio())


def _screen_ratio() -> float:
    application = QGuiApplication.instance()
    return application.devicePixelRatio() if isinstance(application, QGuiApplication) else 1.0


def _pixmap(name: str, colour: str, size_px: int, ratio: float, gap_px: int = 0) -> QPixmap:
    return QPixmap.fromImage(_drawn(name, colour, size_px, ratio, gap_px))


@lru_cache(maxsize=1024)
def _drawn(name: str, colour: str, size_px: int, ratio: float, gap_px: int) -> QImage:
    """Draw the icon once; an image, since a pixmap must not outlive the application."""
    size = QSize(size_px + gap_px, size_px) * ratio
    image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    renderer = QSvgRenderer(QByteArray(recoloured(name, colour)))
    painter = QPainter(image)
    renderer.render(painter, QRectF(0, 0, size_px * ratio, size_px * ratio))
    painter.end()
    image.setDevicePixelRatio(ratio)
    return image


def recoloured(name: str, colour: str) -> bytes:
    """Return the SVG source of the icon `name` with `currentColor` replaced.

    Strokes are 1.75 wide on the 24-px grid: Lucide's 2 looks heavy beside Inter at 13 px.

    Raises:
        FileNotFoundError: there is no such icon.
    """
    source = resource_path("icons", f"{name}.svg").read_text("utf-8")
    drawn = source.replace("currentColor", colour)
    return drawn.replace('stroke-width="2"', 'stroke-width="1.75"').encode()
