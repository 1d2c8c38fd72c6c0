"""Saying that one has arrived."""

from datetime import datetime
from functools import partial

from ehr_desktop.domain.schedule import Appointment, AppointmentStatus
from ehr_desktop.ui.kiosk.dress import Size
from ehr_desktop.ui.kiosk.page import Page, button
from ehr_desktop.ui.kiosk.pages.outcome import OutcomePage
from ehr_desktop.ui.kiosk.touch.words import Box, Words
from ehr_desktop.ui.kiosk.visit import Visit
from ehr_desktop.ui.kiosk.ways import to_home

_HERE = frozenset({AppointmentStatus.ARRIVED, AppointmentStatus.IN_ROOM})


class CheckInPage(Page):
    """Asks whether today's appointment is the right one, or which of several."""

    def __init__(self, visit: Visit) -> None:
        super().__init__(visit, visit.dress.language.say("arrive.title"), back=to_home)
        self._open: tuple[Appointment, ...] = ()
        self.call(visit.kiosk.appointments_today(visit.patient), self._show)

    def _show(self, today: tuple[Appointment, ...]) -> None:
        self._open = tuple(one for one in today if one.status is AppointmentStatus.BOOKED)
        here = [one for one in today if one.status in _HERE]
        if len(self._open) == 1:
            self._ask(self._open[0])
        elif self._open:
            self._offer_all()
        elif here:
            self.go(partial(_arrived, appointment=here[0]))
        else:
            self._none()

    def _ask(self, appointment: Appointment) -> None:
        self._open = (appointment,)
        self.clear()
        shown = Words(_words(self.visit, appointment), self.dress, size=Size.TITLE, strong=True)
        self.add(
            Words(self.say("arrive.question"), self.dress, size=Size.LEAD), Box(self.dress, shown)
        )
        self.yes = button(
            self, self.say("arrive.yes"), self._arrive, icon_name="check", centred=True
        )
        self.no = button(self, self.say("arrive.no"), self._staff, icon_name="bell", centred=True)
        self.offer(self.yes, self.no)

    def _offer_all(self) -> None:
        self.add(Words(self.say("arrive.choose"), self.dress, size=Size.LEAD))
        self.choices = []
        for at, appointment in enumerate(self._open):
            choice = button(self, _words(self.visit, appointment), self._choose, icon_name="clock")
            choice.setProperty("at", at)
            self.choices.append(choice)
            self.add(choice)

    def _none(self) -> None:
        self.add(Words(self.say("arrive.none"), self.dress, size=Size.LEAD))
        self.offer(button(self, self.say("header.staff"), self._staff, icon_name="bell"), most=1)

    def _choose(self) -> None:
        self._ask(self._open[int(self.sender().property("at"))])

    def _arrive(self) -> None:
        work = self.visit.kiosk.check_in(self.visit.patient, self._open[0].id)
        self.call(work, self._done)

    def _done(self, appointment: Appointment) -> None:
        self.go(partial(_arrived, appointment=appointment))

    def _staff(self) -> None:
        self.visit.host.call_staff()


def _words(visit: Visit, appointment: Appointment) -> str:
    wall = datetime.fromisoformat(appointment.wall_start)
    say = visit.dress.language.say
    return say("arrive.appointment", time=f"{wall:%H:%M}", who=appointment.provider_name)


def _arrived(visit: Visit, appointment: Appointment) -> Page:
    wall = datetime.fromisoformat(appointment.wall_start)
    say = visit.dress.language.say
    words = say("arrive.done", time=f"{wall:%H:%M}", who=appointment.provider_name)
    return OutcomePage(visit, say("arrive.done-title"), [words])
