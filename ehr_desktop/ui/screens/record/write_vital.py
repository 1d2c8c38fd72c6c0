"""Writing vital signs, all on one page: limits warn, and only the impossible is refused."""

from collections.abc import Coroutine
from datetime import datetime
from typing import Any

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from ehr_desktop.domain.chart import Entry
from ehr_desktop.domain.projection import SectionKind
from ehr_desktop.services.values import VitalEntry
from ehr_desktop.ui.models.chart_vitals import (
    VITAL_KINDS,
    VitalKind,
    doubt_of,
    pair_problem,
    problem_of,
    typed_number,
)
from ehr_desktop.ui.screens.patients.fitting import top_row
from ehr_desktop.ui.screens.record.opened import OpenedChart
from ehr_desktop.ui.screens.record.write_drawer import WriteDrawer
from ehr_desktop.ui.theme.tokens import Tone
from ehr_desktop.ui.widgets.date_field import DateField
from ehr_desktop.ui.widgets.field import Field
from ehr_desktop.ui.widgets.text_field import TextField
from ehr_desktop.ui.widgets.time_field import TimeField

_ACROSS = 2
"""The pair of a blood pressure side by side, and then two by two."""


class VitalDrawer(WriteDrawer):
    """Every vital sign with its unit, and when; what is left empty was not measured."""

    def __init__(self, opened: OpenedChart, host: QWidget) -> None:
        super().__init__(opened, host, "Add vital signs", SectionKind.VITALS, "vitals")
        self.inputs: dict[tuple[str, int], TextField] = {}
        self._parts: dict[tuple[str, int], Field[TextField]] = {}
        self._written: list[VitalKind] = []
        now = opened.now()
        self.day, self.time = DateField(value=now.date()), TimeField(value=now.time())
        self._day_part, self._time_part = Field("Day", self.day), Field("Time", self.time)
        self._lay_out_inputs()
        self.form.add(top_row(self._day_part, self._time_part))
        self.keep_texts(**{f"{key} {at}": field for (key, at), field in self.inputs.items()})
        for field in self.inputs.values():
            field.textChanged.connect(self._doubt)

    @override
    def open_over(self) -> None:
        if not self.draft():
            now = self.on.now()
            self.day.set_value(now.date())
            self.time.set_value(now.time())
        super().open_over()

    @override
    def check(self) -> bool:
        for part in self._parts.values():
            part.clear_error()
        measured = self._measured()
        for kind, values in measured:
            for at, (reading, value) in enumerate(zip(kind.readings, values, strict=True)):
                self._parts[kind.key, at].set_error(problem_of(reading, kind.unit, value))
            if not self._parts[kind.key, 0].error:
                self._parts[kind.key, 0].set_error(pair_problem(kind, values))
        if not measured:
            self._parts[VITAL_KINDS[0].key, 0].set_error("Write at least one number.")
        self._day_part.set_error(self.day.problem or ("" if self.day.value else "Which day?"))
        self._time_part.set_error(self.time.problem or ("" if self.time.value else "What time?"))
        moment = self._moment()
        if moment is not None and moment > self.on.now():
            self._time_part.set_error("This time lies ahead.")
        return not self.form.focus_first_error()

    @override
    def work(self) -> Coroutine[Any, Any, Entry]:
        return self._write_all(self._moment() or self.on.now(), self._measured())

    async def _write_all(
        self, moment: datetime, measured: list[tuple[VitalKind, tuple[str, ...]]]
    ) -> Entry:
        """Write one after the other; runs on the node, so it only notes what it has written."""
        self._written = []
        entries = []
        for kind, values in measured:
            vital = VitalEntry(kind.key, values, moment)
            entries.append(await self.on.charts.add_vital(self.on.chart, vital))
            self._written.append(kind)
        return entries[-1]

    @override
    def fail(self, error: BaseException) -> None:
        # What was written before the error must not be written a second time.
        for kind in self._written:
            for at in range(len(kind.readings)):
                self.inputs[kind.key, at].clear()
        super().fail(error)

    def _measured(self) -> list[tuple[VitalKind, tuple[str, ...]]]:
        measured = []
        for kind in VITAL_KINDS:
            fields = [self.inputs[kind.key, at] for at in range(len(kind.readings))]
            values = tuple(typed_number(field.text()) for field in fields)
            if any(values):
                measured.append((kind, values))
        return measured

    def _moment(self) -> datetime | None:
        day, time = self.day.value, self.time.value
        if day is None or time is None:
            return None
        return datetime.combine(day, time, self.on.zone)

    def _doubt(self) -> None:
        doubts = [
            f"{reading.label}: {doubt}"
            for kind, values in self._measured()
            for reading, value in zip(kind.readings, values, strict=True)
            if not problem_of(reading, kind.unit, value)
            and (doubt := doubt_of(reading, kind.unit, value))
        ]
        if doubts:
            self.remark(Tone.WARNING, "Please look again", " ".join(doubts))
        else:
            self.failure.hide()

    def _lay_out_inputs(self) -> None:
        waiting: list[QWidget] = []
        for kind in VITAL_KINDS:
            for at, reading in enumerate(kind.readings):
                field = TextField()
                part = Field(f"{reading.label}, {kind.unit}", field)
                self.inputs[kind.key, at], self._parts[kind.key, at] = field, part
                waiting.append(part)
            if len(waiting) == _ACROSS:
                self.form.add(top_row(*waiting))
                waiting = []
