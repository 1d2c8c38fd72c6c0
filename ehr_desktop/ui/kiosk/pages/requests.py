"""Who asks to see the record, and what was answered."""

from functools import partial

from ehr_desktop.domain.consent import AccessRequest, RequestState
from ehr_desktop.ui.kiosk.dress import Size
from ehr_desktop.ui.kiosk.page import Page, button
from ehr_desktop.ui.kiosk.pages.request import RequestPage
from ehr_desktop.ui.kiosk.phrases import categories, person
from ehr_desktop.ui.kiosk.touch.button import TouchButton
from ehr_desktop.ui.kiosk.touch.words import Box, Words
from ehr_desktop.ui.kiosk.visit import Visit
from ehr_desktop.ui.kiosk.ways import to_home


class RequestsPage(Page):
    """Those that wait first, each one touch away from an answer."""

    def __init__(self, visit: Visit) -> None:
        super().__init__(visit, visit.dress.language.say("home.requests"), back=to_home)
        self._requests: tuple[AccessRequest, ...] = ()
        self.rows: list[TouchButton] = []
        self.call(visit.kiosk.requests(visit.patient), self._show)

    def _show(self, requests: tuple[AccessRequest, ...]) -> None:
        self._requests = tuple(one for one in requests if one.state is RequestState.OPEN)
        earlier = [one for one in requests if one.state is not RequestState.OPEN]
        heading = "requests.waiting" if self._requests else "requests.none"
        self.add(Words(self.say(heading), self.dress, size=Size.LEAD))
        for at, request in enumerate(self._requests):
            row = button(self, self._who(request), self._open, detail=self._what(request))
            row.setProperty("at", at)
            self.rows.append(row)
            self.add(row)
        if earlier:
            self.add(Words(self.say("requests.earlier"), self.dress, size=Size.LEAD))
        for request in earlier:
            self.add(
                Box(
                    self.dress,
                    Words(self._who(request), self.dress, strong=True),
                    Words(self.say(f"requests.{request.state.value}"), self.dress),
                    Words(self._what(request), self.dress, size=Size.SMALL, quiet=True),
                )
            )

    def _who(self, request: AccessRequest) -> str:
        return person(self.dress.language, request.person_name, request.role)

    def _what(self, request: AccessRequest) -> str:
        return categories(self.dress.language, request.categories)

    def _open(self) -> None:
        request = self._requests[int(self.sender().property("at"))]
        self.go(partial(RequestPage, request=request, back=RequestsPage))
