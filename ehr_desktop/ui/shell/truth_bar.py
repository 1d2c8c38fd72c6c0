"""What is true of this workstation right now, in one line at the foot of the window."""

from datetime import datetime, tzinfo
from typing import Final

from PySide6.QtWidgets import QFrame, QWidget

from ehr_desktop.dates import shown_date, shown_time
from ehr_desktop.domain.events import (
    BackedUp,
    CheckFinished,
    Event,
    LedgerGrew,
    NetworkChanged,
    PendingChanged,
    WorkstationsChanged,
)
from ehr_desktop.domain.ledger import NodeStatus
from ehr_desktop.explain import explain
from ehr_desktop.ui.bridge import NodeBridge
from ehr_desktop.ui.clinic_port import ClinicPort
from ehr_desktop.ui.models.network_words import joined
from ehr_desktop.ui.shell.live_answer import LiveAnswer
from ehr_desktop.ui.theme.tokens import Space, Tone
from ehr_desktop.ui.widgets.layouts import SPRING, row
from ehr_desktop.ui.widgets.looks import set_plain_tooltip
from ehr_desktop.ui.widgets.status_dot import StatusDot

HEIGHT_PX: Final = 36
_KEY_STORES: Final = {
    "keyring": ("Key in the system's keystore", Tone.SUCCESS),
    "file": ("Key in a file on this PC", Tone.WARNING),
}


class TruthBar(QFrame):
    """Follows blocks, checks and workstations. `zone` is the one times are shown in."""

    def __init__(
        self,
        bridge: NodeBridge,
        clinic: ClinicPort,
        zone: tzinfo | None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._zone = zone
        self.peers = StatusDot("", parent=self)
        self.ledger = StatusDot("", parent=self)
        self.check = StatusDot("", parent=self)
        self.backup = StatusDot("", parent=self)
        self.key = StatusDot("", parent=self)
        for part, tip in (
            (self.peers, "The other workstations this one is connected to now"),
            (self.ledger, "The newest block, and whether anything still waits to become final"),
            (self.check, "When links, roots, signatures and records were last checked in full"),
            (self.backup, "When the last backup was made"),
            (self.key, "Where the key that opens this workstation's store is kept"),
        ):
            set_plain_tooltip(part, tip)
        self.setFixedHeight(HEIGHT_PX)
        self.setAccessibleName("State of this workstation")
        line = row(
            self.peers, self.ledger, self.check, self.backup, SPRING, self.key, spacing=Space.THREE
        )
        line.setContentsMargins(Space.THREE, 0, Space.THREE, 0)
        self.setLayout(line)
        self._live = LiveAnswer(
            self,
            bridge,
            clinic.session.status,
            events=(
                LedgerGrew, CheckFinished, NetworkChanged, PendingChanged, WorkstationsChanged,
                BackedUp,
            ),
            done=self._show,
            failed=self._unknown,
        )  # fmt: skip
        bridge.node_event.connect(self._hear)

    def refresh(self) -> None:
        """Ask for the present state."""
        self._live.renew()

    def _hear(self, event: Event) -> None:
        self._live.hear(event)

    def _show(self, status: NodeStatus) -> None:
        self.peers.set_state(*peers_text(status))
        self.ledger.set_state(*ledger_text(status))
        self.check.set_state(*check_text(status, self._zone))
        self.backup.set_state(*backup_text(status.last_backup, self._zone))
        self.key.set_state(*_KEY_STORES.get(status.key_store, (status.key_store, Tone.NEUTRAL)))

    def _unknown(self, error: BaseException) -> None:
        self.ledger.set_state(explain(error), Tone.DANGER)


def peers_text(status: NodeStatus) -> tuple[str, Tone]:
    """Say who this workstation is connected to, and whether that is enough."""
    if status.present < status.quorum and status.total > 1:
        votes = "" if status.total == status.validators else " votes"
        counted = f"{status.present:,} of {status.total:,}{votes} connected"
        return f"{counted}: not enough to make anything final", Tone.WARNING
    if status.peers:
        return f"With {joined(list(status.peers))}", Tone.SUCCESS
    return "This PC only", Tone.NEUTRAL


def ledger_text(status: NodeStatus) -> tuple[str, Tone]:
    """Say how far the ledger is; nothing is called final before it is."""
    if status.catching_up is not None:
        reached, aim = status.catching_up
        return f"Catching up: block {reached:,} of {aim:,}", Tone.NOTE
    if status.pending and status.present < status.quorum and status.total > 1:
        return f"{status.pending:,} waiting for other workstations", Tone.WARNING
    if status.pending:
        return f"Block {status.height:,}, {status.pending:,} pending", Tone.NOTE
    return f"Block {status.height:,}, all final", Tone.SUCCESS


def check_text(status: NodeStatus, zone: tzinfo | None) -> tuple[str, Tone]:
    """Say when the last full check was and what it found."""
    if status.last_check is None:
        return "Never checked in full", Tone.NEUTRAL
    when = _moment(status.last_check, zone)
    faults = status.last_check_faults or 0
    if faults:
        return f"{faults:,} fault{'s' if faults > 1 else ''} found {when}", Tone.DANGER
    return f"Checked {when}, no faults", Tone.SUCCESS


def backup_text(last: datetime | None, zone: tzinfo | None) -> tuple[str, Tone]:
    """Say when the last backup was made."""
    if last is None:
        return "Backup: never", Tone.WARNING
    return f"Backup {_moment(last, zone)}", Tone.NEUTRAL


def _moment(moment: datetime, zone: tzinfo | None) -> str:
    local = moment.astimezone(zone)
    return f"{shown_date(local.date())} {shown_time(local.time())}"
