"""The kiosk's window: one page at a time, and nothing of it afterwards."""

import gc
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication, Qt, QTimer, Signal
from PySide6.QtGui import QClipboard, QCloseEvent, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QApplication, QLayout, QVBoxLayout, QWidget
from typing_extensions import override

from ehr_desktop.domain.consent import Delegation, PatientActor
from ehr_desktop.domain.events import Event
from ehr_desktop.domain.people import Clinic
from ehr_desktop.ui.kiosk.cover import Cover
from ehr_desktop.ui.kiosk.dress import COMPACT_BELOW_PX, Dress, register_kiosk_fonts
from ehr_desktop.ui.kiosk.header import Header
from ehr_desktop.ui.kiosk.language import language
from ehr_desktop.ui.kiosk.page import Page, PageMaker
from ehr_desktop.ui.kiosk.pages.attract import AttractPage
from ehr_desktop.ui.kiosk.pages.home import HomePage
from ehr_desktop.ui.kiosk.pages.leave import LeavePage
from ehr_desktop.ui.kiosk.pages.whom import WhomPage
from ehr_desktop.ui.kiosk.parts import ClinicFacts, KioskParts
from ehr_desktop.ui.kiosk.scanner import Scanner
from ehr_desktop.ui.kiosk.visit import Visit
from ehr_desktop.ui.shell.idle import IdleWatch
from ehr_desktop.ui.theme.tokens import Scheme

COUNT_DOWN_MS = 1000


class KioskWindow(QWidget):
    """Shows the kiosk until staff leave it. The title never names anybody."""

    left = Signal()
    """Staff have left the kiosk."""

    def __init__(self, parts: KioskParts, title: str = "Kiosk") -> None:
        super().__init__()
        register_kiosk_fonts()
        self._parts = parts
        self._plain = parts.theme.scheme
        self._dress = Dress(language(parts.settings.language))
        self.facts = ClinicFacts("", ZoneInfo("UTC"))
        self._maker: PageMaker = AttractPage
        self.sessions: list[PatientActor] = []
        self._turn = 0
        self._may_close = False
        self.header: Header | None = None
        self.cover: Cover | None = None
        self.page: Page | None = None
        self.setWindowTitle(title)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        settings = parts.settings
        self.warning = IdleWatch(parts.seconds, settings.warn_after_s, self)
        self.ending = IdleWatch(parts.seconds, settings.wipe_after_s, self)
        self.warning.idle.connect(self._warn)
        self.ending.idle.connect(self._time_is_over)
        self.scanner = Scanner(parts.seconds, self._typed, self._scanned, self)
        self._count_down = QTimer(self, interval=COUNT_DOWN_MS)
        self._count_down.timeout.connect(self._show_seconds_left)
        self._warned_at = 0.0
        for listener in (self.warning, self.ending, self.scanner):
            _application().installEventFilter(listener)
        parts.bridge.node_event.connect(self._hear)

    def begin(self) -> None:
        """Ask which clinic this is and wait for the first person."""
        self.wear()
        self._parts.bridge.call(
            self, self._parts.clinic.session.clinic(), done=self._know, failed=self._rest
        )
        self._rest()

    @property
    def at_rest(self) -> bool:
        """Whether nobody is here."""
        return isinstance(self.page, AttractPage) and not self.sessions

    def show_page(self, maker: PageMaker) -> None:
        """See `Host`."""
        self._maker = maker
        self._put_up()

    def speak(self, code: str, then: PageMaker) -> None:
        """See `Host`."""
        self.wear(language=language(code))
        self.show_page(then)

    def enter(
        self,
        work: Coroutine[Any, Any, PatientActor],
        failed: Callable[[BaseException], object],
    ) -> None:
        """See `Host`. Whoever has gone meanwhile is closed at once."""
        turn = self._turn

        def opened(actor: PatientActor) -> None:
            if self._turn == turn:
                self._welcome(actor)
            else:
                self._close(actor)

        def refused(error: BaseException) -> None:
            if self._turn == turn:
                failed(error)

        self._parts.bridge.call(self, work, done=opened, failed=refused)

    def finish(self) -> None:
        """See `Host`."""
        sessions, self.sessions = self.sessions, []
        for actor in sessions:
            self._close(actor)
        self.scanner.forget()
        self._uncover()
        self.wear(language=language(self._parts.settings.language), large=False, contrast=False)
        self._rest()
        # what was shown is destroyed when the event that led here is over: then look again
        QTimer.singleShot(0, self, self.sweep)

    def sweep(self) -> None:
        """Leave nothing of the last person: clipboard, garbage, what Qt still keeps."""
        clipboard = QGuiApplication.clipboard()
        clipboard.clear()
        if clipboard.supportsSelection():
            clipboard.clear(QClipboard.Mode.Selection)
        gc.collect()

    def call_staff(self, text: str = "") -> None:
        """See `Host`."""
        say = self._dress.language.say
        self._put_cover("bell", "staff.title", text or say("staff.text"), "staff.back")

    def leave(self) -> None:
        """See `Host`."""
        self._may_close = True
        self.close()
        self.left.emit()

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        event.setAccepted(self._may_close)
        if self._may_close:
            self.warning.stop()
            self.ending.stop()
            for listener in (self.warning, self.ending, self.scanner):
                _application().removeEventFilter(listener)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        compact = min(self.width(), self.height()) < COMPACT_BELOW_PX
        if compact != self._dress.compact:
            self.wear(compact=compact)
            self._put_up()
        elif self.page is not None and event.oldSize().width() != self.width():
            self._put_header()
        if self.cover is not None:
            self.cover.cover()

    def _know(self, clinic: Clinic) -> None:
        self.facts = ClinicFacts(clinic.name, ZoneInfo(clinic.time_zone))
        self._put_up()

    def _rest(self, _error: BaseException | None = None) -> None:
        self.show_page(AttractPage)
        self._touched()

    def _welcome(self, actor: PatientActor) -> None:
        first = not self.sessions
        self.sessions.append(actor)
        turn = self._turn

        def known(others: tuple[Delegation, ...]) -> None:
            if self._turn == turn:
                self.show_page(partial(WhomPage, others=others) if others else HomePage)

        def unknown(_error: BaseException) -> None:
            known(())

        if first:
            represented = self._parts.clinic.kiosk.represented(actor)
            self._parts.bridge.call(self, represented, done=known, failed=unknown)
        else:
            self.show_page(HomePage)

    def _close(self, actor: PatientActor) -> None:
        closing = self._parts.clinic.kiosk.close(actor)
        self._parts.bridge.call(self, closing, done=self._closed, failed=self._closed)

    def _closed(self, _result: object) -> None:
        self.sweep()

    def _put_up(self) -> None:
        self._turn += 1
        before, self.page = self.page, None
        if before is not None:
            # it stays the window's child until it is deleted: a button of it may be the caller
            before.hide()
            self._column.removeWidget(before)
            before.deleteLater()
        self._put_header()
        actor = self.sessions[-1] if self.sessions else None
        self.page = self._maker(Visit(self._parts, self.facts, self._dress, self, actor))
        self._column.addWidget(self.page, 1)
        self.scanner.forget()

    def _put_header(self) -> None:
        if self.header is not None:
            self.header.hide()
            self._column.removeWidget(self.header)
            self.header.deleteLater()
        header = Header(self.facts.name, self._dress, self.width())
        header.clinic.held.connect(self._ask_to_leave)
        header.language.clicked.connect(self._choose_language)
        header.large_text.clicked.connect(self._toggle_large)
        header.contrast.clicked.connect(self._toggle_contrast)
        header.staff.clicked.connect(self._staff_wanted)
        self.header = header
        self._column.insertWidget(0, header)

    def wear(self, **changes: Any) -> None:
        """Change what the next page wears; see `Dress`."""
        self._dress = replace(self._dress, **changes)
        direction = (
            Qt.LayoutDirection.RightToLeft
            if self._dress.language.right_to_left
            else Qt.LayoutDirection.LeftToRight
        )
        self.setLayoutDirection(direction)
        wanted = Scheme.HIGH_CONTRAST if self._dress.contrast else self._plain
        if self._parts.theme.scheme is not wanted:
            self._parts.theme.apply(_application(), wanted)

    def _toggle_large(self) -> None:
        self.wear(large=not self._dress.large)
        self._put_up()

    def _toggle_contrast(self) -> None:
        self.wear(contrast=not self._dress.contrast)
        self._put_up()

    def _choose_language(self) -> None:
        if not isinstance(self.page, AttractPage):
            self.show_page(partial(AttractPage, then=self._maker))

    def _staff_wanted(self) -> None:
        self.call_staff()

    def _ask_to_leave(self) -> None:
        self.finish()
        self.show_page(LeavePage)

    def _typed(self, text: str) -> bool:
        return self.cover is None and self.page is not None and self.page.typed(text)

    def _scanned(self, code: str) -> None:
        if self.cover is None and self.page is not None:
            self.page.scanned(code)

    def _hear(self, event: Event) -> None:
        if self.page is not None:
            self.page.heard(event)

    def _touched(self) -> None:
        self._count_down.stop()
        self.warning.start()
        self.ending.start()

    def _warn(self) -> None:
        if self.at_rest:
            return
        self._uncover()
        self._warned_at = self._parts.seconds()
        self._put_cover("hourglass", "idle.title", "", "idle.here")
        self._show_seconds_left()
        self._count_down.start()

    def _show_seconds_left(self) -> None:
        settings = self._parts.settings
        gone = int(self._parts.seconds() - self._warned_at)
        left = max(0, settings.wipe_after_s - settings.warn_after_s - gone)
        if self.cover is not None:
            self.cover.text.setText(self._dress.language.say("idle.text", count=left))

    def _time_is_over(self) -> None:
        plain = replace(self._dress, large=False, contrast=False)
        if self.at_rest and self._dress == plain and self.cover is None:
            self._touched()
        else:
            self.finish()

    def _put_cover(self, icon_name: str, title: str, text: str, button: str) -> None:
        self._uncover()
        say = self._dress.language.say
        self.cover = Cover(
            self,
            self._dress,
            icon_name,
            say(title),
            text,
            say(button),
            self._go_on,
            anywhere=title == "idle.title",
        )

    def _go_on(self) -> None:
        self._uncover()
        self._touched()

    def _uncover(self) -> None:
        if self.cover is not None:
            self.cover.hide()
            self.cover.deleteLater()
            self.cover = None


def _application() -> QApplication:
    application = QCoreApplication.instance()
    assert isinstance(application, QApplication), "there is no window without one"
    return application
