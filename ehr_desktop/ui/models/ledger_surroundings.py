"""What the ledger's rows are told with: the clinic's time zone and its workstations' names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from ehr_desktop.domain.ids import DeviceId
from ehr_desktop.domain.people import Actor
from ehr_desktop.sentences import moment, short_id
from ehr_desktop.ui.clinic_port import ClinicPort


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Names for devices, and the zone times are shown in; None is this computer's."""

    zone: tzinfo | None = None
    workstations: Mapping[DeviceId, str] = field(default_factory=dict)

    def workstation(self, device: DeviceId) -> str:
        """Give a workstation's name, or the start of its id."""
        return self.workstations.get(device) or f"workstation {short_id(device)}"

    def moment(self, when: datetime) -> str:
        """Give a time as people read it."""
        return moment(when, self.zone)

    def iso_moment(self, text: str) -> str:
        """Give an ISO 8601 time as people read it; an empty text stays empty."""
        return self.moment(datetime.fromisoformat(text)) if text else ""


async def surroundings_of(clinic: ClinicPort, actor: Actor) -> Surroundings:
    """Ask the node for them."""
    settings = await clinic.session.clinic()
    workstations = await clinic.people.workstations(actor)
    return Surroundings(
        ZoneInfo(settings.time_zone), {place.id: place.name for place in workstations}
    )
