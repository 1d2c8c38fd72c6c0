"""Which screens the rail offers to whom."""

from dataclasses import dataclass
from typing import Final

from ehr_desktop.domain.people import Action, Role, may
from ehr_desktop.ui.shell.context import Place, Registry


@dataclass(frozen=True, slots=True)
class PlaceEntry:
    """How a place is shown. `needs` is the action somebody must be allowed to see it, `roles` who
    has something to do there.
    """

    place: Place
    label: str
    icon_name: str
    keywords: str
    needs: Action | None = None
    roles: frozenset[Role] = frozenset(Role)


ENTRIES: Final = (
    PlaceEntry(Place.TODAY, "Today", "layout-dashboard", "home start waiting queue"),
    PlaceEntry(Place.PATIENTS, "Patients", "users", "people register find import export"),
    PlaceEntry(Place.APPOINTMENTS, "Appointments", "calendar-days", "day book calendar week"),
    PlaceEntry(Place.LEDGER, "Ledger", "blocks", "blocks transactions chain proof"),
    PlaceEntry(Place.INTEGRITY, "Integrity", "shield-check", "check verify tamper faults"),
    PlaceEntry(
        Place.NETWORK, "Network", "network", "workstations computers peers connected address pair"
    ),
    PlaceEntry(
        Place.CONSENSUS, "Consensus", "vote", "votes final quorum mining proposer agreement blocks"
    ),
    PlaceEntry(
        Place.OVERSIGHT,
        "Oversight",
        "eye",
        "emergency review questions answer erasure erase certificate",
        roles=frozenset({Role.ADMINISTRATOR, Role.RECEPTIONIST, Role.DOCTOR}),
    ),
    PlaceEntry(Place.PEOPLE, "People", "id-card", "staff accounts roles", Action.MANAGE_PEOPLE),
    PlaceEntry(
        Place.RECOVERY,
        "Recovery",
        "archive",
        "backup restore custodians shares papers lost",
        Action.MANAGE_PEOPLE,
    ),
)


def places_for(role: Role, registry: Registry) -> tuple[PlaceEntry, ...]:
    """Give the places `role` sees, in the rail's order; only those that have a screen."""
    return tuple(
        entry
        for entry in ENTRIES
        if entry.place in registry.screens
        and role in entry.roles
        and (entry.needs is None or may(role, entry.needs))
    )


def shortcut_of(number: int) -> str:
    """Give the keys of the rail's `number`th place, counted from 0."""
    return f"Ctrl+{number + 1}"
