"""What the made-up clinic consists of."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ehr_desktop.domain.patients import Demographics
from ehr_desktop.domain.people import OpeningHours, Role
from ehr_desktop.domain.schedule import AppointmentStatus


@dataclass(frozen=True, slots=True)
class DemoStaff:
    """An account to open."""

    account_name: str
    display_name: str
    role: Role
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class DemoPatient:
    """One patient: what registration asks for, and FHIR R4 resources as JSON, Patient first and
    the others in order of time. References within are `Type/id`.
    """

    demographics: Demographics
    resources: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class DemoAppointment:
    """One booking; `provider_index` and `patient_index` count in the clinic's tuples."""

    provider_index: int
    patient_index: int
    start: datetime
    minutes: int
    reason: str
    status: AppointmentStatus

    @property
    def end(self) -> datetime:
        """The first instant after the appointment."""
        return self.start + timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class DemoClinic:
    """The whole clinic; `appointments` in order of start."""

    name: str
    time_zone: str
    hours: OpeningHours
    staff: tuple[DemoStaff, ...]
    patients: tuple[DemoPatient, ...]
    appointments: tuple[DemoAppointment, ...]
