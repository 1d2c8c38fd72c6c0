"""An opened chart as the pieces of its window share it."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, TypeVar

from PySide6.QtCore import QObject

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import EmergencyAccess
from ehr_desktop.domain.patients import PatientSummary
from ehr_desktop.services.values import OpenChart
from ehr_desktop.ui.chart_port import Charts
from ehr_desktop.ui.models.chart_times import birth_text
from ehr_desktop.ui.screens.patients.words import isolated
from ehr_desktop.ui.shell.context import ScreenContext

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class OpenedChart:
    """One patient's chart, opened for one person in one window: what is read and written there
    goes through this value, so that it cannot reach another patient's chart. `closed` is what the
    patient has not opened to this person, `access` the emergency access it was opened under.
    """

    context: ScreenContext
    chart: OpenChart
    zone: tzinfo
    opened: datetime
    closed: frozenset[Category] = frozenset()
    access: EmergencyAccess | None = None

    @property
    def charts(self) -> Charts:
        """Where charts are asked."""
        return self.context.clinic.charts

    @property
    def patient(self) -> PatientSummary:
        """Whose chart it is."""
        return self.chart.summary.patient

    @property
    def identity(self) -> str:
        """Name and birth date, for the head of everything that writes."""
        today = self.now().date()
        return (
            f"{isolated(self.patient.name)} · born {birth_text(self.patient.demographics, today)}"
        )

    def now(self) -> datetime:
        """The present in the clinic's zone."""
        return self.context.now().astimezone(self.zone)

    def call(
        self,
        owner: QObject,
        work: Coroutine[Any, Any, Result],
        *,
        done: Callable[[Result], object],
        failed: Callable[[BaseException], object],
    ) -> None:
        """Ask the node; `done` or `failed` is called here unless `owner` is gone by then."""
        self.context.bridge.call(owner, work, done=done, failed=failed)
