"""What all pages are: a title, a part that scrolls, what one can do, and the way back."""

from collections.abc import Callable, Coroutine, Iterable
from typing import Any, TypeVar

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ehr_desktop.domain.events import Event
from ehr_desktop.ui.kiosk.dress import Size
from ehr_desktop.ui.kiosk.phrases import sorry
from ehr_desktop.ui.kiosk.touch.button import Look, TouchButton
from ehr_desktop.ui.kiosk.touch.drag_area import Content, DragArea
from ehr_desktop.ui.kiosk.touch.tiles import Tiles
from ehr_desktop.ui.kiosk.touch.words import Box, Words
from ehr_desktop.ui.kiosk.visit import Visit
from ehr_desktop.ui.kiosk.ways import to_home
from ehr_desktop.ui.theme.tokens import Tone
from ehr_desktop.ui.widgets.layouts import SPRING, Piece, column, fill, row

Result = TypeVar("Result")
PageMaker = Callable[[Visit], "Page"]
_WIDEST_PX = 1080


class Page(QWidget):
    """Made for one `visit` and destroyed when another comes up.

    `back` makes the page the way back leads to; without it there is none. Behind the PIN there is
    always the way to the start page and the one out.
    """

    is_start = False
    """Whether this is the start page itself."""

    def __init__(self, visit: Visit, title: str, *, back: PageMaker | None = None) -> None:
        super().__init__()
        self.visit = visit
        self.dress = visit.dress
        self.say = visit.dress.language.say
        self._back = back
        px = self.dress.px
        self.body: QVBoxLayout = column(spacing=px(12), margin=0)
        self.notice = Words("", self.dress, strong=True)
        self._notice_box = Box(self.dress, self.notice, tone=Tone.WARNING)
        self._notice_box.hide()
        size = Size.LEAD if self.dress.compact else Size.TITLE
        self.title = Words(title, self.dress, size=size, strong=True)
        if not title:
            self.title.hide()
        self._content = Content()
        self.offers: QVBoxLayout = column(spacing=px(8))
        self._foot = self._make_foot()
        # where there is little room, what one can do comes after what there is to read
        last = (self.offers, self._foot) if self.dress.compact else ()
        inner = column(self.title, self._notice_box, self.body, *last, SPRING, spacing=px(14))
        inner.setContentsMargins(0, px(8), 0, px(8))
        self._content.setLayout(inner)
        self.area = DragArea(self._content)
        self._up = self._turner("common.up", "chevron-up")
        self._down = self._turner("common.down", "chevron-down")
        self._up.clicked.connect(self._go_up)
        self._down.clicked.connect(self._go_down)
        self._turners = QWidget()
        self._turners.setLayout(column(self._up, SPRING, self._down))
        self._turners.hide()
        self._lay_out()
        self.area.turned.connect(self._show_turners)

    def add(self, *pieces: Piece) -> None:
        """Put `pieces` under what the page already holds."""
        fill(self.body, *pieces)

    def offer(self, *buttons: TouchButton, most: int = 2) -> None:
        """Put `buttons`, all of the same size, where they are always seen."""
        self.offers.addWidget(
            Tiles(*buttons, least_px=self.dress.px(220), most=most, gap_px=self.dress.px(10))
        )

    def clear(self) -> None:
        """Take everything out of the body and the offers."""
        for box in (self.body, self.offers):
            while (item := box.takeAt(0)) is not None:
                if (widget := item.widget()) is not None:
                    widget.hide()
                    widget.deleteLater()

    def call(
        self,
        work: Coroutine[Any, Any, Result],
        done: Callable[[Result], object],
        failed: Callable[[BaseException], object] | None = None,
    ) -> None:
        """Ask the node; meanwhile nothing can be touched twice. A failure becomes a sentence."""
        self.wait(True)

        def arrived(result: Result) -> None:
            self.wait(False)
            done(result)

        def went_wrong(error: BaseException) -> None:
            self.wait(False)
            (failed or self.fail)(error)

        self.visit.parts.bridge.call(self, work, done=arrived, failed=went_wrong)

    def fail(self, error: BaseException) -> None:
        """Say what went wrong."""
        self.tell(sorry(self.dress.language, error))

    def tell(self, text: str) -> None:
        """Show a sentence above everything else on the page."""
        self.notice.setText(text)
        self._notice_box.setVisible(bool(text))
        if text:
            self.area.verticalScrollBar().setValue(0)

    def scanned(self, code: str) -> bool:
        """Take the code of a card that was held under the scanner; tell whether it is wanted."""
        del code
        return False

    def heard(self, event: Event) -> None:
        """Take notice of something that has happened in the clinic."""
        del event

    def typed(self, text: str) -> bool:
        r"""Take a key of a real keyboard (Backspace as `\b`, Enter as `\r`); tell whether it is
        wanted.
        """
        del text
        return False

    def go(self, maker: PageMaker) -> None:
        """Put another page up."""
        self.visit.host.show_page(maker)

    def wait(self, waiting: bool) -> None:  # noqa: FBT001
        """Let nothing be touched while the node works, or again."""
        self.tell(self.say("common.wait") if waiting else "")
        for part in (*_widgets(self.body), *_widgets(self.offers)):
            part.setEnabled(not waiting)

    def _make_foot(self) -> QWidget:
        buttons = []
        if self._back is not None:
            back = self._foot_button("common.back", "arrow-left")
            back.clicked.connect(self._go_back)
            buttons.append(back)
        if self.visit.actor is not None and not self.is_start:
            home = self._foot_button("common.home", "house")
            home.clicked.connect(self._go_home)
            buttons.append(home)
        if self.visit.actor is not None:
            finish = self._foot_button("common.finish", "log-out")
            finish.clicked.connect(self.visit.host.finish)
            buttons.append(finish)
        foot = Tiles(*buttons, least_px=self.dress.px(120), most=3, gap_px=self.dress.px(10))
        foot.setMaximumWidth(self.dress.px(_WIDEST_PX) * len(buttons) // 3)
        return foot

    def _foot_button(self, key: str, icon_name: str) -> TouchButton:
        turned = {"arrow-left": "arrow-right"} if self.dress.language.right_to_left else {}
        return TouchButton(
            self.say(key), self.dress, icon_name=turned.get(icon_name, icon_name), strong=False
        )

    def _turner(self, key: str, icon_name: str) -> TouchButton:
        button = TouchButton("", self.dress, icon_name=icon_name)
        button.setAccessibleName(self.say(key))
        return button

    def _lay_out(self) -> None:
        holder = QWidget()
        holder.setMaximumWidth(self.dress.px(_WIDEST_PX))
        middle = row(self.area, self._turners, spacing=self.dress.px(8))
        last = () if self.dress.compact else (self.offers, self._foot)
        rows = column(middle, *last, spacing=self.dress.px(10))
        rows.setStretch(0, 1)
        holder.setLayout(rows)
        outer = row(holder)
        outer.setContentsMargins(self.dress.px(20), 0, self.dress.px(20), self.dress.px(14))
        self.setLayout(outer)

    def _show_turners(self) -> None:
        up, down = self.area.may_go
        self._turners.setVisible(up or down)
        self._up.setEnabled(up)
        self._down.setEnabled(down)

    def _go_up(self) -> None:
        self.area.turn(down=False)

    def _go_down(self) -> None:
        self.area.turn(down=True)

    def _go_back(self) -> None:
        if self._back is not None:
            self.go(self._back)

    def _go_home(self) -> None:
        self.go(to_home)


def button(
    page: Page,
    text: str,
    pressed: Callable[[], object],
    *,
    look: Look = Look.PLAIN,
    icon_name: str = "",
    detail: str = "",
    upright: bool = False,
    centred: bool = False,
) -> TouchButton:
    """Give a button of `page` that does `pressed`."""
    made = TouchButton(
        text,
        page.dress,
        look=look,
        icon_name=icon_name,
        detail=detail,
        upright=upright,
        centred=centred,
    )
    made.clicked.connect(pressed)
    return made


def _widgets(box: QVBoxLayout) -> Iterable[QWidget]:
    for at in range(box.count()):
        item = box.itemAt(at)
        if item is not None and (widget := item.widget()) is not None:
            yield widget
