"""What can be done from everywhere: from the omnibox, the user menu or by a key."""

from collections.abc import Callable
from dataclasses import dataclass

from ehr_desktop.domain.people import Action, Role, may
from ehr_desktop.ui.shell.appearance import LABELS, Appearance
from ehr_desktop.ui.shell.context import AddWorkstation, Navigate, Place, RegisterPatient
from ehr_desktop.ui.shell.places import PlaceEntry, shortcut_of
from ehr_desktop.ui.shell.suggestions import Command


@dataclass(frozen=True, slots=True)
class Doings:
    """What the window can do for the person; each is called on the UI thread."""

    lock: Callable[[], None]
    switch_user: Callable[[], None]
    sign_out: Callable[[], None]
    wear: Callable[[Appearance], None]
    set_lock_minutes: Callable[[int], None]
    show_shortcuts: Callable[[], None]
    change_password: Callable[[], None]
    begin_emergency: Callable[[], None]


def commands_for(
    role: Role, places: tuple[PlaceEntry, ...], navigate: Navigate, doings: Doings
) -> tuple[Command, ...]:
    """Give every command `role` may use, in the order they are offered."""
    found = [
        Command(
            f"Go to {entry.label}",
            entry.icon_name,
            entry.keywords,
            shortcut_of(number),
            _going(navigate, entry.place),
        )
        for number, entry in enumerate(places)
    ]
    offered = {entry.place for entry in places}
    if Place.PATIENTS in offered and may(role, Action.REGISTER_PATIENT):
        found.append(
            Command(
                "Register a patient",
                "user-plus",
                "new add create",
                "Ctrl+N",
                lambda: navigate(Place.PATIENTS, RegisterPatient()),
            )
        )
    if may(role, Action.READ_CLINICAL):
        found.append(
            Command(
                "Emergency access",
                "zap",
                "break glass urgent closed record",
                "",
                doings.begin_emergency,
            )
        )
    if Place.NETWORK in offered and may(role, Action.MANAGE_WORKSTATIONS):
        found.append(
            Command(
                "Add a workstation",
                "monitor",
                "pair computer join new network",
                "",
                lambda: navigate(Place.NETWORK, AddWorkstation()),
            )
        )
    found += [
        Command("Lock now", "lock", "leave away pause", "F12", doings.lock),
        Command("Switch user", "users", "other colleague", "Ctrl+Shift+U", doings.switch_user),
        Command("Sign out", "log-out", "end quit leave", "", doings.sign_out),
        Command("Change my password", "key-round", "pass-phrase", "", doings.change_password),
        Command("Keyboard shortcuts", "command", "keys help", "F1", doings.show_shortcuts),
    ]
    found += [
        Command(f"Look: {label}", icon, "theme appearance colours", "", _wearing(doings, look))
        for look, (label, icon) in LABELS.items()
    ]
    return tuple(found)


def _going(navigate: Navigate, place: Place) -> Callable[[], None]:
    return lambda: navigate(place)


def _wearing(doings: Doings, look: Appearance) -> Callable[[], None]:
    return lambda: doings.wear(look)
