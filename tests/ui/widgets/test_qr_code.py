"""QR codes: what is painted is what was encoded, on any ground and at any size."""

import pytest
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QWidget

from ehr_desktop.ui.theme.theme import Theme
from ehr_desktop.ui.theme.tokens import Scheme
from ehr_desktop.ui.widgets.qr_code import QUIET_MODULES, QrCode, modules_of, paint_modules

CODE = "EHR1-000G4-0R40M-30E20-9185G-R38E1-W006S-35CSK-PGTBA-DDP6T-VKFE1-RQ4WT-XQTRG"


def seen_in(image, modules, left, top, side):
    """Read the middles of the modules out of a picture, the quiet zone left out."""
    size = len(modules)
    return tuple(
        tuple(
            image.pixelColor(
                int(left + (QUIET_MODULES + x + 0.5) * side),
                int(top + (QUIET_MODULES + y + 0.5) * side),
            )
            == QColor(0, 0, 0)
            for x in range(size)
        )
        for y in range(size)
    )


def test_a_cards_code_makes_a_small_code():
    modules = modules_of(CODE)
    assert len(modules) == len(modules[0]) == 37
    # the three corners by which a reader finds it
    finder = [True, False, True, True, True, False, True]
    for row in (modules[3][:7], modules[3][-7:], modules[-4][:7]):
        assert list(row) == finder


@pytest.mark.parametrize("scheme", list(Scheme))
def test_it_is_dark_on_white_in_every_theme_with_its_quiet_zone(qapp, qtbot, scheme):
    Theme(qapp).apply(qapp, scheme)
    code = QrCode("QR code of the card")
    qtbot.addWidget(code)
    code.show_text(CODE)
    modules = modules_of(CODE)
    code.resize(code.sizeHint())
    image = code.grab().toImage()
    side = code.sizeHint().width() / (len(modules) + 2 * QUIET_MODULES)
    assert side == 4
    assert seen_in(image, modules, 0, 0, side) == modules
    colours = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(16)}
    assert colours == {"#ffffff"}


@pytest.mark.parametrize("size", [QSize(300, 300), QSize(500, 311), QSize(200, 900)])
@pytest.mark.parametrize("ratio", [1, 1.5, 2])
def test_it_is_sharp_and_in_the_middle_at_any_size(qapp, size, ratio):
    modules = modules_of(CODE)
    image = QImage(size * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.red)
    painter = QPainter(image)
    paint_modules(painter, QRectF(0, 0, size.width(), size.height()), modules)
    painter.end()
    across = len(modules) + 2 * QUIET_MODULES
    side = int(min(size.width(), size.height()) * ratio / across)
    left = round((size.width() * ratio - side * across) / 2)
    top = round((size.height() * ratio - side * across) / 2)
    assert seen_in(image, modules, left, top, side) == modules
    middle = image.height() // 2
    names = {image.pixelColor(x, middle).name() for x in range(image.width())}
    names |= {image.pixelColor(image.width() // 2, y).name() for y in range(image.height())}
    assert names <= {"#000000", "#ffffff", "#ff0000"}


def test_it_says_what_it_is_and_forgets_what_it_showed(qtbot, theme):
    code = QrCode("QR code of the card")
    host = QWidget()
    code.setParent(host)
    qtbot.addWidget(host)
    assert code.accessibleName() == "QR code of the card"
    code.show_text(CODE)
    code.show_text("")
    code.resize(100, 100)
    image = code.grab().toImage()
    ground = image.pixelColor(0, 0)
    assert all(image.pixelColor(at, at) == ground for at in range(100))


def test_other_texts_make_other_codes():
    assert modules_of(CODE) == modules_of(CODE)
    assert modules_of(CODE) != modules_of(CODE.lower())
    assert len(modules_of(CODE.lower())) > len(modules_of(CODE))
