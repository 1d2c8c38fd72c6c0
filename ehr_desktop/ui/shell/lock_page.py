"""The locked window: nothing of the work shows, everything of it stays."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QWidget

from ehr_desktop.ui.shell.gate import Gate
from ehr_desktop.ui.shell.password_prompt import PasswordPrompt
from ehr_desktop.ui.theme.fonts import ui_font
from ehr_desktop.ui.theme.tokens import Space, TypeSize
from ehr_desktop.ui.widgets.avatar import Avatar
from ehr_desktop.ui.widgets.buttons import ghost_button
from ehr_desktop.ui.widgets.icon_label import IconLabel
from ehr_desktop.ui.widgets.labels import Caption, Label, Level
from ehr_desktop.ui.widgets.layouts import SPRING, row


class LockPage(Gate):
    """Emits `unlock` with the password, or `switch_user`."""

    unlock = Signal(str)
    switch_user = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._avatar = Avatar("", self, size_px=56)
        self.person = Label(
            "", self, font=ui_font(TypeSize.TITLE, QFont.Weight.DemiBold), wrap=True
        )
        remark = Label("Locked. Your windows and drafts are kept.", self, level=Level.MUTED)
        for label in (self.person, remark):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.prompt = PasswordPrompt("Unlock", self)
        self.prompt.submitted.connect(self.unlock)
        self.switch_button = ghost_button("Switch user", icon_name="users")
        self.switch_button.clicked.connect(self.switch_user)
        self.body.addLayout(row(SPRING, self._avatar, SPRING))
        for piece in (self.person, remark):
            self.body.addWidget(piece)
        self.body.addSpacing(Space.ONE)
        self.body.addWidget(self.prompt)
        self.body.addWidget(self.switch_button)
        promise = Caption("Your keys were dropped. The password opens them again.", self)
        promise.setWordWrap(False)
        self.below.addLayout(row(SPRING, IconLabel("lock", self, size_px=14), promise, SPRING))

    def begin(self, name: str) -> None:
        """Ask the person called `name` for the password."""
        self._avatar.set_name(name)
        self.person.setText(name)
        self.prompt.begin()
