"""Rows and columns in one line."""

from enum import Enum
from typing import TypeVar

from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLayout, QVBoxLayout, QWidget

from ehr_desktop.ui.theme.tokens import Space


class Gap(Enum):
    """An empty place in a row or column."""

    SPRING = "takes all the room that is left"


SPRING = Gap.SPRING
Piece = QWidget | QLayout | Gap
Box = TypeVar("Box", bound=QBoxLayout)


def row(*pieces: Piece, spacing: int = Space.ONE, margin: int = 0) -> QHBoxLayout:
    """Return `pieces` side by side, the first on the leading side."""
    return _laid(QHBoxLayout(), pieces, spacing, margin)


def column(*pieces: Piece, spacing: int = Space.TWO, margin: int = 0) -> QVBoxLayout:
    """Return `pieces` one under the other."""
    return _laid(QVBoxLayout(), pieces, spacing, margin)


def fill(box: QBoxLayout, *pieces: Piece) -> None:
    """Put `pieces` behind what `box` already holds."""
    for piece in pieces:
        if isinstance(piece, QWidget):
            box.addWidget(piece)
        elif isinstance(piece, QLayout):
            box.addLayout(piece)
        else:
            box.addStretch(1)


def boxed(layout: QLayout, parent: QWidget | None = None) -> QWidget:
    """Return a plain widget that holds `layout`."""
    box = QWidget(parent)
    box.setLayout(layout)
    return box


def _laid(box: Box, pieces: tuple[Piece, ...], spacing: int, margin: int) -> Box:
    box.setSpacing(spacing)
    box.setContentsMargins(margin, margin, margin, margin)
    fill(box, *pieces)
    return box
