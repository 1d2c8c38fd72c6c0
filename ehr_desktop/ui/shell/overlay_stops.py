"""Where Tab stops in a panel or sheet, found without walking the window's focus chain."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from ehr_desktop.ui.widgets.drawer import Drawer
from ehr_desktop.ui.widgets.overlay import Overlay
from ehr_desktop.ui.widgets.sheet import Confirmation, Sheet


class _Stops(Overlay):
    """Stops in the order the pieces were made, the way out last.

    `nextInFocusChain` makes whoever calls it the owner of Qt's own inner widgets (PySide 6.11.3:
    measured): deleting a panel that has walked the chain then deletes scroll bars of other
    screens, and the next change of theme ends the process. `findChildren` does not.
    """

    @override
    def _stops(self) -> list[QWidget]:
        way_out = getattr(self, "close_button", None)
        found = [
            widget
            for widget in self.findChildren(QWidget)
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            and widget.isEnabled()
            and widget.isVisibleTo(self)
            and widget.focusProxy() is None
        ]
        return sorted(found, key=lambda widget: widget is way_out)


class ShellDrawer(_Stops, Drawer):
    """A drawer that may be deleted."""


class ShellSheet(_Stops, Sheet):
    """A sheet that may be deleted."""


class ShellConfirmation(_Stops, Confirmation):
    """A question that may be deleted."""
