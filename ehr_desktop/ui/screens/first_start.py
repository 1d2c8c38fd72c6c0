"""The very first start: a new clinic, or one that is there already?"""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStackedLayout, QWidget

from ehr_desktop.ui.bridge import NodeBridge
from ehr_desktop.ui.screens.join.screen import JoinScreen
from ehr_desktop.ui.screens.join.work import JoiningWork
from ehr_desktop.ui.screens.restore.screen import RestoreScreen
from ehr_desktop.ui.screens.restore.work import RestoringWork
from ehr_desktop.ui.screens.set_up import FoundingWork, SetUpScreen
from ehr_desktop.ui.screens.welcome import Welcome
from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.tokens import Space, Tone, TypeSize
from ehr_desktop.ui.widgets.field import FIELD_WIDTH_PX
from ehr_desktop.ui.widgets.icon_label import IconLabel
from ehr_desktop.ui.widgets.labels import Body, Label, Level
from ehr_desktop.ui.widgets.layouts import SPRING, boxed, column, row

_CHOICE_HEIGHT_PX: Final = 88


class Choice(QPushButton):
    """A large button with an icon, a title and what it leads to."""

    def __init__(
        self, icon_name: str, title: str, text: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self.setMinimumHeight(_CHOICE_HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        heading = Label(title, self, font=ui_font(TypeSize.MEDIUM, QFont.Weight.DemiBold))
        words = column(heading, Body(text, self, level=Level.MUTED), spacing=Space.HALF)
        mark = IconLabel(icon_name, self, tone=Tone.ACCENT, size_px=24)
        line = row(mark, words, spacing=Space.TWO, margin=Space.TWO)
        line.setStretch(1, 1)
        self.setLayout(line)
        for piece in self.findChildren(QWidget):
            piece.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)


class ChoicePage(QWidget):
    """Three ways to begin."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = ui_font(TypeSize.DISPLAY, QFont.Weight.DemiBold)
        self.found = Choice(
            "building-2",
            "Set up a new clinic",
            "This is the clinic's first workstation.",
            self,
        )
        self.join = Choice(
            "network",
            "Join a clinic",
            "Another workstation of the clinic is running. Have an administrator at hand.",
            self,
        )
        self.restore = Choice(
            "archive",
            "Restore a clinic",
            "Every workstation is lost. Have a backup and the custodians' papers at hand.",
            self,
        )
        head = column(
            Label("Welcome", self, font=title),
            Body("How does this workstation begin?", self, level=Level.MUTED),
            spacing=Space.HALF,
        )
        inner = boxed(
            column(SPRING, head, self.found, self.join, self.restore, SPRING, spacing=Space.TWO),
            self,
        )
        inner.setFixedWidth(FIELD_WIDTH_PX)
        self.setLayout(row(SPRING, inner, SPRING, spacing=0, margin=Space.FOUR))


class FirstStart(QWidget):
    """Emits `ready` once people can sign in: the clinic was set up here, joined or
    restored.
    """

    ready = Signal()

    def __init__(
        self,
        bridge: NodeBridge,
        founding: FoundingWork,
        joining: JoiningWork,
        restoring: RestoringWork | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.choice = ChoicePage(self)
        self.join = JoinScreen(bridge, joining, self)
        self.restore = RestoreScreen(bridge, restoring, self) if restoring else None
        self.set_up = SetUpScreen(bridge, founding, self)
        self._beside = QStackedLayout()
        self._beside.addWidget(self.choice)
        self._beside.addWidget(self.join)
        self.choice.restore.setVisible(self.restore is not None)
        line = row(Welcome(self), boxed(self._beside, self), spacing=0)
        line.setStretch(0, 2)
        line.setStretch(1, 3)
        self._first = boxed(line, self)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self._first)
        self._pages.addWidget(self.set_up)
        self.choice.found.clicked.connect(self._found)
        self.choice.join.clicked.connect(self._join)
        self.choice.restore.clicked.connect(self._restore)
        self.join.left.connect(self.begin)
        self.join.joined.connect(self.ready)
        if self.restore is not None:
            self._beside.addWidget(self.restore)
            self.restore.left.connect(self.begin)
            self.restore.restored.connect(self.ready)
        self.set_up.founded.connect(self.ready)
        self.set_up.left.connect(self.begin)
        self.set_up.back.show()

    def begin(self) -> None:
        """Ask how this workstation begins."""
        self._pages.setCurrentWidget(self._first)
        self._beside.setCurrentWidget(self.choice)
        self.choice.found.setFocus()

    def give_up(self) -> None:
        """Stop whatever the node does for these screens."""
        self.join.give_up()
        if self.restore is not None:
            self.restore.give_up()

    def _found(self) -> None:
        self._pages.setCurrentWidget(self.set_up)
        self.set_up.begin()

    def _join(self) -> None:
        self._beside.setCurrentWidget(self.join)
        self.join.begin()

    def _restore(self) -> None:
        if self.restore is not None:
            self._beside.setCurrentWidget(self.restore)
            self.restore.begin()
