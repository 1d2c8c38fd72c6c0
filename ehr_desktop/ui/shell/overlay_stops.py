"""Where Tab stops in a panel or sheet, found without walking the window's focus chain.

`nextInFocusChain` makes whoever calls it the owner of Qt's own inner widgets (PySide 6.11.3:
measured): deleting a panel that has walked the chain then deletes scroll bars of other screens,
and the next change of theme ends the process. `findChildren` does not.
"""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from ehr_desktop.ui.widgets.drawer import Drawer
from ehr_desktop.ui.widgets.sheet import Confirmation, Sheet


def stops_in(panel: QWidget, way_out: QWidget | None = None) -> list[QWidget]:
    """Give what Tab stops at inside `panel`, in the order it was made, `way_out` last."""
    found = [
        widget
        for widget in panel.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isEnabled()
        and widget.isVisibleTo(panel)
        and widget.focusProxy() is None
    ]
    return sorted(found, key=lambda widget: widget is way_out)


class ShellDrawer(Drawer):
    """A drawer that may be deleted."""

    @override
    def _stops(self) -> list[QWidget]:
        return stops_in(self, self.close_button)


class ShellSheet(Sheet):
    """A sheet that may be deleted."""

    @override
    def _stops(self) -> list[QWidget]:
        return stops_in(self)


class ShellConfirmation(Confirmation):
    """A question that may be deleted."""

    @override
    def _stops(self) -> list[QWidget]:
        return stops_in(self)
