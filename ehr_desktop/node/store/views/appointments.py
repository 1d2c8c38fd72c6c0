"""Questions about the day book."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, func, select

from ehr_desktop.domain.errors import NotFoundError
from ehr_desktop.domain.ids import AppointmentId, PatientId, PersonId, RecordId
from ehr_desktop.domain.patients import Demographics, PatientSummary
from ehr_desktop.domain.schedule import FREES_THE_SLOT, Appointment, AppointmentStatus, Slot
from ehr_desktop.node.store.engine import Database
from ehr_desktop.node.store.views.tables import APPOINTMENT, PATIENT

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE_MS: Final = 60_000
_FREED: Final = tuple(status.value for status in FREES_THE_SLOT)
_TIMES: Final = APPOINTMENT.c
_COLUMNS: Final = (
    *(_TIMES.id, _TIMES.provider, _TIMES.patient, PATIENT.c.family, PATIENT.c.given),
    *(_TIMES.start_ms, _TIMES.minutes, _TIMES.wall_start, _TIMES.time_zone, _TIMES.status),
    *(_TIMES.status_ms, _TIMES.reason, _TIMES.comment, _TIMES.override_reason),
    _TIMES.pending,
)
"""What `_to_appointment` unpacks, in this order."""


class AppointmentQueries:
    """What the day book asks. Instants are UTC milliseconds; an end is not included. Any thread.

    `names` gives providers' display names; who is not in it gets an empty one.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def between(
        self,
        start_ms: int,
        end_ms: int,
        names: Mapping[PersonId, str],
        providers: Collection[PersonId] = (),
    ) -> tuple[Appointment, ...]:
        """Give every appointment, cancelled ones too, that touches the span, by provider and
        start; of all providers when none is named.
        """
        with self._database.reading() as connection:
            wanted = _select().where(*_touching(connection, start_ms, end_ms))
            if providers:
                wanted = wanted.where(_TIMES.provider.in_(list(providers)))
            rows = connection.execute(wanted.order_by(_TIMES.provider, _TIMES.start_ms, _TIMES.id))
            return tuple(_to_appointment(row, names) for row in rows.all())

    def of_patient(
        self, patient: PatientId, names: Mapping[PersonId, str], limit: int = 500
    ) -> tuple[Appointment, ...]:
        """Give a patient's appointments, latest first."""
        wanted = _select().where(_TIMES.patient == patient)
        with self._database.reading() as connection:
            rows = connection.execute(wanted.order_by(_TIMES.start_ms.desc()).limit(limit))
            return tuple(_to_appointment(row, names) for row in rows.all())

    def appointment(self, appointment: AppointmentId, names: Mapping[PersonId, str]) -> Appointment:
        """Give one appointment.

        Raises:
            NotFoundError: this view holds no such appointment.
        """
        with self._database.reading() as connection:
            row = connection.execute(_select().where(_TIMES.id == appointment)).one_or_none()
        if row is None:
            raise NotFoundError(appointment)
        return _to_appointment(row, names)

    def busy(self, provider: PersonId, from_ms: int, to_ms: int) -> tuple[Slot, ...]:
        """Give the spans in which a provider is taken, by start; they may overlap."""
        with self._database.reading() as connection:
            rows = connection.execute(
                select(_TIMES.start_ms, _TIMES.minutes)
                .where(
                    _TIMES.provider == provider,
                    _TIMES.status.not_in(_FREED),
                    *_touching(connection, from_ms, to_ms),
                )
                .order_by(_TIMES.start_ms)
            )
            return tuple(_slot(row[0], row[1]) for row in rows)

    def count(self) -> int:
        """Give how many appointments there are, cancelled ones too."""
        with self._database.reading() as connection:
            return connection.execute(select(func.count()).select_from(APPOINTMENT)).scalar_one()


def _touching(connection: Connection, start_ms: int, end_ms: int) -> Iterator[ColumnElement[bool]]:
    """Give the conditions for sharing an instant with the span. The longest appointment of all
    bounds how far back one that reaches into it can start, so the index on starts serves.
    """
    longest = connection.execute(select(func.max(_TIMES.minutes))).scalar_one_or_none() or 0
    yield _TIMES.start_ms > start_ms - longest * _MINUTE_MS
    yield _TIMES.start_ms < end_ms
    yield _TIMES.start_ms + _TIMES.minutes * _MINUTE_MS > start_ms


def _select() -> Select[Any]:
    return select(*_COLUMNS).join_from(
        APPOINTMENT, PATIENT, PATIENT.c.id == _TIMES.patient, isouter=True
    )


def _to_appointment(row: Sequence[Any], names: Mapping[PersonId, str]) -> Appointment:
    identity, provider, patient, family, given, start_ms, minutes, *rest = row
    wall_start, time_zone, status, status_ms, reason, comment, override_reason, pending = rest
    return Appointment(
        id=AppointmentId(identity),
        provider=PersonId(provider),
        patient=PatientId(patient),
        patient_name="" if family is None else _name(patient, family, given),
        slot=_slot(start_ms, minutes),
        wall_start=wall_start,
        time_zone=time_zone,
        status=AppointmentStatus(status),
        reason=reason,
        comment=comment,
        override_reason=override_reason,
        provider_name=names.get(provider, ""),
        status_since=_EPOCH + timedelta(milliseconds=status_ms),
        pending=bool(pending),
    )


def _name(patient: str, family: str, given: str) -> str:
    return PatientSummary(PatientId(patient), RecordId(""), Demographics(family, given)).name


def _slot(start_ms: int, minutes: int) -> Slot:
    return Slot(_EPOCH + timedelta(milliseconds=start_ms), timedelta(minutes=minutes))
