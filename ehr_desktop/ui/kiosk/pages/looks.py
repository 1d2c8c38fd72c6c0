"""Who saw the record: newest first, in plain words."""

from functools import partial

from ehr_desktop.domain.consent import Basis, Look
from ehr_desktop.ui.kiosk.dress import Size
from ehr_desktop.ui.kiosk.page import Page, button
from ehr_desktop.ui.kiosk.pages.look import LookPage, look_title, look_what
from ehr_desktop.ui.kiosk.pages.shares import SharesPage
from ehr_desktop.ui.kiosk.phrases import purpose
from ehr_desktop.ui.kiosk.touch.button import Look as ButtonLook
from ehr_desktop.ui.kiosk.touch.button import TouchButton
from ehr_desktop.ui.kiosk.touch.words import Words
from ehr_desktop.ui.kiosk.visit import Visit
from ehr_desktop.ui.kiosk.ways import to_home

_AT_ONCE = 20


class LooksPage(Page):
    """Emergency access has its own colour, sign and word. Stopping a share is one touch away."""

    def __init__(self, visit: Visit, own: bool = False) -> None:  # noqa: FBT001, FBT002
        super().__init__(visit, visit.dress.language.say("home.looks"), back=to_home)
        self._own = own
        self._looks: list[Look] = []
        self.rows: list[TouchButton] = []
        self.own = TouchButton(self.say("looks.own"), self.dress, strong=False)
        self.own.setCheckable(True)
        self.own.setChecked(own)
        self.own.clicked.connect(self._toggle_own)
        self.older = button(self, self.say("common.older"), self._load, icon_name="chevron-down")
        self.older.hide()
        self.add(self.own)
        self.shares = button(
            self, self.say("shares.stop"), self._to_shares, icon_name="key-round", centred=True
        )
        self.offer(self.shares, most=1)
        self._load()

    def _load(self) -> None:
        work = self.visit.kiosk.looks(
            self.visit.patient, own=self._own, limit=_AT_ONCE, offset=len(self._looks)
        )
        self.call(work, self._show)

    def _show(self, looks: tuple[Look, ...]) -> None:
        self.body.removeWidget(self.older)
        if not looks and not self._looks:
            self.add(Words(self.say("looks.none"), self.dress, size=Size.LEAD))
        for look in looks:
            row = self._row(look)
            row.setProperty("at", len(self._looks))
            self._looks.append(look)
            self.rows.append(row)
            self.add(row)
        self.add(self.older)
        self.older.setVisible(len(looks) == _AT_ONCE)

    def _row(self, look: Look) -> TouchButton:
        language = self.dress.language
        emergency = look.basis is Basis.EMERGENCY
        detail = [
            language.moment(look.when, self.visit.facts.zone),
            look_what(language, look),
            self.say("look.purpose", purpose=purpose(language, look.purpose)),
        ]
        if emergency:
            detail.insert(0, self.say("look.emergency"))
        return button(
            self,
            look_title(language, look),
            self._open,
            look=ButtonLook.ALARM if emergency else ButtonLook.PLAIN,
            icon_name="shield-alert" if emergency else "eye",
            detail="\n".join(detail),
        )

    def _open(self) -> None:
        look = self._looks[int(self.sender().property("at"))]
        self.go(partial(LookPage, look=look))

    def _toggle_own(self) -> None:
        self.go(partial(LooksPage, own=self.own.isChecked()))

    def _to_shares(self) -> None:
        self.go(SharesPage)
