"""The window: set-up, sign-in, one work area for each person, and the lock before them."""

from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QStackedLayout, QWidget
from typing_extensions import override

from ehr_desktop.domain.errors import SignInRefusedError
from ehr_desktop.domain.ids import PersonId
from ehr_desktop.domain.people import Actor, Clinic
from ehr_desktop.explain import explain
from ehr_desktop.ui.screens.first_start import FirstStart
from ehr_desktop.ui.screens.join.screen import JoinScreen
from ehr_desktop.ui.screens.join.work import JoiningWork
from ehr_desktop.ui.screens.restore.work import RestoringWork
from ehr_desktop.ui.screens.set_up import FoundingWork, SetUpScreen
from ehr_desktop.ui.screens.sign_in import SignInScreen
from ehr_desktop.ui.shell.idle import IdleWatch
from ehr_desktop.ui.shell.lock_page import LockPage
from ehr_desktop.ui.shell.work_area import Leaving, ShellParts, WorkArea

PROGRAM_NAME: Final = "EHR Desktop"
UNLOCK_REFUSED: Final = "That is not your password. Try again."
_WINDOW: Final = "main"
_FIRST_SIZE: Final = (1280, 800)
_LEAST_SIZE: Final = (820, 560)


@dataclass(slots=True)
class Desk:
    """What a person left behind: the work, and the windows that were open beside it."""

    actor: Actor
    area: WorkArea
    hidden: tuple[QWidget, ...] = ()


class MainWindow(QWidget):
    """Locks when nobody touches it; a colleague may sign in before the lock and find an own desk.

    With `founding` it begins with the set-up screen, with `joining` too with a choice between the
    two, and `restoring` if that is given; with `joining` alone this workstation has joined a clinic
    whose records are still to be fetched. Else it begins with sign-in.
    """

    def __init__(
        self,
        parts: ShellParts,
        founding: FoundingWork | None = None,
        joining: JoiningWork | None = None,
        restoring: RestoringWork | None = None,
    ) -> None:
        super().__init__()
        self._parts = parts
        self._desks: dict[PersonId, Desk] = {}
        self._current: Desk | None = None
        self.sign_in = SignInScreen(parts.bridge, parts.clinic, self._enter, self)
        self.sign_in.signed_in.connect(self._signed_in)
        self.lock_page = LockPage(self)
        self.lock_page.unlock.connect(self._unlock)
        self.lock_page.switch_user.connect(self._ask_who)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self.sign_in)
        self._pages.addWidget(self.lock_page)
        self.idle = IdleWatch(parts.seconds, parts.prefs.lock_minutes * 60, self)
        self.idle.idle.connect(self.lock)
        application = QApplication.instance()
        if application is not None:
            application.installEventFilter(self.idle)
        self.setWindowTitle(PROGRAM_NAME)
        self.setMinimumSize(*_LEAST_SIZE)
        if not self.restoreGeometry(parts.prefs.geometry(_WINDOW)):
            self.resize(*_FIRST_SIZE)
        self.first = self._first_page(founding, joining, restoring)

    @property
    def work_area(self) -> WorkArea | None:
        """The work of whoever is signed in; None before that and while locked."""
        area = self._current.area if self._current else None
        return area if area is self._pages.currentWidget() else None

    def begin(self) -> None:
        """Put the cursor where typing begins; call after the window is shown."""
        match self.first:
            case None:
                self._ask_who()
            case JoinScreen():
                self.first.fetch()
            case _:
                self.first.begin()

    def tell(self, sentence: str) -> None:
        """Show a sentence about something that happened in the background."""
        if self.work_area is not None:
            self.work_area.notify(sentence)

    def lock(self) -> None:
        """Drop the keys and hide everything; windows and drafts stay."""
        desk = self._current
        if desk is None or self._pages.currentWidget() is not desk.area:
            return
        self.idle.stop()
        desk.hidden = self._hide_the_others()
        self._show(self.lock_page)
        self.lock_page.begin(desk.actor.staff.display_name)
        lock = self._parts.clinic.session.lock(desk.actor)
        self._parts.bridge.call(self, lock, done=_nothing, failed=self._lock_failed)

    def switch_user(self) -> None:
        """Lock, and ask who comes next."""
        self.lock()
        self._ask_who()

    def sign_out(self) -> None:
        """End the session of whoever is signed in, unless a window refuses to close."""
        desk = self._current
        if desk is None or not desk.area.charts.close_all():
            return
        self.idle.stop()
        self._current = None
        self._desks.pop(desk.actor.id, None)
        ending = self._parts.clinic.session.sign_out(desk.actor)
        self._parts.bridge.call(self, ending, done=_nothing, failed=self._lock_failed)
        self._pages.removeWidget(desk.area)
        desk.area.deleteLater()
        self._ask_who()

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        for desk in self._desks.values():
            if not desk.area.charts.close_all():
                event.ignore()
                return
        if isinstance(self.first, FirstStart | JoinScreen):
            self.first.give_up()
        self._parts.prefs.set_geometry(_WINDOW, self.saveGeometry())
        self._parts.prefs.save()
        self.idle.stop()
        event.accept()

    def _first_page(
        self,
        founding: FoundingWork | None,
        joining: JoiningWork | None,
        restoring: RestoringWork | None,
    ) -> SetUpScreen | FirstStart | JoinScreen | None:
        """Give what comes before sign-in, if there is anything."""
        bridge = self._parts.bridge
        page: SetUpScreen | FirstStart | JoinScreen
        if founding is not None and joining is not None:
            page = FirstStart(bridge, founding, joining, restoring, self)
            page.ready.connect(self._clinic_is_here)
        elif founding is not None:
            page = SetUpScreen(bridge, founding, self)
            page.founded.connect(self._clinic_is_here)
        elif joining is not None:
            page = JoinScreen(bridge, joining, self)
            page.joined.connect(self._clinic_is_here)
        else:
            return None
        self._pages.insertWidget(0, page)
        self._pages.setCurrentWidget(page)
        return page

    @property
    def set_up(self) -> SetUpScreen | None:
        """The set-up screen, as long as there is no clinic."""
        return (
            self.first.set_up
            if isinstance(self.first, FirstStart)
            else (self.first if isinstance(self.first, SetUpScreen) else None)
        )

    def _clinic_is_here(self) -> None:
        if self.first is not None:
            self._pages.removeWidget(self.first)
            self.first.deleteLater()
            self.first = None
        self._ask_who()

    def _ask_who(self) -> None:
        self._show(self.sign_in)
        self.sign_in.begin()

    def _enter(self, account_name: str, password: str) -> Coroutine[Any, Any, Actor]:
        """Sign in, or take up the desk this person left locked."""
        session = self._parts.clinic.session
        for desk in self._desks.values():
            if desk.actor.staff.account_name == account_name:
                return session.unlock(desk.actor, password)
        return session.sign_in(account_name, password)

    def _signed_in(self, actor: Actor) -> None:
        desk = self._desks.get(actor.id)
        if desk is not None:
            self._take_up(desk)
            return
        self._parts.bridge.call(
            self,
            self._parts.clinic.session.clinic(),
            done=lambda clinic: self._open_desk(actor, clinic),
            failed=lambda error: self.sign_in.prompt.refuse(explain(error)),
        )

    def _open_desk(self, actor: Actor, clinic: Clinic) -> None:
        leaving = Leaving(self.lock, self.switch_user, self.sign_out, self._set_lock_minutes)
        area = WorkArea(self._parts, actor, clinic, leaving, self)
        desk = Desk(actor, area)
        self._desks[actor.id] = desk
        self._pages.addWidget(area)
        self._take_up(desk)
        area.begin()

    def _take_up(self, desk: Desk) -> None:
        self._current = desk
        self._show(desk.area)
        for window in desk.hidden:
            window.show()
        desk.hidden = ()
        self.activateWindow()
        desk.area.resume()
        self.idle.start()

    def _unlock(self, password: str) -> None:
        desk = self._current
        if desk is None:
            return
        self.lock_page.prompt.wait()
        self._parts.bridge.call(
            self,
            self._parts.clinic.session.unlock(desk.actor, password),
            done=lambda _actor: self._take_up(desk),
            failed=self._unlock_refused,
        )

    def _unlock_refused(self, error: BaseException) -> None:
        known = isinstance(error, SignInRefusedError)
        self.lock_page.prompt.refuse(UNLOCK_REFUSED if known else explain(error))

    def _lock_failed(self, error: BaseException) -> None:
        self.lock_page.prompt.refuse(explain(error))

    def _set_lock_minutes(self, minutes: int) -> None:
        self._parts.prefs.set_lock_minutes(minutes)
        self.idle.set_limit(minutes * 60)

    def _show(self, page: QWidget) -> None:
        self._pages.setCurrentWidget(page)
        self.setWindowTitle(page.windowTitle() or PROGRAM_NAME)

    def _hide_the_others(self) -> tuple[QWidget, ...]:
        """Hide all other windows; give those that may come back (a menu or a tip may not)."""
        visible = [w for w in QApplication.topLevelWidgets() if w.isVisible() and w is not self]
        for window in visible:
            window.hide()
        lasting = (Qt.WindowType.Window, Qt.WindowType.Dialog)
        return tuple(window for window in visible if window.windowType() in lasting)


def _nothing(_result: object) -> None:
    """Take an answer nobody waits for."""
