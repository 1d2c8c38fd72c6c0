"""A patient's card as it looks: on the screen and on paper, in the size of a credit card.

Source: ISO/IEC 7810, ID-1: 85.60 mm by 53.98 mm.
"""

from dataclasses import dataclass, field
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPagedPaintDevice,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from ehr_desktop.ui.theme.fonts import mono_font, ui_font
from ehr_desktop.ui.widgets.qr_code import Modules, modules_of, paint_modules

WIDTH_MM: Final = 85.60
HEIGHT_MM: Final = 53.98
USE: Final = "Hold it to the reader at the kiosk and enter your PIN."
_SHOWN_PX: Final = 400
_RADIUS_MM: Final = 3.18
_EDGE_MM: Final = 3.0
_QR_MM: Final = 35.0
_LEAST_MM: Final = 2.0
_INK, _GREY, _PAPER = QColor(0, 0, 0), QColor(70, 70, 70), QColor(255, 255, 255)
_MM_PER_INCH: Final = 25.4
_WRAPPED = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop


@dataclass(frozen=True, slots=True)
class CardFace:
    """What stands on a card; nothing of the record."""

    clinic: str
    name: str
    number: str
    code: str = field(repr=False)


def paint_card(painter: QPainter, place: QRectF, face: CardFace, modules: Modules) -> None:
    """Paint a card into `place`, which has the proportions of one."""
    painter.save()
    painter.translate(place.topLeft())
    mm = place.width() / WIDTH_MM
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(_GREY, 0.2 * mm))
    painter.setBrush(_PAPER)
    whole = QRectF(0, 0, place.width(), HEIGHT_MM * mm).adjusted(1, 1, -1, -1)
    painter.drawRoundedRect(whole, _RADIUS_MM * mm, _RADIUS_MM * mm)
    paint_modules(painter, QRectF(1.5 * mm, 1.5 * mm, _QR_MM * mm, _QR_MM * mm), modules)
    left, wide = (_QR_MM + 2.5) * mm, (WIDTH_MM - _QR_MM - 2.5 - _EDGE_MM) * mm
    texts = (
        (QRectF(left, 4.5 * mm, wide, 6.5 * mm), face.clinic, 2.6, False),
        (QRectF(left, 11.5 * mm, wide, 13 * mm), face.name, 4.2, True),
        (QRectF(left, 25 * mm, wide, 4 * mm), face.number, 2.6, False),
        (QRectF(left, 29.5 * mm, wide, 8 * mm), USE, 2.4, False),
    )
    for room, text, high_mm, strong in texts:
        _write(painter, room, text, high_mm, mm, strong=strong)
    _write_code(painter, face.code, mm)
    painter.restore()


def print_card(device: QPagedPaintDevice, face: CardFace) -> None:
    """Put a card in its true size on the top left of a page."""
    painter = QPainter(device)
    mm = device.logicalDpiX() / _MM_PER_INCH
    paint_card(painter, QRectF(0, 0, WIDTH_MM * mm, HEIGHT_MM * mm), face, modules_of(face.code))
    painter.end()


class CardFaceView(QWidget):
    """Shows a card; `show_face(None)` leaves nothing of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._face: CardFace | None = None
        self._modules: Modules = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_face(None)

    def show_face(self, face: CardFace | None) -> None:
        """Show a card."""
        self._face = face
        self._modules = modules_of(face.code) if face is not None else ()
        name = "" if face is None else f"Card of {face.name}"
        self.setAccessibleName(name)
        self.update()

    @property
    def face(self) -> CardFace | None:
        """The card that is shown."""
        return self._face

    @override
    def sizeHint(self) -> QSize:
        return QSize(_SHOWN_PX, round(_SHOWN_PX * HEIGHT_MM / WIDTH_MM))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._face is not None:
            paint_card(QPainter(self), QRectF(self.rect()), self._face, self._modules)


def _write(
    painter: QPainter, room: QRectF, text: str, high_mm: float, mm: float, *, strong: bool
) -> None:
    """Write a text into its room, smaller where it would not fit."""
    painter.setPen(_INK if strong else _GREY)
    while True:
        font = ui_font(weight=QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
        font.setPixelSize(max(round(high_mm * mm), 1))
        measured = QFontMetricsF(font, painter.device()).boundingRect(room, int(_WRAPPED), text)
        fits = room.contains(measured)
        if fits or high_mm <= _LEAST_MM:
            break
        high_mm -= 0.2
    painter.setFont(font)
    anywhere = Qt.TextFlag(0) if fits else Qt.TextFlag.TextWrapAnywhere
    painter.drawText(room, int(_WRAPPED | anywhere), text)


def _write_code(painter: QPainter, code: str, mm: float) -> None:
    """Write the code in two lines, broken at a hyphen, for a reader that is out of order."""
    font = mono_font()
    font.setPixelSize(max(round(3.0 * mm), 1))
    painter.setFont(font)
    painter.setPen(_INK)
    half = code.find("-", len(code) // 2) + 1 or len(code)
    for line, part in enumerate((code[:half], code[half:])):
        painter.drawText(QPointF(_EDGE_MM * mm, (44 + 5 * line) * mm), part)
